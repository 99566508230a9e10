"""MQ-1, MQ-2: amounts keep their currency and are rounded once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InvalidError
from foundation.money import Money, convert, line_amount, minor_units, round_amount, round_unit_price, total


@pytest.mark.parametrize(
    ("_case", "quantity", "price", "currency", "amount"),
    [
        ("two decimals", "3", "1.115", "GBP", "3.35"),  # 3.345: half goes up
        ("just below half", "3", "1.1149", "GBP", "3.34"),
        ("negative half goes away from zero", "-3", "1.115", "GBP", "-3.35"),
        ("yen have no minor unit", "3", "10.5", "JPY", "32"),  # 31.5
        ("dinars have three", "3", "0.1115", "KWD", "0.335"),  # 0.3345
        ("six decimals of price", "1000000", "0.000001", "EUR", "1.00"),
        ("an unknown currency has two", "1", "1.005", "XTS", "1.01"),
    ],
)
def test_line_amount_is_rounded_half_up_once(_case: str, quantity: str, price: str, currency: str, amount: str) -> None:
    assert str(line_amount(Decimal(quantity), Decimal(price), currency)) == amount


def test_header_is_the_sum_of_rounded_lines() -> None:
    """Three lines of 0.335 are 3 x 0.34, not 1.005 rounded."""
    lines = [line_amount(Decimal(1), Decimal("0.335"), "GBP") for _ in range(3)]

    assert total(lines) == Decimal("1.02")
    assert total([]) == 0


def test_unit_price_keeps_six_decimals() -> None:
    assert round_unit_price(Decimal(1) / 3) == Decimal("0.333333")


def test_conversion_uses_the_rate_given_and_rounds_to_the_target() -> None:
    """MQ-1: 100.01 EUR at 0.855 are 85.51 GBP (85.50855)."""
    assert convert(Decimal("100.01"), Decimal("0.855"), "GBP") == Decimal("85.51")
    assert convert(Decimal("100.01"), Decimal("155.5"), "JPY") == Decimal(15552)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(InvalidError) as refusal:
        Money(Decimal(1), "GBP") + Money(Decimal(1), "EUR")

    assert refusal.value.code == "currency_mismatch"
    assert Money(Decimal(3), "GBP") - Money(Decimal(1), "GBP") == Money(Decimal(2), "GBP")
    assert Money(Decimal("1.005"), "GBP").rounded() == Money(Decimal("1.01"), "GBP")


@given(st.decimals(-(10**9), 10**9, places=6), st.sampled_from(["GBP", "JPY", "KWD"]))
def test_rounding_twice_changes_nothing_and_moves_at_most_half_a_coin(amount: Decimal, currency: str) -> None:
    once = round_amount(amount, currency)

    assert round_amount(once, currency) == once
    assert abs(once - amount) <= Decimal(1).scaleb(-minor_units(currency)) / 2
