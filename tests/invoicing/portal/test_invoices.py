from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from foundation import relay
from invoicing import services
from invoicing.decisions.facts import HoldCode
from invoicing.models import Hold, Invoice
from invoicing.portal.words import standing
from invoicing.selectors.supplier_words import told_supplier
from procurement.models import PurchaseOrder
from tests.invoicing import factories as f

pytestmark = pytest.mark.django_db


def signed_in(client: Client, order: PurchaseOrder) -> Client:
    client.force_login(f.supplier_person(order.supplier, f"person.of.{order.supplier.code}"))
    return client


def filled_in(page: object) -> dict[str, str]:
    """Return the form as the browser would send it without a change."""
    entry = page.context["entry"]  # type: ignore[attr-defined]
    data = {f"lines-{name}": value for name, value in entry.lines.management_form.initial.items()}
    for form in (entry.form, *entry.lines.forms):
        data |= {form[name].html_name: form[name].value() for name in form.fields}
    return {name: str(value) for name, value in data.items() if value is not None}


def test_order_is_billed_in_two_taps(client: Client) -> None:
    """Open the prefilled invoice of the order, press send: matched and released without a person of ours."""
    order = f.order(f.order_line(price="4.00", received="100"), f.order_line("50", "2.50", "20"))
    url = f"{reverse('portal_invoice_new')}?po={order.number}"
    signed_in(client, order)

    page = client.get(url)
    sent = client.post(url, filled_in(page))
    relay.drain()

    invoice = Invoice.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, reverse("portal_invoice", args=[invoice.number]))
    assert (invoice.state, invoice.stated_total, invoice.source, invoice.touched) == (
        "released", Decimal("450.00"), "portal", False,
    )  # fmt: skip
    assert list(invoice.lines.values_list("order_line_no", "quantity")) == [("10", Decimal(100)), ("20", Decimal(20))]


def test_double_press_makes_one_invoice(client: Client) -> None:
    order = f.order(f.order_line(received="100"))
    url = f"{reverse('portal_invoice_new')}?po={order.number}"
    data = filled_in(signed_in(client, order).get(url))

    answers = [client.post(url, data).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Invoice.objects.count() == 1


def test_next_number_is_suggested_and_a_used_one_refused(client: Client) -> None:
    order = f.order(f.order_line(received="100"))
    services.receive_invoice(command=f.bill_for(f.order(), supplier_number="RE-0099"), actor=f.relay(), at=f.AT)
    url = f"{reverse('portal_invoice_new')}?po={order.number}"
    page = signed_in(client, order).get(url)

    answer = client.post(url, {**filled_in(page), "supplier_number": "re 99"})

    assert page.context["entry"].form["supplier_number"].value() == "RE-0100"
    assert answer.status_code == 422
    assert "We already have number re 99" in answer.content.decode()
    assert Invoice.objects.count() == 1


def test_status_and_reasons_are_told(client: Client) -> None:
    order = f.order(f.order_line(price="4.00", received="100"))
    command = f.command(f.line_command(order.lines.get(), "100", "4.50"), order_reference=order.number)
    invoice = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()
    signed_in(client, order)

    rows = client.get(reverse("portal_invoices")).content.decode()
    page = client.get(reverse("portal_invoice", args=[invoice.number])).content.decode()

    assert "Your price is above our order" in rows
    assert "Your price is above our order" in page
    assert ("4.08" in page, "limit" in page) == (False, False), "what we would have let pass stays with us"


@pytest.mark.parametrize(("view", "shown"), [("", 1), ("waiting", 1), ("coming", 0), ("paid", 0), ("nonsense", 1)])
def test_views_say_which_invoices_wait_and_which_are_paid(client: Client, view: str, shown: int) -> None:
    order = f.order(f.order_line(received="100"))
    services.receive_invoice(command=f.bill_for(order), actor=f.relay(), at=f.AT)

    page = signed_in(client, order).get(f"{reverse('portal_invoices')}?view={view}")

    assert len(page.context["rows"]) == shown


DUE = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("state", "today", "words"),
    [
        ("received", DUE,                     "compared with order and goods next"),
        ("waiting",  DUE,                     "until the goods are booked in"),
        ("held",     DUE,                     "we pay it on 31 Mar 2026, or at once if that is past"),
        ("released", DUE - timedelta(days=1), "We pay it on 31 Mar 2026"),
        ("posted",   DUE,                     "goes with our next payment"),
        ("paid",     DUE,                     "It is paid."),
    ],
)  # fmt: skip
def test_standing_says_when_the_money_comes(state: str, today: date, words: str) -> None:
    assert words in standing(Invoice(state=state, due_date=DUE), today)


@pytest.mark.parametrize("code", [*HoldCode, "invented_next_year"])
def test_no_reason_names_a_limit_or_somebody_of_ours(code: str) -> None:
    words = told_supplier(Hold(code=code, sentence="The limit is 4.08; Priya has it."))

    assert words
    assert not set("0123456789%") & set(words)
    assert "Priya" not in words


def test_a_lookalike_of_somebody_else_is_not_told(client: Client) -> None:
    other = f.order(f.order_line(received="100"), of=f.supplier("OTHER"))
    mine = f.order(f.order_line(received="100"))
    account = "GB29NWBK60161331926819"
    for order, number in ((other, "SECRET-1"), (mine, "SECRET-01")):
        command = f.bill_for(order, supplier_number=number, bank_account=account)
        services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()
    invoice = Invoice.objects.get(supplier_number="SECRET-01")

    page = signed_in(client, mine).get(reverse("portal_invoice", args=[invoice.number])).content.decode()

    assert invoice.state == "held"
    assert "It looks like a bill we already have." in page
    assert "SECRET-1 " not in page


def test_another_suppliers_invoice_and_order_look_missing(client: Client) -> None:
    foreign = f.order(f.order_line(received="100"), of=f.supplier("OTHER"))
    invoice = services.receive_invoice(command=f.bill_for(foreign), actor=f.relay(), at=f.AT)
    signed_in(client, f.order())

    answers = [
        client.get(reverse("portal_invoice", args=[invoice.number])).status_code,
        client.get(f"{reverse('portal_invoice_new')}?po={foreign.number}").status_code,
        client.get(reverse("portal_invoice", args=["INV-NONE"])).status_code,
        client.get(reverse("portal_invoice_new")).status_code,
    ]

    assert answers == [404, 404, 404, 404]
    assert invoice.number not in client.get(reverse("portal_invoices")).content.decode()


def test_staff_find_nothing_in_the_portal_and_suppliers_nothing_at_the_staffs_door(client: Client) -> None:
    order = f.order(f.order_line(received="100"))
    invoice = services.receive_invoice(command=f.bill_for(order), actor=f.relay(), at=f.AT)
    client.force_login(f.clerk())
    staff = client.get(reverse("portal_invoices")).status_code

    signed_in(client, order)
    answers = [
        client.get(reverse("invoice", args=[invoice.number])).status_code,
        client.get(reverse("invoice_match", args=[invoice.number])).status_code,
        client.post(reverse("invoice_void", args=[invoice.number]), {"reason": "x", "version": 1}).status_code,
    ]

    assert (staff, answers) == (404, [404, 404, 404])
    assert invoice.number not in client.get(reverse("invoices")).content.decode()
    assert Invoice.objects.get().state == "received"


@pytest.mark.parametrize("changes", [{"lines-0-quantity": "abc"}, {"lines-0-quantity": ""}, {"supplier_number": ""}])
def test_faults_come_back_with_the_form(client: Client, changes: dict[str, str]) -> None:
    order = f.order(f.order_line(received="100"))
    url = f"{reverse('portal_invoice_new')}?po={order.number}"
    data = filled_in(signed_in(client, order).get(url))

    answer = client.post(url, {**data, **changes})

    assert answer.status_code == 422
    assert not Invoice.objects.exists()
