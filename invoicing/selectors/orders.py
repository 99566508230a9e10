from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from foundation.duties import chain_of
from invoicing.decisions.facts import HoldCode
from invoicing.models import Hold, HoldState, Invoice, InvoiceState
from procurement.models import OrderLineSource, OrderState, ProgressStatus, PurchaseOrder, PurchaseOrderLine
from suppliers.selectors import records_of

UNPAID = (InvoiceState.RECEIVED, InvoiceState.WAITING, InvoiceState.HELD, InvoiceState.CLEARED)
# What another version of the tolerances may judge otherwise.
ON_LIMITS = (HoldCode.PRICE_ABOVE, HoldCode.PRICE_BELOW, HoldCode.OVER_RECEIVED, HoldCode.TAX, HoldCode.TOTAL)
SENT = (OrderState.ISSUED, OrderState.CLOSED, OrderState.CANCELLED)


def sent_orders(supplier_id: int, numbers: Iterable[str]) -> QuerySet[PurchaseOrder]:
    """Return the orders of these numbers that this supplier was sent; others do not exist for its bills."""
    return PurchaseOrder.objects.filter(
        supplier__in=records_of(supplier_id), number__in=list(numbers), revision__gt=0, state__in=SENT
    ).order_by("pk")


def chains_of_orders(order_ids: Iterable[int]) -> list[str]:
    """Return the document chains these orders belong to: themselves and the requisitions behind them (SD-2)."""
    ids = sorted(order_ids)
    requisitions = (
        OrderLineSource.objects.filter(order_line__order_id__in=ids)
        .values_list("requisition_line__requisition_id", flat=True)
        .order_by("requisition_line__requisition_id")
        .distinct()
    )
    return [chain_of("order", pk) for pk in ids] + [chain_of("requisition", pk) for pk in requisitions]


def unpaid_on_orders(orders: Mapping[int, str]) -> list[int]:
    """Return the invoices not yet released that bill or name any of the orders, oldest statement first (TM-9, TM-13).

    `orders`: number by id. Each way to be about an order has its own index, so they are three branches of one statement.
    """
    numbers = list(orders.values())
    matched = _unpaid().filter(lines__matches__order_line__order_id__in=list(orders))
    named = _unpaid().filter(lines__order_number__in=numbers)
    headed = _unpaid().filter(order_reference__in=numbers)
    return _ranked(matched, named, headed)


def settled_orders(
    order_ids: Collection[int] | None = None, *, invoice_id: int | None = None, limit: int = 500
) -> list[int]:
    """Return issued orders received and billed in full of which every bill is in the ERP, oldest first (PO-1).

    `order_ids` narrows it to these, and `invoice_id` to those and the ones that invoice pays for; the lines themselves
    are judged when the order is locked.
    """
    done = (ProgressStatus.FULL, ProgressStatus.OVER)
    orders = PurchaseOrder.objects.filter(
        state=OrderState.ISSUED, hold_reason="", receipt_status__in=done, invoice_status__in=done
    )
    if invoice_id is not None:
        paid_for = PurchaseOrderLine.objects.filter(matches__line__invoice_id=invoice_id).values("order_id")
        orders = orders.filter(Q(pk__in=order_ids or ()) | Q(pk__in=paid_for))
    elif order_ids is not None:
        orders = orders.filter(pk__in=order_ids)
    in_work = Invoice.objects.filter(state__in=[*UNPAID, InvoiceState.RELEASED])
    orders = orders.exclude(Exists(in_work.filter(lines__matches__order_line__order=OuterRef("pk"))))
    orders = orders.exclude(Exists(in_work.filter(lines__order_number=OuterRef("number"))))
    orders = orders.exclude(Exists(in_work.filter(order_reference=OuterRef("number"))))
    return list(orders.order_by("pk").values_list("pk", flat=True)[:limit])


def unpaid_of_supplier(supplier_id: int) -> list[int]:
    """Return the supplier's invoices not yet released, oldest statement first."""
    return _ranked(_unpaid().filter(supplier__in=records_of(supplier_id)))


def held_on_limits() -> list[int]:
    """Return invoices not yet released that a limit of the tolerances holds, oldest statement first."""
    held = Hold.objects.filter(invoice=OuterRef("pk"), state=HoldState.OPEN, code__in=ON_LIMITS)
    return _ranked(_unpaid().filter(Exists(held)))


def overdue_waiting(today: object, limit: int = 500) -> list[int]:
    """Return invoices whose goods should have come before a day (TM-8)."""
    due = Invoice.objects.filter(state=InvoiceState.WAITING, expected_date__lt=today)
    return list(due.order_by("invoice_date", "number_key", "pk").values_list("pk", flat=True)[:limit])


def left_cleared(before: datetime, limit: int = 500) -> list[int]:
    """Return invoices that were cleared before an instant and not handed on, the oldest first (TM-11)."""
    rows = Invoice.objects.filter(state=InvoiceState.CLEARED, matched_at__lt=before)
    return list(rows.order_by("matched_at", "pk").values_list("pk", flat=True)[:limit])


def _unpaid() -> QuerySet[Invoice]:
    return Invoice.objects.filter(state__in=UNPAID)


def _ranked(first: QuerySet[Invoice], *others: QuerySet[Invoice]) -> list[int]:
    rows, *more = (found.order_by().values_list("invoice_date", "number_key", "pk") for found in (first, *others))
    return [pk for _, _, pk in sorted(rows.union(*more) if more else rows.distinct())]
