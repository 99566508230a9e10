"""What a receiver expects: today first, then what is late, then what comes later; and finding it by a scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from procurement.models import OrderState, PurchaseOrder
from procurement.selectors.order_list import COMING

MOST = 60


@dataclass(frozen=True, slots=True)
class Expected:
    """One group of deliveries; `name` is its anchor, `tone` how its chip looks."""

    name: str
    title: str
    orders: Sequence[PurchaseOrder]


def expected(orders: QuerySet[PurchaseOrder], *, today: date) -> Sequence[Expected]:
    """Return the open deliveries of a visible set in three groups; two statements, at most 60 late and 60 to come."""
    open_ones = orders.filter(state=OrderState.ISSUED, receipt_status__in=COMING).select_related("supplier", "ship_to")
    coming = list(open_ones.filter(need_by__gte=today).order_by("need_by", "pk")[:MOST])
    late = list(open_ones.filter(need_by__lt=today).order_by("-need_by", "-pk")[:MOST])
    groups = (
        Expected("today", "Today", [o for o in coming if o.need_by == today]),
        Expected("late", "Late", late),
        Expected("coming", "Coming", [o for o in coming if o.need_by > today]),
    )
    return [group for group in groups if group.orders]


def found(orders: QuerySet[PurchaseOrder], scanned: str) -> Sequence[PurchaseOrder]:
    """Return the orders a scan may mean: the number, or open orders with that item, part or GTIN; at most 20."""
    exact = orders.filter(number=scanned, revision__gt=0).select_related("supplier", "ship_to")
    if exact:
        return list(exact)
    lines = Q(lines__item__code=scanned) | Q(lines__supplier_part__iexact=scanned)
    if scanned.isdigit():
        lines |= Q(lines__item__gtin=scanned)
    named = Q(number__contains=scanned) | Q(supplier__name__icontains=scanned)
    open_ones = orders.filter(state=OrderState.ISSUED, receipt_status__in=COMING).filter(lines | named)
    return list(open_ones.select_related("supplier", "ship_to").distinct().order_by("need_by", "pk")[:20])
