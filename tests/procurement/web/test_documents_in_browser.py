"""Orders, answers, receiving, exceptions, suppliers and messages in a real browser.

Taps are counted against the targets; every page is looked at in both themes and at four widths; the console is silent.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from foundation.models import Delivery
from foundation.relay import drain
from integration.models import Connection, InboxMessage
from procurement.models import OrderAcknowledgment, PurchaseOrder, PurchaseOrderLine
from tests.factories import Company, an_issued_order, company, receive_all
from workflow.models import ExceptionCase

pytestmark = [pytest.mark.django_db(transaction=True)]
PHONE, DESK = (390, 844), (1366, 900)
WIDTHS = (320, 390, 768, 1366)


class Hands:
    """A page whose presses are counted; typing is not a press."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base, self.presses = page, base, 0

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def press(self, target: Any) -> None:
        target.click()
        self.presses += 1


def long_order(made: Company, lines: int = 30) -> PurchaseOrder:
    """Return an issued order stretched to many lines."""
    order = an_issued_order(made)
    first = order.lines.get()
    for number in range(2, lines + 1):
        PurchaseOrderLine.objects.create(**{
            **{f.attname: getattr(first, f.attname) for f in first._meta.concrete_fields if f.name != "id"},
            "line_no": number * 10,
        })  # fmt: skip
    return order


def test_supplier_accepts_thirty_lines_in_two_taps(
    page: Any, live_server: Any, sign_in: Callable[..., None], clean_console: list[str]
) -> None:
    made = company()
    order = long_order(made)
    sign_in(page, made.acme_person)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    hands = Hands(page, live_server.url)

    hands.open(reverse("portal_home"))
    hands.press(page.get_by_role("link", name=order.number))
    hands.press(page.get_by_role("button", name="Accept all 30 lines"))
    page.get_by_text("is the agreed promise now").wait_for()

    order.refresh_from_db()
    assert hands.presses <= 2
    assert order.ack_status == "confirmed"


def test_supplier_moves_two_of_thirty_dates_in_five_taps(
    page: Any, live_server: Any, sign_in: Callable[..., None], clean_console: list[str]
) -> None:
    made = company()
    order = long_order(made)
    sign_in(page, made.acme_person)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    hands = Hands(page, live_server.url)

    hands.open(reverse("portal_home"))
    hands.press(page.get_by_role("link", name=order.number))
    for line in (20, 70):
        field = page.get_by_label(f"Delivered on of line {line}", exact=True)
        hands.press(field)
        field.fill("2026-12-20")
    asked = page.locator("li[data-line]", has=page.locator("#d-20")).locator(".ours:visible")
    assert asked.inner_text() == "we asked for 24 Mar 2026"
    hands.press(page.get_by_role("button", name="Send answer: 28 accepted, 2 changed"))
    page.get_by_text("so a buyer decides").wait_for()

    said = OrderAcknowledgment.objects.get().lines
    assert hands.presses <= 5
    assert sorted(said.filter(answer="date_changed").values_list("order_line__line_no", flat=True)) == [20, 70]
    assert said.filter(answer="accepted").count() == 28


def test_full_delivery_is_booked_in_two_taps_after_the_scan(
    page: Any, live_server: Any, sign_in: Callable[..., None], clean_console: list[str]
) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))
    sign_in(page, made.wanda)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    hands = Hands(page, live_server.url)

    hands.open(reverse("receiving"))
    page.get_by_label("Scan or type an order").fill(order.number)
    page.keyboard.press("Enter")
    hands.press(page.get_by_role("button", name="Received in full"))
    page.get_by_text("is received. It can be reversed below.").wait_for()

    order.refresh_from_db()
    assert hands.presses <= 2
    assert order.receipt_status == "full"


def test_short_line_is_booked_in_four_taps_and_said_before(
    page: Any, live_server: Any, sign_in: Callable[..., None], clean_console: list[str]
) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))
    sign_in(page, made.wanda)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    hands = Hands(page, live_server.url)

    hands.open(reverse("receiving"))
    hands.press(page.get_by_role("link", name=order.number))
    hands.press(page.locator("#q-10"))
    page.locator("#q-10").fill("99")
    over = page.locator("li[data-line]", has=page.locator("#q-10")).locator("[data-says]").inner_text()
    page.locator("#q-10").fill("8")
    short = page.locator("li[data-line]", has=page.locator("#q-10")).locator("[data-says]").inner_text()
    hands.press(page.get_by_role("button", name="Receive: 1 in full, 1 short"))
    page.get_by_text("is received. It can be reversed below.").wait_for()

    assert over.startswith("89 over: the order lets in at most 10.5.")
    assert short == "2 short; stays open."
    assert hands.presses <= 4
    assert [line.accepted / line.base_factor for line in order.lines.order_by("line_no")] == [Decimal(8), Decimal(2)]


def test_price_exception_is_resolved_in_two_clicks(
    page: Any, live_server: Any, sign_in: Callable[..., None], clean_console: list[str]
) -> None:
    made, _order, invoice = trouble()
    sign_in(page, made.lena)
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    hands = Hands(page, live_server.url)

    hands.open(f"{reverse('invoices')}?state=held")
    hands.press(page.get_by_role("link", name="Invoice price"))
    hands.press(page.get_by_role("button", name="Let it pass"))
    page.get_by_text("is released.").wait_for()
    drain()

    invoice.refresh_from_db()
    case = ExceptionCase.objects.get(category="invoice_price")
    assert hands.presses <= 2
    assert (invoice.state, case.state) == ("released", "cured")


def trouble() -> tuple[Company, PurchaseOrder, Any]:
    """Return an order that came, billed above its price."""
    from invoicing.services import receive_invoice  # noqa: PLC0415 - only this scene bills
    from tests.invoicing import factories as bills  # noqa: PLC0415 - same

    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive_all(made, order)
    command = bills.command(
        bills.line_command(order.lines.select_related("order", "unit").get(), "10", "54.00", unit_code="XCS"),
        supplier_id=made.acme.pk, order_reference=order.number,
    )  # fmt: skip
    invoice = receive_invoice(command=command, actor=bills.relay(), at=bills.AT)
    drain()
    return made, order, invoice


def every_page(made: Company, order: PurchaseOrder) -> dict[str, list[tuple[str, str]]]:
    """Return name and address of each page, by whose it is."""
    case = ExceptionCase.objects.get(category="invoice_price")
    open_order = an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))
    connection = Connection.objects.create(
        code="in", name="In", direction="in", purpose="documents", dialect="x12", url="", supplier=made.acme
    )
    message = InboxMessage.objects.create(
        connection=connection, external_id="M-1", body_sha256="0" * 64, raw=b"ISA*00*" + b"x" * 400, status="parked"
    )
    delivery = Delivery.objects.create(
        connection="erp", message_type="voucher", subject_type="invoice", subject_id=1, subject_number="INV-1",
        order_key="invoice:1", dedupe_key="v:1", body=b'{"a": 1}', last_error="connection refused",
    )  # fmt: skip
    return {
        "boris": [
            ("orders", reverse("orders")), ("late orders", f"{reverse('orders')}?view=late"),
            ("order", reverse("order", args=[order.number])), ("open order", reverse("order", args=[open_order.number])),
            ("version", reverse("order_version", args=[order.number, 1])), ("queue", reverse("queue")),
            ("cases", reverse("cases")), ("case", reverse("case", args=[case.number])), ("suppliers", reverse("suppliers")),
            ("supplier", reverse("supplier", args=["ACME"])), ("contracts", reverse("contracts")),
            ("contract", reverse("contract", args=["CON-1"])),
        ],
        "wanda": [("receiving", reverse("receiving")), ("receive", reverse("receive", args=[open_order.number]))],
        "sue": [("supplier's standing", reverse("supplier", args=["ACME"]))],
        "igor": [
            ("messages", reverse("messages")), ("message", reverse("message", args=[message.pk])),
            ("deliveries", reverse("deliveries")), ("delivery", reverse("delivery", args=[delivery.pk])),
        ],
        "adam": [
            ("home", reverse("portal_home")), ("portal orders", reverse("portal_orders")),
            ("portal order", reverse("portal_order", args=[open_order.number])),
            ("answer", reverse("portal_answer", args=[open_order.number])),
            ("portal invoices", reverse("portal_invoices")),
        ],
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_fits_and_is_silent(
    page: Any, live_server: Any, sign_in: Callable[..., None], axe: Callable[[Any], Any], fits: Callable[[Any], bool],
    clean_console: list[str], scheme: str,
) -> None:  # fmt: skip
    made, order, _invoice = trouble()
    page.emulate_media(color_scheme=scheme)

    faults: dict[str, Any] = {}
    for whose, pages in every_page(made, order).items():
        sign_in(page, made.acme_person if whose == "adam" else made.people[whose])
        for name, path in pages:
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                answer = page.goto(live_server.url + path) if width == WIDTHS[0] else None
                if answer is not None and answer.status != 200:
                    faults[f"{name} status"] = answer.status
                if not fits(page):
                    faults[f"{name} at {width}"] = "scrolls sideways"
                if width in {PHONE[0], DESK[0]} and (found := axe(page)):
                    faults[f"{name} at {width} axe"] = found
            if page.locator("h1").count() != 1:
                faults[f"{name} h1"] = page.locator("h1").count()

    assert faults == {}


def test_answer_and_count_work_without_script(browser: Any, live_server: Any, client: Any) -> None:
    made = company()
    order = an_issued_order(made)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    def enter(user: Any) -> None:
        client.force_login(user)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    enter(made.acme_person)
    page.goto(live_server.url + reverse("portal_answer", args=[order.number]))
    page.locator("#q-10").fill("9")
    page.get_by_role("button", name="Send with my changes").click()
    answered = page.locator("h1").inner_text()
    enter(made.wanda)
    page.goto(live_server.url + reverse("receive", args=[order.number]))
    page.locator("#q-10").fill("4")
    page.get_by_role("button", name="Receive what I typed").click()
    received = page.locator(".messages").inner_text()
    context.close()

    assert answered == "Thank you. Your answer is recorded."
    assert f"{order.number} is received." in received
    assert order.lines.get().accepted == Decimal(24)
