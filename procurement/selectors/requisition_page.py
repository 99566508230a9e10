"""What the requester's pages show beside the requisition itself."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from procurement.models import PurchaseOrder, Requisition, RequisitionLine


def with_first_line(rows: QuerySet[Requisition]) -> QuerySet[Requisition]:
    """Add `first_line`, the description of the first line, for lists of requisitions without a title."""
    lines = RequisitionLine.objects.filter(requisition=OuterRef("pk")).order_by("line_no")
    return rows.annotate(first_line=Subquery(lines.values("description")[:1]))


def matching(rows: QuerySet[Requisition], text: str) -> QuerySet[Requisition]:
    """Keep the requisitions whose number, title or lines contain the text."""
    lines = RequisitionLine.objects.filter(requisition=OuterRef("pk"), description__icontains=text)
    return rows.filter(Q(number__icontains=text) | Q(title__icontains=text) | Exists(lines))


def orders_from(requisition_id: int) -> Sequence[PurchaseOrder]:
    """Return the orders that carry lines of a requisition, oldest first."""
    return list(
        PurchaseOrder.objects.filter(lines__sources__requisition_line__requisition_id=requisition_id)
        .select_related("supplier")
        .distinct()
        .order_by("pk")
    )
