from dataclasses import dataclass
from datetime import date
from decimal import Decimal

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
    """Return the rate in force on a day: the newest not later than it.

    :raises InvalidError: no rate is known; the amount cannot be judged, so nothing goes on.
    """
    target = base or base_currency()
    if currency == target:
        return FrozenRate(currency, target, Decimal(1), day)
    row = (
        ExchangeRate.objects.filter(currency=currency, base_currency=target, date__lte=day)
        .order_by("-date")
        .values_list("rate", "date")
        .first()
    )
    if row is None:
        raise InvalidError(
            "rate_missing",
            f"There is no exchange rate from {currency} to {target} for {day}. Import the day's rates first.",
            field="currency",
            value=currency,
        )
    return FrozenRate(currency, target, row[0], row[1])
