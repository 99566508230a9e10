"""Money: amounts in a currency, rounded once. Source: SEMANTICS MQ-1 and MQ-2."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from foundation.errors import InvalidError

# ISO 4217 minor units that differ from two.
MINOR_UNITS = {
    "BHD": 3, "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KMF": 0, "KRW": 0,
    "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0,
    "XOF": 0, "XPF": 0,
}  # fmt: skip
UNIT_PRICE_DECIMALS = 6
_UNIT_PRICE_STEP = Decimal(1).scaleb(-UNIT_PRICE_DECIMALS)


def minor_units(currency: str) -> int:
    """Return the decimals of a currency's smallest coin: 2 unless ISO 4217 says otherwise."""
    return MINOR_UNITS.get(currency, 2)


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round half-up to the currency's minor unit (MQ-2); done once, when a line amount is formed."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), rounding=ROUND_HALF_UP)


def round_unit_price(price: Decimal) -> Decimal:
    """Round a net price per unit half-up to 6 decimals (MQ-2)."""
    return price.quantize(_UNIT_PRICE_STEP, rounding=ROUND_HALF_UP)


def line_amount(quantity: Decimal, unit_price: Decimal, currency: str) -> Decimal:
    """Form a line amount: quantity x net unit price, rounded once (MQ-2)."""
    return round_amount(quantity * unit_price, currency)


def convert(amount: Decimal, rate: Decimal, to_currency: str) -> Decimal:
    """Convert at a frozen rate (units of the target per unit of the source) and round once (MQ-1)."""
    return round_amount(amount * rate, to_currency)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount that never travels without its currency (MQ-1)."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def rounded(self) -> "Money":
        """Return the amount in whole minor units."""
        return Money(round_amount(self.amount, self.currency), self.currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise InvalidError(
                "currency_mismatch",
                f"{self.currency} and {other.currency} cannot be added; convert one at a dated rate first.",
            )


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts that were already rounded; an empty document is zero."""
    return sum(amounts, Decimal(0))
