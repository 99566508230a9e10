"""What waits for the combined order of its supplier and site, and when that goes out (RQ-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Min, QuerySet, Sum

from foundation.models import Site
from foundation.selectors import hours_of
from policies.selectors import OrderingPolicy
from procurement.decisions.ordering import departs_at
from procurement.models import Requisition, RequisitionLine, RequisitionState


@dataclass(frozen=True, slots=True)
class Combining:
    """One order in the making: the lines of a site for a supplier; amount net in the currency, at approved prices."""

    ship_to_id: int
    site_code: str
    site: str
    supplier_id: int
    supplier_code: str
    supplier: str
    currency: str
    lines: int
    requisitions: int
    amount: Decimal
    goes_out_at: datetime


def departure(requisition: Requisition, policy: OrderingPolicy, at: datetime) -> datetime | None:
    """Return when the combined order of an approved requisition goes out; nothing when it waits for none."""
    if not policy.combine or policy.combine_until is None or requisition.is_urgent:
        return None
    site = requisition.ship_to
    return departs_at(at, policy.combine_until, hours_of(site.calendar, site.time_zone, at))


def waiting_to_combine() -> QuerySet[RequisitionLine]:
    """Return the approved lines that wait for a combined order, whatever their site."""
    return RequisitionLine.objects.filter(
        goes_out_at__isnull=False, ordered_at=None, quantity__gt=0, requisition__state=RequisitionState.APPROVED
    )


def combining_at(sites: QuerySet[Site]) -> Sequence[Combining]:
    """Return the orders in the making at these sites, the next to go out first; one statement."""
    rows = (
        waiting_to_combine()
        .filter(requisition__ship_to__in=sites)
        .order_by()
        .values(
            ship_to_id=F("requisition__ship_to"),
            site_code=F("requisition__ship_to__code"),
            site=F("requisition__ship_to__name"),
            supplier_code=F("supplier__code"),
            supplier_name=F("supplier__name"),
            currency=F("requisition__currency"),
            of=F("supplier"),
        )
        .annotate(
            count=Count("pk"),
            requisitions=Count("requisition", distinct=True),
            amount=Sum("line_amount"),
            departs=Min("goes_out_at"),
        )
        .order_by("departs", "site", "supplier_name")
    )
    return [
        Combining(
            ship_to_id=r["ship_to_id"], site_code=r["site_code"], site=r["site"], supplier_id=r["of"],
            supplier_code=r["supplier_code"], supplier=r["supplier_name"], currency=r["currency"], lines=r["count"],
            requisitions=r["requisitions"], amount=r["amount"], goes_out_at=r["departs"],
        )
        for r in rows
    ]  # fmt: skip


def due_to_go(at: datetime) -> Sequence[tuple[int, int]]:
    """Return site and supplier of every combined order whose hour has come, the oldest first."""
    rows = waiting_to_combine().filter(goes_out_at__lte=at).order_by()
    found = rows.values_list("requisition__ship_to", "supplier").annotate(departs=Min("goes_out_at"))
    return [(site, supplier) for site, supplier, _ in found.order_by("departs", "requisition__ship_to", "supplier")]
