from decimal import Decimal

import pytest

from foundation import relay
from foundation.errors import ConflictError
from invoicing import services
from invoicing.models import Hold, Invoice
from procurement.models import PurchaseOrderLine
from tests.invoicing import factories as f

pytestmark = pytest.mark.django_db


def bill(quantity: str = "100", received: str = "100") -> Invoice:
    order = f.order(f.order_line(received=received))
    command = f.command(
        f.line_command(order.lines.get(), quantity), order_reference=order.number, supplier_number="INV-0042"
    )
    invoice = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()
    return Invoice.objects.get(pk=invoice.pk)


def credit(quantity: str = "20", price: str = "4.00", names: str = "inv 42", **line: object) -> Invoice:
    ours = PurchaseOrderLine.objects.select_related("order", "unit").get()
    command = f.command(
        f.line_command(ours, quantity, price, **line), kind="credit_note", credited_invoice_number=names,
        legal_entity_id=ours.order.legal_entity_id,
    )  # fmt: skip
    note = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()
    return Invoice.objects.get(pk=note.pk)


def codes(invoice: Invoice) -> list[str]:
    return list(Hold.objects.filter(invoice=invoice, state="open").values_list("code", flat=True))


def test_credit_note_takes_back_what_was_billed() -> None:
    """TM-12 it matches the invoice line; the net effect on the order line is kept."""
    bill()

    note = credit()

    line = PurchaseOrderLine.objects.get()
    assert (note.state, codes(note)) == ("released", [])
    assert (line.invoiced, line.credited) == (Decimal(80), Decimal(20))


def test_credited_quantity_cures_a_quantity_hold() -> None:
    """TM-9 the credit note tests the bill again at once; TM-3 invoiced less credited."""
    held = bill(quantity="105")
    before = (held.state, codes(held))

    credit(quantity="5")

    assert before == ("held", ["invoiced_over_received"])
    assert Invoice.objects.get(pk=held.pk).state == "released"


@pytest.mark.parametrize(
    ("_case", "note", "expected"),
    [
        ("TM-12 more than was billed", {"quantity": "101"}, ["credited_over_invoiced"]),
        ("TM-12 dearer than it was billed", {"price": "4.01"}, ["price_above_tolerance"]),
        ("TM-12 cheaper is the supplier's word", {"price": "3.00"}, []),
        ("TM-12 of no invoice", {"names": ""}, ["unmatched_line"]),
        ("TM-12 of an invoice we never had", {"names": "INV-43"}, ["unmatched_line"]),
        ("TM-12 of a line that was not billed", {"order_line_no": "990"}, ["unmatched_line"]),
        ("TM-12 of a line named by item", {"order_line_no": "", "item_code": "CODE"}, []),
    ],
)
def test_credit_note_holds(_case: str, note: dict[str, str], expected: list[str]) -> None:
    bill()
    if note.get("item_code"):
        note = {**note, "item_code": PurchaseOrderLine.objects.get().item.code}

    assert codes(credit(**note)) == expected


def test_two_credit_notes_cannot_take_back_more_than_was_billed() -> None:
    bill()
    credit("60")

    second = credit("60")

    line = PurchaseOrderLine.objects.get()
    assert codes(second) == ["credited_over_invoiced"]
    assert (line.invoiced, line.credited) == (Decimal(0), Decimal(100))


def test_voided_credit_note_gives_back_what_it_took() -> None:
    bill()
    note = credit("20", price="4.01")

    services.void_invoice(invoice_id=note.pk, expected_version=None, actor=f.lead(), reason="Wrong price", at=f.AT)

    line = PurchaseOrderLine.objects.get()
    assert (line.invoiced, line.credited) == (Decimal(100), Decimal(0))


def test_bill_with_a_standing_credit_note_cannot_be_voided() -> None:
    held = bill(quantity="130")
    credit("20")

    with pytest.raises(ConflictError) as refusal:
        services.void_invoice(invoice_id=held.pk, expected_version=None, actor=f.lead(), reason="No", at=f.AT)

    assert refusal.value.code == "credit_note_stands"
    assert Invoice.objects.get(pk=held.pk).state == "held"
