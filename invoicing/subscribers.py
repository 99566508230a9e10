"""What happens to bills when something else happens (TM-9). Run by the relay; being told twice is harmless."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from foundation.group import read_once
from foundation.models import DomainEvent
from foundation.selectors.system import system_user
from invoicing import services
from invoicing.models import Invoice, InvoiceKind
from invoicing.selectors.credit import credited_invoice
from invoicing.selectors.orders import held_on_limits, unpaid_of_supplier, unpaid_on_orders
from policies.models import PolicyKind

# After these a bill may match that did not before.
REMATCH = (
    "procurement.goods_receipt.posted", "procurement.goods_receipt.reversed", "procurement.order.issued",
    "procurement.order.changed", "procurement.order.closed", "procurement.order.cancelled",
    "procurement.order.reopened", "procurement.acknowledgment.applied", "procurement.acknowledgment.decided",
)  # fmt: skip


def match_received(event: DomainEvent) -> None:
    """Match a bill that just came in."""
    services.match_invoice(invoice_id=event.subject_id, actor=system_user("relay"), at=_now())


def release_cleared(event: DomainEvent) -> None:
    """Hand a cleared bill on; a cleared credit note also tests again what it credits."""
    invoice = services.release_invoice(invoice_id=event.subject_id, actor=system_user("relay"), at=_now())
    credited = credited_invoice(invoice) if invoice.kind == InvoiceKind.CREDIT_NOTE else None
    if credited is not None:
        services.match_invoice(invoice_id=credited.pk, actor=system_user("relay"), at=_now())


def match_again_for_order(event: DomainEvent) -> None:
    """Test again every unpaid bill of the orders an event is about: goods came or went, the order changed.

    Once for all such events handled together: each of them happened before the first is told.
    """
    ids = read_once(event, "bills of orders", _unpaid_on_orders_of)
    if ids:
        services.match_invoices(invoice_ids=list(ids), actor=system_user("relay"), at=_now())
        ids.clear()


def _unpaid_on_orders_of(events: Iterable[DomainEvent]) -> list[int]:
    orders: dict[int, str] = {}
    for event in (one for one in events if one.kind in REMATCH):
        orders |= {pk: number for kind, pk, number in event.related if kind == "order"}
        if event.subject_type == "order":
            orders[event.subject_id] = event.subject_number
    return unpaid_on_orders(orders)


def close_settled(event: DomainEvent) -> None:
    """Close the orders of a bill or a receipt of which nothing is to come, to be billed or to be posted (PO-1)."""
    if event.payload.get("billed") in {"none", "partial"}:
        return
    orders = {pk for kind, pk, _ in event.related if kind == "order"}
    invoice = event.subject_id if event.subject_type == "invoice" else None
    services.close_settled_orders(order_ids=orders, invoice_id=invoice, actor=system_user("closing"), at=_now())


def match_again_for_supplier(event: DomainEvent) -> None:
    """Test again a supplier's unpaid bills: it may be blocked, or active again."""
    ids = unpaid_of_supplier(event.supplier_id or event.subject_id)
    services.match_invoices(invoice_ids=ids, actor=system_user("relay"), at=_now())


def match_again_under_new_limits(event: DomainEvent) -> None:
    """Test again what a limit holds, when other tolerances are in force; those that start later have a sweep."""
    now = _now()
    starts = datetime.fromisoformat(event.payload["effective_from"])
    if event.payload["policy_kind"] == PolicyKind.TOLERANCE and starts <= now:
        services.match_invoices(invoice_ids=held_on_limits(), actor=system_user("relay"), at=now)


def match_again_after_void(event: DomainEvent) -> None:
    """Test again what the voided bill stood in the way of: bills of the same orders, and its lookalikes."""
    invoice = Invoice.objects.get(pk=event.subject_id)
    ids = [pk for pk in unpaid_of_supplier(invoice.supplier_id) if pk != invoice.pk]
    services.match_invoices(invoice_ids=ids, actor=system_user("relay"), at=_now())


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock
