from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, DecimalField, Exists, F, OuterRef, Value, When
from django.db.models.functions import Greatest

from procurement.models import ProgressStatus, PurchaseOrder, PurchaseOrderLine

_NUMBER = DecimalField(max_digits=18, decimal_places=4)


@transaction.atomic(savepoint=False)
def add_invoiced(*, invoiced: Mapping[int, Decimal], credited: Mapping[int, Decimal] | None = None) -> None:
    """Move the billed and credited counters of order lines, in base units, and their orders' invoicing status.

    The caller holds the locks of the orders and lines; counters move in the database and are never set. A negative
    quantity takes back. The business fact and its audit row are the invoice's.
    """
    moves = {"invoiced": invoiced, "credited": credited or {}}
    keys = sorted({key for quantities in moves.values() for key in quantities})
    if not keys:
        return
    lines = PurchaseOrderLine.objects.filter(pk__in=keys)
    lines.update(**{name: F(name) + _by_line(quantities) for name, quantities in moves.items() if quantities})
    PurchaseOrder.objects.filter(pk__in=lines.values("order_id")).update(invoice_status=_status())


def _by_line(quantities: Mapping[int, Decimal]) -> Case:
    whens = [When(pk=key, then=Value(quantity, output_field=_NUMBER)) for key, quantity in sorted(quantities.items())]
    return Case(*whens, default=Value(Decimal(0), output_field=_NUMBER), output_field=_NUMBER)


def _status() -> Case:
    """PO-1: over when a line is billed beyond what stays ordered, full when every line is billed, else partial."""
    due = Greatest(
        F("ordered") - F("cancelled") - F("closed_short"), Value(Decimal(0), output_field=_NUMBER), output_field=_NUMBER
    )
    lines = PurchaseOrderLine.objects.filter(order=OuterRef("pk"))
    return Case(
        When(Exists(lines.filter(invoiced__gt=due)), then=Value(ProgressStatus.OVER)),
        When(~Exists(lines.filter(invoiced__lt=due)), then=Value(ProgressStatus.FULL)),
        When(Exists(lines.filter(invoiced__gt=0)), then=Value(ProgressStatus.PARTIAL)),
        default=Value(ProgressStatus.NONE),
    )
