from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation import relay
from invoicing import services
from invoicing.models import Hold, Invoice
from procurement.models import PurchaseOrder
from tests.invoicing import factories as f

pytestmark = pytest.mark.django_db


def signed_in(client: Client, role: str = "payables_lead") -> Client:
    client.force_login(f.clerk(f"a.{role}", role))
    return client


def held(price: str = "4.50") -> Invoice:
    order = f.order(f.order_line(price="4.00", received="100"))
    command = f.command(f.line_command(order.lines.get(), "100", price), order_reference=order.number)
    invoice = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()
    return Invoice.objects.get(pk=invoice.pk)


def billed_otherwise(unit: str = "EA", **fields: Any) -> Invoice:
    order = f.order(f.order_line(price="4.00", received="100"))
    f.unit("KGM", name="kilogram")
    command = f.command(f.line_command(order.lines.get(), unit_code=unit), order_reference=order.number, **fields)
    invoice = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()
    return invoice


@pytest.mark.parametrize(
    ("_case", "fields", "said"),
    [
        ("order's price in the order's currency", {"currency": "EUR"}, 'data-label="Order price">£4.00<'),
        ("bill's price in the bill's currency", {"currency": "EUR"}, 'data-label="Invoice price">€4.00<'),
        ("a unit by its name", {"unit": "KGM"}, "Kilogram (KGM) cannot be converted to"),
        ("a unit nobody knows by its code", {"unit": "QQQ"}, "QQQ cannot be converted to"),
    ],
)  # fmt: skip
def test_match_page_says(client: Client, _case: str, fields: dict[str, str], said: str) -> None:
    invoice = billed_otherwise(**fields)

    page = signed_in(client).get(reverse("invoice_match", args=[invoice.number])).content.decode()

    assert said in page


def entry(order: PurchaseOrder, **changes: str) -> dict[str, str]:
    rows: dict[str, str] = {"lines-TOTAL_FORMS": str(order.lines.count()), "lines-INITIAL_FORMS": "0"}
    for place, line in enumerate(order.lines.order_by("line_no")):
        rows[f"lines-{place}-order_line_no"] = str(line.line_no)
        rows[f"lines-{place}-quantity"] = "100"
        rows[f"lines-{place}-unit_price"] = "4.00"
    head = {
        "token": "t-1", "supplier_number": "A-1", "invoice_date": "2026-03-10", "stated_total": "480.00",
        "tax_percent": "20", "charge_description": "", "charge_amount": "",
    }  # fmt: skip
    return {**rows, **head, **changes}


def test_list_says_why_each_invoice_is_here(client: Client) -> None:
    invoice = held()

    page = signed_in(client).get(reverse("invoices")).content.decode()

    assert invoice.number in page
    assert "Invoice price 4.50 is 12.5 % above the order&#x27;s 4.00; the limit is 4.08. £50.00 too much." in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True), ("state=held", True), ("state=paid", False), ("site=LDS", True), ("site=XXX", False),
        ("supplier=ACME", True), ("supplier=acme+l", True), ("supplier=Zeta", False),
        ("cause=price_above_tolerance", True), ("cause=tax_differs", False), ("text=INV-LDS", True),
        ("text=a-77", True), ("text=PO-SEARCH", True), ("text=PO-OTHER", False), ("before=abc&text=%25", False),
    ],
)  # fmt: skip
def test_filters(client: Client, query: str, *, found: bool) -> None:
    order = f.order(f.order_line(price="4.00", received="100"), number="PO-SEARCH")
    command = f.command(
        f.line_command(order.lines.get(), "100", "5.00"), order_reference=order.number, supplier_number="A-77"
    )
    services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()

    page = signed_in(client).get(f"{reverse('invoices')}?{query}")

    assert page.status_code == 200
    assert (Invoice.objects.get().number in page.content.decode()) == found


def test_csv_holds_what_the_list_shows_and_no_formula(client: Client) -> None:
    order = f.order(f.order_line(received="100"))
    services.receive_invoice(command=f.bill_for(order, supplier_number="=HYPERLINK(1)"), actor=f.relay(), at=f.AT)

    answer = signed_in(client).get(f"{reverse('invoices')}?format=csv")
    text = b"".join(answer.streaming_content).decode()

    assert answer["Content-Type"].startswith("text/csv")
    head, row = text.strip().split("\r\n")
    assert head.startswith("number,supplier,supplier_number,kind,state,site")
    assert ",'=HYPERLINK(1),invoice,received,LDS,2026-03-10," in row


@pytest.mark.parametrize("name", ["invoice", "invoice_match", "invoice_void"])
def test_another_sites_invoice_looks_missing(client: Client, name: str) -> None:
    invoice = held()
    elsewhere = f.clerk("o.other", "payables_lead", at=f.site("HUL"))
    client.force_login(elsewhere)

    answer = client.get(reverse(name, args=[invoice.number]))
    missing = client.get(reverse(name, args=["INV-NONE-1"]))

    assert (answer.status_code, missing.status_code) == (404, 404)
    assert invoice.number not in client.get(reverse("invoices")).content.decode()


def test_match_page_colours_only_the_cell_that_differs(client: Client) -> None:
    order = f.order(f.order_line(price="4.00", received="100"), f.order_line(price="9.00", received="100"))
    first, second = order.lines.order_by("line_no")
    command = f.command(
        f.line_command(first, "100", "4.50"), f.line_command(second, "100", "9.00"), order_reference=order.number
    )
    invoice = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()

    page = signed_in(client).get(reverse("invoice_match", args=[invoice.number])).content.decode()

    assert page.count('class="num diff') == 1
    assert page.count('<span class="why">') == 1
    assert "£50.00 too much." in page
    assert page.count('<span class="badge ok">Matched</span>') == 1


def test_release_needs_a_reason_and_then_pays(client: Client) -> None:
    invoice = held()
    url = reverse("invoice_release_hold", args=[invoice.number, Hold.objects.get().pk])
    signed_in(client)

    form = client.get(url)
    empty = client.post(url, {"reason": " ", "version": invoice.version})
    done = client.post(url, {"reason": "Agreed", "version": invoice.version})
    relay.drain()

    assert (form.status_code, empty.status_code, done.status_code) == (200, 422, 302)
    assert Invoice.objects.get().state == "released"


def test_release_of_an_invoice_that_changed_is_refused(client: Client) -> None:
    invoice = held()
    url = reverse("invoice_release_hold", args=[invoice.number, Hold.objects.get().pk])

    answer = signed_in(client).post(url, {"reason": "Agreed", "version": invoice.version - 1})

    assert answer.status_code == 409
    assert Hold.objects.get().state == "open"


def test_release_without_the_duty_says_why(client: Client) -> None:
    invoice = held()
    url = reverse("invoice_release_hold", args=[invoice.number, Hold.objects.get().pk])

    answer = signed_in(client, "payables").post(url, {"reason": "Agreed", "version": invoice.version})

    assert answer.status_code == 403
    assert "release invoice holds" in answer.content.decode()
    assert Hold.objects.get().state == "open"


def test_void_with_a_reason(client: Client) -> None:
    invoice = held()
    url = reverse("invoice_void", args=[invoice.number])
    signed_in(client)

    shown = client.get(url).status_code
    answer = client.post(url, {"reason": "Not ours", "version": invoice.version})

    assert (shown, answer.status_code) == (200, 302)
    assert (Invoice.objects.get().state, Invoice.objects.get().state_reason) == ("void", "Not ours")


def test_entry_beside_the_order_makes_one_invoice_however_often_it_is_sent(client: Client) -> None:
    order = f.order(f.order_line(received="100"))
    url = f"{reverse('invoice_new')}?po={order.number}"
    signed_in(client, "payables")

    page = client.get(url).content.decode()
    first, second = client.post(url, entry(order)), client.post(url, entry(order))
    relay.drain()

    assert 'value="100"' in page
    assert 'value="4.00"' in page
    assert (first.status_code, second.status_code) == (302, 302)
    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.stated_total, invoice.source, invoice.touched) == (
        "released", Decimal("480.00"), "web", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "changes", "text"),
    [
        ("no number", {"supplier_number": ""}, "This field is required."),
        ("a Cyrillic letter", {"supplier_number": "\u0418-1"}, "Latin letters"),
        ("no lines", {"lines-0-quantity": ""}, "Enter a quantity on at least one line."),
        ("an underscore is no digit", {"lines-0-quantity": "1_0"}, "Write a number such as"),
        ("other scripts' digits", {"lines-0-quantity": "\u0661\u0660"}, "Write a number such as"),
        ("a comma is no decimal point", {"lines-0-unit_price": "4,50"}, "Write a number such as"),
        ("no price", {"lines-0-unit_price": ""}, "Give the price per unit."),
        ("no such day", {"invoice_date": "2026-02-30"}, "Enter a valid date."),
    ],
)
def test_entry_with_faults_comes_back_with_itself(
    client: Client, _case: str, changes: dict[str, str], text: str
) -> None:
    order = f.order(f.order_line(received="100"))

    answer = signed_in(client, "payables").post(f"{reverse('invoice_new')}?po={order.number}", entry(order, **changes))

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not Invoice.objects.exists()


def test_entry_of_a_number_we_have_is_a_fault_of_that_field(client: Client) -> None:
    order = f.order(f.order_line(received="100"))
    services.receive_invoice(command=f.bill_for(order, supplier_number="a 001"), actor=f.relay(), at=f.AT)

    answer = signed_in(client, "payables").post(f"{reverse('invoice_new')}?po={order.number}", entry(order))

    assert answer.status_code == 422
    assert "We already have number A-1 of this supplier, however it is spelled." in answer.content.decode()
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(("role", "status"), [("payables", 200), ("payables_lead", 403), ("receiver", 403)])
def test_entry_is_for_those_with_the_duty(client: Client, role: str, status: int) -> None:
    order = f.order()

    answer = signed_in(client, role).get(f"{reverse('invoice_new')}?po={order.number}")

    assert answer.status_code == status


def test_entry_asks_for_the_order_and_finds_no_foreign_one(client: Client) -> None:
    foreign = f.order(at=f.site("HUL") if f.ground() else None)
    signed_in(client, "payables")

    asked = client.get(reverse("invoice_new"))
    unknown = client.get(f"{reverse('invoice_new')}?po={foreign.number}")

    assert (asked.status_code, unknown.status_code) == (200, 404)


@pytest.mark.parametrize("name", ["invoices", "invoice_new"])
def test_strangers_are_sent_to_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))

    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize("name", ["invoices", "invoice", "invoice_match"])
def test_pages_need_the_same_few_statements_for_one_and_for_many(
    client: Client, name: str, django_assert_max_num_queries: object
) -> None:
    invoice = held()
    url = reverse(name, args=[] if name == "invoices" else [invoice.number])
    signed_in(client)
    client.get(url)
    with django_assert_max_num_queries(STATEMENTS[name]):  # type: ignore[operator]
        client.get(url)
    for _ in range(3):
        held("4.60")
    with django_assert_max_num_queries(STATEMENTS[name]):  # type: ignore[operator]
        client.get(url)


STATEMENTS = {
    "invoices": 8,
    "invoice": 9,
    "invoice_match": 8,
}  # five of them are the frame: session, person, duties, menu


def test_match_page_offers_the_ways_out_with_their_effect_in_money(client: Client) -> None:
    invoice = held()

    page = signed_in(client).get(reverse("invoice_match", args=[invoice.number]))
    fixes = [(fix.kind, fix.effect, bool(fix.verdict)) for fix in page.context["fixes"]]

    assert fixes == [
        ("release", "Pays £50.00 that is in question; the rest is paid as billed.", True),
        ("ask", "Changes nothing yet; the question stays with the invoice.", True),
        ("void", "Nothing of £540.00 is paid.", True),
    ]
    assert "Accepted as billed: Invoice price 4.50" in page.content.decode()


def test_what_a_person_may_not_do_stands_last_with_the_reason(client: Client) -> None:
    invoice = held()

    page = signed_in(client, "payables").get(reverse("invoice_match", args=[invoice.number]))

    assert [(fix.kind, bool(fix.verdict)) for fix in page.context["fixes"]][-1] == ("release", False)
    assert "You do not release invoice holds" in page.content.decode()


def test_released_invoice_opens_the_next_one_on_hold(client: Client) -> None:
    first, second = held(), held("4.60")
    hold = Hold.objects.get(invoice=first)

    answer = signed_in(client).post(
        reverse("invoice_release_hold", args=[first.number, hold.pk]),
        {"version": first.version, "reason": "Agreed"},
    )

    assert answer["Location"] == reverse("invoice_match", args=[second.number])
