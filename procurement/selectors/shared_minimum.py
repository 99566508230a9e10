"""What a requisition asks below a supplier's minimum while other sites wait for the same; two statements, one when nothing is short."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce

from procurement.decisions.shared_minimum import OpenNeed, Short, find_short
from procurement.models import Requisition, RequisitionLine, RequisitionState

MOST = 300
ONE = Decimal(1)


def shared_minimums(requisition: Requisition) -> Sequence[Short]:
    """Return the minimums a requisition that is not ordered yet stays below together with other sites."""
    site = requisition.ship_to
    here = FilteredRelation("catalogue_item__at_sites", condition=Q(catalogue_item__at_sites__site=site))
    lines = (
        _open(RequisitionLine.objects.filter(requisition=requisition))
        .annotate(here=here)
        .annotate(least=Coalesce(F("here__minimum_quantity"), F("catalogue_item__minimum_quantity")))
        .annotate(sold_in=F("catalogue_item__unit"))
    )
    own = [_need(line) for line in lines.order_by("line_no")[:MOST]]
    short = {n.supplier for n in own if n.least_quantity is not None and n.quantity < n.least_quantity}
    short |= {n.supplier for n in own if n.least_amount is not None}
    if not short:
        return ()
    states = (RequisitionState.SUBMITTED, RequisitionState.APPROVED)
    others = RequisitionLine.objects.filter(supplier__code__in=short, requisition__state__in=states)
    return find_short(
        own, [_need(line) for line in _open(others.exclude(requisition__ship_to=site)).order_by("pk")[:MOST]]
    )


def _open(rows: QuerySet[RequisitionLine]) -> QuerySet[RequisitionLine]:
    found = rows.filter(ordered_at=None, quantity__gt=0, supplier__isnull=False, item__isnull=False)
    return found.select_related("requisition__ship_to", "supplier", "item", "unit")


def _need(line: RequisitionLine) -> OpenNeed:
    requisition, supplier = line.requisition, line.supplier
    assert supplier is not None  # noqa: S101 - the rows have one; for the type checker
    assert line.item is not None  # noqa: S101 - same
    same_unit = getattr(line, "sold_in", None) == line.unit_id
    same_money = supplier.currency == requisition.currency
    return OpenNeed(
        requisition.number, requisition.ship_to.code, supplier.code, line.item.code, line.unit.code, line.quantity,
        requisition.currency, line.line_amount, getattr(line, "least", None) if same_unit else None,
        supplier.minimum_order_amount if same_money else None, supplier.name,
    )  # fmt: skip
