"""PO-1: an order that is received, billed and in the ERP in full closes by itself; what comes later still has its way."""

from decimal import Decimal

import pytest

from foundation.models import AuditEvent
from foundation.relay import drain
from foundation.selectors import timeline
from foundation.selectors.breaches import breaches
from invoicing import services
from invoicing.models import Invoice
from invoicing.tasks import sweep_settled
from procurement.models import PurchaseOrder
from procurement.services import ReceiptLine, hold_order, post_goods_receipt, reverse_goods_receipt, unhold_order
from tests.factories import NOW, Company, an_issued_order, company, receive_all
from tests.invoicing import factories as f

pytestmark = pytest.mark.django_db


def receive(made: Company, order: PurchaseOrder, cases: str, name: str) -> None:
    post_goods_receipt(
        order_number=order.number, source="wms", external_id=name, received_at=NOW,
        lines=[ReceiptLine(10, Decimal(cases))], actor=made.wanda, at=NOW,
    )  # fmt: skip
    drain()


def bill(order: PurchaseOrder, cases: str, number: str = "A-1") -> Invoice:
    line = f.line_command(order.lines.select_related("order", "unit").get(), cases, "48.00")
    command = f.command(
        line, supplier_id=order.supplier_id, order_reference=order.number, supplier_number=number,
        invoice_date=NOW.date(),
    )  # fmt: skip
    invoice = services.receive_invoice(command=command, actor=f.relay(), at=NOW)
    drain()
    return Invoice.objects.get(pk=invoice.pk)


def post(invoice: Invoice) -> None:
    services.record_posting(number=invoice.number, voucher=f"V-{invoice.pk}", actor=f.relay(), at=NOW)
    drain()


def state(order: PurchaseOrder) -> str:
    order.refresh_from_db()
    return str(order.state)


def settled() -> tuple[Company, PurchaseOrder, Invoice]:
    """Return an order that was received, billed and posted in full."""
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive(made, order, "10", "d-1")
    invoice = bill(order, "10")
    post(invoice)
    return made, order, invoice


def test_order_closes_when_the_last_bill_is_posted_and_not_before() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    steps = [state(order)]
    receive(made, order, "10", "d-1")
    steps.append(state(order))
    first, second = bill(order, "6", "A-1"), bill(order, "4", "A-2")
    steps.append(state(order))
    post(first)
    steps.append(state(order))
    post(second)

    row = AuditEvent.objects.get(action="close")
    assert (steps, state(order)) == (["issued"] * 4, "closed")
    assert (order.open_amount, order.state_reason) == (0, "Received, billed and in the books in full")
    assert (str(row.actor), row.data["short"], row.object_number) == ("Closing (automatic)", [], order.number)
    assert f"Order {order.number} closed: {order.state_reason}" in [e.text for e in timeline("order", order.pk)]
    assert breaches() == []


@pytest.mark.parametrize(
    ("_case", "received", "billed", "closes"),
    [
        ("all of it",                                  "10",   "10",   "closed"),
        ("goods are to come",                          "9",    "9",    "issued"),
        ("a part is not billed",                       "10",   "9",    "issued"),
        ("over, within tolerance, and billed so",      "10.5", "10.5", "closed"),
        ("over, and the surplus is not billed",        "10.5", "10",   "issued"),
    ],
)  # fmt: skip
def test_what_closes(_case: str, received: str, billed: str, closes: str) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive(made, order, received, "d-1")
    post(bill(order, billed))

    assert state(order) == closes


def test_bill_that_is_still_in_work_keeps_it_open_until_it_is_void() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive(made, order, "10", "d-1")
    good = bill(order, "10")
    twice = bill(order, "10", "A-2")
    post(good)
    before = state(order)
    twice.refresh_from_db()

    services.void_invoice(invoice_id=twice.pk, expected_version=None, actor=made.lena, reason="Billed twice", at=NOW)
    drain()

    assert (twice.state, before, state(order)) == ("held", "issued", "closed")


def test_held_order_waits_for_the_person_who_holds_it_and_the_sweep_finds_it() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive(made, order, "10", "d-1")
    invoice = bill(order, "10")
    order.refresh_from_db()
    hold_order(order_id=order.pk, expected_version=order.version, actor=made.boris, reason="Quality", at=NOW)
    post(invoice)
    held = state(order)
    unhold_order(order_id=order.pk, expected_version=order.version, actor=made.boris, reason="Fine", at=NOW)

    swept = [sweep_settled(), sweep_settled()]

    assert (held, swept, state(order)) == ("issued", [1, 0], "closed")


def test_being_told_twice_closes_once() -> None:
    _, order, _bill = settled()

    services.close_settled_orders(order_ids=[order.pk], actor=f.relay(), at=NOW)

    assert (state(order), AuditEvent.objects.filter(action="close").count()) == ("closed", 1)


def test_late_credit_note_is_matched_and_handed_on_and_leaves_it_closed() -> None:
    _, order, invoice = settled()
    line = f.line_command(order.lines.select_related("order", "unit").get(), "2", "48.00")
    command = f.command(
        line, kind="credit_note", supplier_id=order.supplier_id, credited_invoice_number=invoice.supplier_number,
        legal_entity_id=order.legal_entity_id, supplier_number="C-1", invoice_date=NOW.date(),
    )  # fmt: skip

    note = services.receive_invoice(command=command, actor=f.relay(), at=NOW)
    drain()

    note.refresh_from_db()
    ours = order.lines.get()
    assert (note.state, state(order)) == ("released", "closed")
    assert (ours.invoiced, ours.credited, order.invoice_status) == (Decimal(48), Decimal(12), "partial")
    post(note)
    assert (state(order), breaches()) == ("closed", [])


def test_bill_that_comes_again_after_the_credit_is_matched_too() -> None:
    _, order, invoice = settled()
    line = f.line_command(order.lines.select_related("order", "unit").get(), "2", "48.00")
    note = f.command(
        line, kind="credit_note", supplier_id=order.supplier_id, credited_invoice_number=invoice.supplier_number,
        legal_entity_id=order.legal_entity_id, supplier_number="C-1", invoice_date=NOW.date(),
    )  # fmt: skip
    services.receive_invoice(command=note, actor=f.relay(), at=NOW)
    drain()

    again, beyond = bill(order, "2", "A-3"), bill(order, "1", "A-4")

    assert (again.state, beyond.state) == ("released", "held")
    assert [h.code for h in beyond.holds.filter(state="open")] == ["order_closed"]


def test_reversed_receipt_opens_it_again_and_it_closes_when_the_goods_come_after_all() -> None:
    made, order, _ = settled()
    receipt = order.receipts.get()

    reverse_goods_receipt(
        receipt_id=receipt.pk, expected_version=receipt.version, actor=made.wanda, reason="Wrong pallet", at=NOW
    )
    drain()

    assert (state(order), order.open_amount, order.receipt_status, order.closed_at) == ("issued", 480, "none", None)
    row = AuditEvent.objects.get(action="reopen")
    assert (row.actor, row.data["reason"]) == (made.wanda, f"{receipt.number} was reversed: Wrong pallet")
    assert breaches() == []
    receive_all(made, order, "again")
    drain()
    assert (state(order), order.open_amount, breaches()) == ("closed", 0, [])
