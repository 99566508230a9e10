"""The invoice pages in a real browser: no fault of access, no script error, and the flows by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation import relay
from foundation.models import User
from invoicing import services
from invoicing.models import Hold, Invoice
from procurement.models import PurchaseOrder
from tests.invoicing import factories as f

pytestmark = [pytest.mark.django_db(transaction=True)]
SIZES = [(390, 844), (1366, 900)]


def enter(page: Any, live_server: Any, user: User) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])


def trouble() -> tuple[PurchaseOrder, Invoice]:
    """Return an order of three lines and a bill of which one price and one quantity differ."""
    order = f.order(
        f.order_line("400", "6.20", "400", item=f.item("COLLAR")),
        f.order_line("800", "0.42", "640", item=f.item("CORNER"), cancelled=160),
        f.order_line("24", "31.00", "24", item=f.item("STRAP")),
        number="PO-LDS-4500018",
    )
    lines = [
        f.line_command(line, str(line.quantity), price)
        for line, price in zip(order.lines.select_related("order", "unit"), ("6.95", "0.42", "31.00"), strict=True)
    ]
    command = f.command(*lines, order_reference=order.number, supplier_number="90331")
    invoice = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()
    return order, invoice


def pages(order: PurchaseOrder, invoice: Invoice) -> dict[str, str]:
    hold = Hold.objects.filter(invoice=invoice, state="open").first()
    return {
        "invoices": reverse("invoices"),
        "invoice": reverse("invoice", args=[invoice.number]),
        "invoice_match": reverse("invoice_match", args=[invoice.number]),
        "invoice_void": reverse("invoice_void", args=[invoice.number]),
        "invoice_release_hold": reverse("invoice_release_hold", args=[invoice.number, hold.pk if hold else 0]),
        "invoice_new": f"{reverse('invoice_new')}?po={order.number}",
    }


@pytest.mark.parametrize("width", [size[0] for size in SIZES])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_staff_pages_have_no_fault_of_access(
    page: Any, live_server: Any, axe: Callable[[Any], Any], clean_console: list[str], scheme: str, width: int
) -> None:
    order, invoice = trouble()
    someone = f.lead()
    f.clerk(someone.username, "payables")
    enter(page, live_server, someone)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": dict(SIZES)[width]})

    faults = {}
    for name, path in pages(order, invoice).items():
        page.goto(live_server.url + path)
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
        faults[name] = axe(page)

    assert {name: found for name, found in faults.items() if found} == {}


def test_hold_is_released_by_hand_and_the_bill_is_paid(page: Any, live_server: Any, clean_console: list[str]) -> None:
    order = f.order(f.order_line(price="4.00", received="100"))
    command = f.command(f.line_command(order.lines.get(), "100", "4.50"), order_reference=order.number)
    invoice = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()
    enter(page, live_server, f.lead())

    page.goto(live_server.url + reverse("invoices"))
    page.get_by_role("link", name="Invoice price 4.50").click()
    page.get_by_role("link", name="Release", exact=True).click()
    page.get_by_label("Why may this pass?").fill("Agreed with the buyer")
    page.get_by_role("button", name="Release and test again").click()
    page.get_by_text(f"The hold of {invoice.number} is released.").wait_for()
    relay.drain()
    page.reload()

    assert page.locator(".badge", has_text="Released to pay").count() == 1
    assert Invoice.objects.get().state == "released"


def test_supplier_bills_an_order_in_two_taps(
    page: Any, live_server: Any, axe: Callable[[Any], Any], clean_console: list[str]
) -> None:
    order = f.order(f.order_line(received="100"))
    enter(page, live_server, f.supplier_person(order.supplier))
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto(f"{live_server.url}{reverse('portal_invoice_new')}?po={order.number}")
    faults = axe(page)
    page.get_by_role("button", name="Send invoice").click()
    page.get_by_text("is sent. Our number for it is").wait_for()
    faults += axe(page)
    page.goto(live_server.url + reverse("portal_invoices"))
    faults += axe(page)

    assert faults == []
    assert Invoice.objects.get().source == "portal"
