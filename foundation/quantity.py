"""Quantities: a number never travels without its unit. Source: SEMANTICS MQ-3."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from foundation.errors import InvalidError

QUANTITY_DECIMALS = 4
_STEP = Decimal(1).scaleb(-QUANTITY_DECIMALS)


@dataclass(frozen=True, slots=True)
class UnitTable:
    """What converts into what, as multiples of a base.

    `item` maps a unit code to base units of the item ("CASE" -> 24); `general` maps a unit code to a pair
    (dimension, multiple of the dimension's base unit), such as "KGM" -> ("mass", 1000).
    """

    base_unit: str
    item: Mapping[str, Decimal]
    general: Mapping[str, tuple[str, Decimal]]

    def factor(self, unit: str) -> Decimal:
        """Return how many base units one `unit` is; the item's own table first, then the general one.

        :raises InvalidError: no path between the two units; both are named.
        """
        if unit == self.base_unit:
            return Decimal(1)
        if unit in self.item:
            return self.item[unit]
        here, there = self.general.get(unit), self.general.get(self.base_unit)
        if here and there and here[0] and here[0] == there[0]:
            return here[1] / there[1]
        raise InvalidError(
            "unit_not_convertible",
            f"{unit} cannot be converted to {self.base_unit} for this item; add a pack size first.",
            unit=unit,
            field="unit",
            value=unit,
            base_unit=self.base_unit,
        )


def plain(value: Decimal) -> str:
    """Write a number as documents do: no exponent, no needless zeros."""
    return format(value.normalize() + 0, "f")


def round_quantity(value: Decimal) -> Decimal:
    """Round half-up to 4 decimals."""
    return value.quantize(_STEP, rounding=ROUND_HALF_UP)


def to_base(value: Decimal, unit: str, table: UnitTable) -> Decimal:
    """Convert a quantity in `unit` to the item's base unit (MQ-3)."""
    return round_quantity(value * table.factor(unit))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of units, as written on a document."""

    value: Decimal
    unit: str

    def __add__(self, other: "Quantity") -> "Quantity":
        if self.unit != other.unit:
            raise InvalidError("unit_mismatch", f"{self.unit} and {other.unit} cannot be added; convert one first.")
        return Quantity(self.value + other.value, self.unit)
