"""MQ-3: units convert by the item first, then by the general table, else not at all."""

from decimal import Decimal

import pytest

from foundation.errors import InvalidError
from foundation.quantity import Quantity, UnitTable, round_quantity, to_base

GENERAL = {
    "KGM": ("mass", Decimal(1000)),
    "GRM": ("mass", Decimal(1)),
    "LTR": ("volume", Decimal(1000)),
    "EA": ("", Decimal(1)),
    "XCS": ("", Decimal(1)),
}


def table(base: str, **item: str) -> UnitTable:
    return UnitTable(base, {unit: Decimal(factor) for unit, factor in item.items()}, GENERAL)


@pytest.mark.parametrize(
    ("_case", "units", "quantity", "unit", "base"),
    [
        ("the base unit itself", table("EA"), "24", "EA", "24"),
        ("a case of 24 each", table("EA", XCS="24"), "1", "XCS", "24"),
        ("half a case", table("EA", XCS="24"), "0.5", "XCS", "12"),
        ("general table", table("GRM"), "2.5", "KGM", "2500"),
        ("and back", table("KGM"), "2500", "GRM", "2.5"),
        ("the item's own goes first", table("GRM", KGM="900"), "1", "KGM", "900"),
        ("four decimals, half up", table("KGM"), "0.05", "GRM", "0.0001"),
    ],
)
def test_to_base(_case: str, units: UnitTable, quantity: str, unit: str, base: str) -> None:
    assert to_base(Decimal(quantity), unit, units) == Decimal(base)


@pytest.mark.parametrize(
    ("_case", "units", "unit"),
    [
        ("no pack size", table("EA"), "XCS"),
        ("another dimension", table("KGM"), "LTR"),
        ("counting units are no dimension", table("EA"), "XCS"),
        ("unknown unit", table("EA"), "FURLONG"),
    ],
)
def test_no_path_is_refused_and_names_both_units(_case: str, units: UnitTable, unit: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        to_base(Decimal(1), unit, units)

    assert refusal.value.code == "unit_not_convertible"
    assert (refusal.value.details["unit"], refusal.value.details["base_unit"]) == (unit, units.base_unit)


def test_quantities_of_different_units_do_not_add() -> None:
    assert Quantity(Decimal(1), "EA") + Quantity(Decimal(2), "EA") == Quantity(Decimal(3), "EA")
    with pytest.raises(InvalidError):
        Quantity(Decimal(1), "EA") + Quantity(Decimal(1), "XCS")


def test_quantities_keep_four_decimals() -> None:
    assert round_quantity(Decimal("1.00005")) == Decimal("1.0001")
