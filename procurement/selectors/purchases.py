"""What is bought of a supplier at its catalogue prices, for who changes them (SO-1)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Sum

from foundation.purchases import Bought
from procurement.models import OrderState, PriceSource, PurchaseOrderLine, RequisitionLine, RequisitionState

ZERO = Decimal(0)
_OPEN = (RequisitionState.DRAFT, RequisitionState.SUBMITTED, RequisitionState.APPROVED)
_SENT = (OrderState.ISSUED, OrderState.CLOSED)


def bought_of(supplier_id: int, since: datetime) -> Mapping[tuple[int, int], Bought]:
    """Return, by item and unit, the needs not ordered yet and what was ordered since; contract prices aside.

    What was cancelled or closed short does not count. Two statements.
    """
    needs = RequisitionLine.objects.filter(
        supplier=supplier_id, price_source=PriceSource.CATALOGUE, ordered_at=None, quantity__gt=0, item__isnull=False,
        requisition__state__in=_OPEN,
    )  # fmt: skip
    lines = {(item, unit): n for item, unit, n in needs.order_by().values_list("item", "unit").annotate(Count("pk"))}
    orders = PurchaseOrderLine.objects.filter(
        supplier=supplier_id, contract=None, item__isnull=False, order__state__in=_SENT, order__issued_at__gte=since
    )
    wanted = Sum((F("ordered") - F("cancelled") - F("closed_short")) / F("base_factor"))
    sums = {(item, unit): q for item, unit, q in orders.order_by().values_list("item", "unit").annotate(wanted=wanted)}
    return {key: Bought(lines.get(key, 0), max(sums.get(key, ZERO), ZERO)) for key in lines.keys() | sums.keys()}
