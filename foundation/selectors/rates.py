from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Q, QuerySet, Subquery

from foundation.errors import InvalidError
from foundation.models import ExchangeRate
from foundation.selectors.organisation import base_currency


@dataclass(frozen=True, slots=True)
class FrozenRate:
    """A rate with the day it is from: base currency per unit of `currency` (MQ-1)."""

    currency: str
    base_currency: str
    rate: Decimal
    date: date


def rate_on(currency: str, day: date, base: str | None = None) -> FrozenRate:
    """Return the rate in force on a day: the newest not later than it, as it was last set right.

    :raises InvalidError: no rate is known; the amount cannot be judged, so nothing goes on.
    """
    target = base or base_currency()
    if currency == target:
        return FrozenRate(currency, target, Decimal(1), day)
    row = rate_row_on(currency, day, target)
    if row is None:
        raise InvalidError(
            "rate_missing",
            f"There is no exchange rate from {currency} to {target} for {day}. Enter one under Master data first.",
            field="currency",
            value=currency,
        )
    return FrozenRate(currency, target, row.rate, row.date)


def rate_row_on(currency: str, day: date, base: str) -> ExchangeRate | None:
    """Return the row in force on a day: the newest day not later than it, and of that day what was entered last."""
    rows = ExchangeRate.objects.filter(currency=currency, base_currency=base, date__lte=day)
    return rows.order_by("-date", "-pk").first()


def rates_for_keeping(*, currency: str = "") -> QuerySet[ExchangeRate]:
    """Return every row with who entered it, and `until`: the day of the row that follows it, or of its correction.

    A row counts from its day until that day; when both are the same, it counts no longer on any day.
    """
    later = ExchangeRate.objects.filter(currency=OuterRef("currency"), base_currency=OuterRef("base_currency")).filter(
        Q(date__gt=OuterRef("date")) | Q(date=OuterRef("date"), pk__gt=OuterRef("pk"))
    )
    rows = ExchangeRate.objects.select_related("entered_by").annotate(
        until=Subquery(later.order_by("date", "pk").values("date")[:1])
    )
    return rows.filter(currency=currency) if currency else rows
