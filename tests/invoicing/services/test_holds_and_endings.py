from dataclasses import replace
from decimal import Decimal

import pytest

from foundation import duties, relay
from foundation.errors import ConflictError, InvalidError, NotPermittedError, StaleError
from foundation.models import AuditEvent, User
from invoicing import services
from invoicing.models import Hold, Invoice, InvoiceMatch
from invoicing.selectors import voucher
from procurement.models import PurchaseOrder, PurchaseOrderLine
from tests.invoicing import factories as f
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db


def overpriced(price: str = "4.50", actor: User | None = None) -> Invoice:
    """Return a held bill of 100 at `price` where 4.00 was ordered."""
    order = f.order(f.order_line(price="4.00", received="100"))
    command = f.command(f.line_command(order.lines.get(), "100", price), order_reference=order.number)
    invoice = services.receive_invoice(command=command, actor=actor or f.relay(), at=f.AT)
    return services.match_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)


def release(invoice: Invoice, actor: User, reason: str = "Agreed by phone", version: int | None = None) -> Invoice:
    hold = Hold.objects.get(invoice=invoice, state="open")
    return services.release_hold(
        hold_id=hold.pk, expected_version=version or invoice.version, actor=actor, reason=reason, at=f.AT
    )


def test_released_hold_clears_the_bill_and_closes_the_case() -> None:
    invoice, lead = overpriced(), f.lead()

    released = release(invoice, lead)

    hold = Hold.objects.get()
    assert (released.state, released.touched) == ("cleared", True)
    assert (hold.state, hold.closed_by, hold.reason, hold.released_magnitude) == (
        "released", lead, "Agreed by phone", Decimal("50.00"),
    )  # fmt: skip
    assert ExceptionCase.objects.get().state == "cured"
    assert AuditEvent.objects.filter(action="release_hold", actor=lead).count() == 1
    relay.drain()
    assert Invoice.objects.get().state == "released"


def test_a_larger_recurrence_holds_again() -> None:
    """TM-9 a manual release remembers cause and magnitude."""
    invoice, lead = overpriced(), f.lead()
    release(invoice, lead)
    PurchaseOrderLine.objects.update(unit_price=Decimal("3.90"))

    again = services.match_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)

    assert again.state == "held"
    assert list(Hold.objects.order_by("pk").values_list("state", "amount")) == [
        ("released", Decimal("50.0000")), ("open", Decimal("60.0000")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "duty"),
    [
        ("SD-1 enter invoice/release its hold", "enter_invoice"),
        ("SD-1 create order/release its price hold", "create_order"),
    ],
)
def test_who_had_a_part_in_it_may_not_release(_case: str, duty: str) -> None:
    invoice, lead = overpriced(), f.lead()
    order = PurchaseOrder.objects.get()
    duties.record(duties.chain_of("order", order.pk), "order", order.pk, duty, person_id=lead.pk, at=f.AT)

    with pytest.raises(NotPermittedError) as refusal:
        release(invoice, lead)

    assert refusal.value.code == "duty_conflict"
    assert (Hold.objects.get().state, Invoice.objects.get().version) == ("open", invoice.version)


def test_who_received_may_release_a_price_but_not_a_quantity() -> None:
    """SD-1 receive/release quantity hold is about quantity only."""
    invoice, lead = overpriced(), f.lead()
    order = PurchaseOrder.objects.get()
    duties.record(duties.chain_of("order", order.pk), "order", order.pk, "receive", person_id=lead.pk, at=f.AT)

    assert release(invoice, lead).state == "cleared"

    short = f.order(f.order_line(received="80", cancelled=Decimal(20)))
    command = f.bill_for(short)
    held = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    held = services.match_invoice(invoice_id=held.pk, actor=f.relay(), at=f.AT)
    duties.record(duties.chain_of("order", short.pk), "order", short.pk, "receive", person_id=lead.pk, at=f.AT)
    with pytest.raises(NotPermittedError):
        release(held, lead)


def test_release_needs_a_reason_the_duty_and_the_present_version() -> None:
    invoice = overpriced()

    with pytest.raises(InvalidError) as unreasoned:
        release(invoice, f.lead(), reason="  ")
    with pytest.raises(NotPermittedError) as unable:
        release(invoice, f.clerk())
    with pytest.raises(StaleError) as stale:
        release(invoice, f.lead(), version=invoice.version - 1)

    codes = (unreasoned.value.code, unable.value.code, stale.value.code)
    assert codes == ("reason_missing", "not_your_duty", "changed_since_opened")
    assert Hold.objects.get().state == "open"


@pytest.mark.parametrize(
    ("_case", "change"),
    [
        ("TM-10 currency", {"currency": "EUR"}),
        ("TM-10 unmatched line", {"lines": "unmatched"}),
        ("TM-8 waiting", {"lines": "waiting"}),
    ],
)
def test_cure_only_holds_cannot_be_released(_case: str, change: dict[str, str]) -> None:
    order = f.order(f.order_line(received="0" if change.get("lines") == "waiting" else "100"))
    command = f.bill_for(order, currency=change.get("currency", "GBP"))
    if change.get("lines") == "unmatched":
        command = replace(command, lines=(replace(command.lines[0], order_line_no="990"),))
    invoice = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    invoice = services.match_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)

    with pytest.raises(NotPermittedError) as refusal:
        release(invoice, f.lead())

    assert refusal.value.code == "cure_only"
    assert Hold.objects.get().state == "open"


def test_void_frees_what_was_billed_and_closes_holds() -> None:
    invoice = overpriced()
    taken = PurchaseOrderLine.objects.get().invoiced

    voided = services.void_invoice(
        invoice_id=invoice.pk, expected_version=invoice.version, actor=f.clerk(), reason="Not ours", at=f.AT
    )

    line = PurchaseOrderLine.objects.get()
    assert (taken, line.invoiced, PurchaseOrder.objects.get().invoice_status) == (Decimal(100), Decimal(0), "none")
    assert (voided.state, voided.state_reason, InvoiceMatch.objects.count()) == ("void", "Not ours", 0)
    assert (Hold.objects.get().state, ExceptionCase.objects.get().state) == ("cured", "cured")


def test_released_bill_cannot_be_voided() -> None:
    order = f.order(f.order_line(received="100"))
    invoice = services.receive_invoice(command=f.bill_for(order), actor=f.relay(), at=f.AT)
    relay.drain()

    with pytest.raises(NotPermittedError) as refusal:
        services.void_invoice(invoice_id=invoice.pk, expected_version=None, actor=f.lead(), reason="Oops", at=f.AT)

    assert refusal.value.code == "invoice_settled"
    assert Invoice.objects.get().state == "released"


def test_void_of_one_lookalike_clears_the_other() -> None:
    """TM-10, EX-2 of two bills that look alike one goes, and the other pays itself."""
    order = f.order(f.order_line(received="100"))
    line = order.lines.get()
    for number in ("INV-123", "INV-124"):
        command = f.command(f.line_command(line, "50"), order_reference=order.number, supplier_number=number)
        services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    for invoice in Invoice.objects.all():
        services.match_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)
    held = list(Invoice.objects.values_list("state", flat=True))

    first = Invoice.objects.get(supplier_number="INV-123")
    services.void_invoice(invoice_id=first.pk, expected_version=None, actor=f.lead(), reason="Sent twice", at=f.AT)
    relay.drain()

    assert held == ["held", "held"]
    assert Invoice.objects.get(supplier_number="INV-124").state == "released"


def test_posting_and_payment_come_back_once() -> None:
    order = f.order(f.order_line(received="100"))
    invoice = services.receive_invoice(command=f.bill_for(order), actor=f.relay(), at=f.AT)
    relay.drain()

    for _ in range(2):
        services.record_posting(number=invoice.number, voucher="KR-4711", actor=f.relay(), at=f.AT)
    for _ in range(2):
        services.record_payment(number=invoice.number, paid_at=f.AT, actor=f.relay(), at=f.AT)

    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.voucher, invoice.paid_at) == ("paid", "KR-4711", f.AT)
    assert AuditEvent.objects.filter(object_number=invoice.number, action__in=["post", "pay"]).count() == 2


def test_posting_under_another_number_or_before_release_is_refused() -> None:
    order = f.order(f.order_line(received="100"))
    invoice = services.receive_invoice(command=f.bill_for(order), actor=f.relay(), at=f.AT)
    with pytest.raises(ConflictError):
        services.record_posting(number=invoice.number, voucher="KR-1", actor=f.relay(), at=f.AT)
    relay.drain()
    services.record_posting(number=invoice.number, voucher="KR-1", actor=f.relay(), at=f.AT)

    with pytest.raises(ConflictError):
        services.record_posting(number=invoice.number, voucher="KR-2", actor=f.relay(), at=f.AT)

    assert Invoice.objects.get().voucher == "KR-1"


def test_voucher_says_what_to_post() -> None:
    order = f.order(f.order_line(received="100"))
    line = order.lines.get()
    freight = f.ChargeCommand(Decimal("-4.00"), "DI", "Discount", Decimal(20))
    command = f.command(f.line_command(line), charges=(freight,), order_reference=order.number, supplier_number="A-1")
    invoice = services.receive_invoice(command=command, actor=f.relay(), at=f.AT)
    relay.drain()

    found = voucher(invoice.pk)

    assert found["released_at"]
    assert {key: found[key] for key in found if key not in {"released_at", "content_hash", "version"}} == {
        "number": invoice.number, "kind": "invoice", "supplier": "ACME", "supplier_number": "A-1",
        "credited_invoice_number": "", "legal_entity": "UK", "site": "LDS", "invoice_date": "2026-03-10",
        "due_date": "2026-04-09", "currency": "GBP", "net_amount": "396", "tax_amount": "79.2", "rounding_amount": "0",
        "small_difference": "0", "total_amount": "475.2", "original_sha256": "",
        "lines": [
            {
                "line_no": "1", "description": line.description, "quantity": "100", "unit": "EA", "unit_price": "4",
                "net_amount": "400", "tax_percent": "20", "tax_code": "S",
                "order_lines": [
                    {
                        "order": order.number, "line_no": 10, "item": line.item.code, "base_quantity": "100",
                        "amount": "400", "cost_centre": None, "site": "LDS",
                    }
                ],
            }
        ],
        "charges": [{"code": "DI", "description": "Discount", "amount": "-4", "tax_percent": "20"}],
    }  # fmt: skip
