"""What the chaos run sends, and what it must find afterwards. Needs Django set up."""

from decimal import Decimal

from django.utils import timezone

from foundation import registries, relay
from foundation.models import DomainEvent, EffectLedger
from invoicing.models import Invoice, InvoiceState
from procurement.models import GoodsReceipt, OrderLineSource, PurchaseOrder, Requisition
from tools import cycle, scene
from tools.partners import Message
from workflow.models import ApprovalRequest

SETTLED = (InvoiceState.RELEASED, InvoiceState.POSTED, InvoiceState.PAID)


def open_books(each: int, orders: int) -> list[Message]:
    """Make the company and its open orders; return `each` approvals, deliveries and invoices to send.

    Delivery and invoice `n` are of the same quantity on the same order, so that in the end every invoice is covered,
    in whatever order they come; quantities differ, so that no two invoices look alike.
    """
    company = scene.build(cycle.now())
    approvals = [_approval(company, n) for n in range(each)]
    placed = [_order(company, n) for n in range(orders)]
    pairs = [(n, placed[n % orders]) for n in range(each)]
    return [*approvals, *(_delivery(n, o) for n, o in pairs), *(_invoice(n, o) for n, o in pairs)]


def _approval(company: scene.Scene, number: int) -> Message:
    requisition = cycle.request(company, quantity=Decimal(200), lines=1, serial=f"approval {number}")
    asked = ApprovalRequest.objects.get(subject_type="requisition", subject_id=requisition.pk)
    fields = {"hash": asked.content_hash, "reason": ""}
    return Message(f"approval-{requisition.number}", "manager", f"/inbox/{asked.pk}/approve/", fields)


def _order(company: scene.Scene, number: int) -> PurchaseOrder:
    requisition = cycle.request(company, quantity=Decimal(600), lines=1, serial=f"order {number}")
    cycle.approve(company, requisition)
    requisition = Requisition.objects.get(pk=requisition.pk)
    cycle.approve(company, requisition, by="region")
    relay.drain()
    return cycle.order_of(requisition)


def _delivery(number: int, order: PurchaseOrder) -> Message:
    fields = {"key": f"delivery-{number}", "action": "counted", "q-10": str(number + 1), "c-10": "good"}
    return Message(f"delivery-{number}", "receiver", f"/receiving/{order.number}/", fields)


def _invoice(number: int, order: PurchaseOrder) -> Message:
    fields = {
        "token": f"invoice-{number}",
        "supplier_number": f"S{(number + 1) * 7919}",
        "invoice_date": timezone.localdate().isoformat(),
        "tax_percent": "20",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "1",
        "lines-0-order_line_no": "10",
        "lines-0-quantity": str(number + 1),
        "lines-0-unit_price": "12.50",
    }
    return Message(f"invoice-{number}", "supplier", f"/supplier/invoices/new/?po={order.number}", fields)


def are_quiet() -> bool:
    """Tell whether every event had its whole effect or is parked."""
    return not DomainEvent.objects.filter(done_at=None, parked_at=None).exists()


def effects() -> list[str]:
    """Return the identity of every effect, once for each time it happened."""
    by_order = OrderLineSource.objects.filter(requisition_line__requisition__title__startswith="Cartons approval")
    orders = by_order.values_list("requisition_line__requisition__number", "order_line__order_id").distinct()
    receipts = GoodsReceipt.objects.values_list("lines__quantity", flat=True)
    bills = Invoice.objects.filter(state__in=SETTLED).values_list("lines__quantity", flat=True)
    return [
        *(f"approval-{number}" for number, _order in orders),
        *(f"delivery-{int(quantity) - 1}" for quantity in receipts),
        *(f"invoice-{int(quantity) - 1}" for quantity in bills),
    ]


def owed() -> dict[str, list[str]]:
    """Return who must be told what, by subscriber and subject, in the order it happened."""
    ledger: dict[str, list[str]] = {}
    events = DomainEvent.objects.order_by("id").values_list("kind", "subject_type", "subject_id", "msg_id")
    for kind, subject_type, subject_id, msg_id in events:
        for consumer, _handler in registries.subscriptions.handlers(kind):
            key = f"{consumer} about {subject_type} {subject_id}"
            ledger.setdefault(key, []).append(f"{consumer}:{msg_id}")
    return ledger


def told() -> list[str]:
    """Return what subscribers were told, in the order it took effect."""
    rows = EffectLedger.objects.order_by("applied_at", "id").values_list("consumer", "msg_id")
    return [f"{consumer}:{msg_id}" for consumer, msg_id in rows]


def parked() -> list[str]:
    """Return the events that wait for a person."""
    rows = DomainEvent.objects.exclude(parked_at=None).values_list("kind", "subject_number", "last_error")
    return [f"{kind} {number}: {error[:200]}" for kind, number, error in rows]
