"""SO-2: what a contract may say, how two versions differ in words, when its end is told."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import InvalidError
from suppliers.decisions.contract_terms import (
    Difference,
    PriceTerm,
    Terms,
    check_terms,
    content_of,
    differences,
    is_nearly_used,
    terms_of,
    warning_due,
)

WRAP = PriceTerm("SW-500", "XCS", Decimal(0), Decimal("48.00"), line=2)
TIER = PriceTerm("SW-500", "XCS", Decimal(20), Decimal("44.00"), line=3)
TERMS = Terms(
    "Packaging", "tiered", "GBP", date(2026, 1, 1), date(2026, 12, 31), Decimal(10_000), Decimal(2_000), ("LDS", "HUL"),
    (WRAP, TIER),
)  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "changes", "code"),
    [
        ("as agreed", {}, ""),
        ("the last day may be the first", {"valid_to": date(2026, 1, 1)}, ""),
        ("the last day before the first", {"valid_to": date(2025, 12, 31)}, "valid_to_unfit"),
        ("a day far away", {"valid_to": date(2999, 1, 1)}, "valid_to_unfit"),
        ("a year mistyped", {"valid_from": date(202, 1, 1)}, "valid_from_unfit"),
        ("longer than twenty years", {"valid_to": date(2047, 1, 1)}, "valid_to_unfit"),
        ("a negative ceiling", {"ceiling": Decimal(-1)}, "ceiling_unfit"),
        ("a ceiling of no size", {"ceiling": Decimal("Infinity")}, "ceiling_unfit"),
        ("the floor may be the ceiling", {"floor": Decimal(10_000)}, ""),
        ("a floor above the ceiling", {"floor": Decimal("10000.01")}, "floor_unfit"),
        ("a ceiling at what is ordered", {"ceiling": Decimal(3_000)}, ""),
        ("a ceiling below what is ordered", {"ceiling": Decimal(2_999)}, "ceiling_unfit"),
        ("a blanket without a ceiling", {"kind": "blanket", "ceiling": None}, "ceiling_unfit"),
        ("a blanket without prices", {"kind": "blanket", "prices": ()}, ""),
        ("no prices at all", {"prices": ()}, "prices_unfit"),
        ("fixed prices with tiers", {"kind": "fixed"}, "prices_unfit"),
        ("an unknown kind", {"kind": "hearsay"}, "kind_unfit"),
        ("a negative price", {"prices": (replace(WRAP, unit_price=Decimal(-1)),)}, "prices_unfit"),
        ("a price too fine", {"prices": (replace(WRAP, unit_price=Decimal("1.0000001")),)}, "prices_unfit"),
        ("a price twice", {"prices": (WRAP, WRAP)}, "prices_unfit"),
        ("a site the contract lacks", {"prices": (replace(WRAP, sites=("ANT",)),)}, "prices_unfit"),
    ],
)
def test_terms_are_judged(_case: str, changes: dict[str, Any], code: str) -> None:
    found = ""
    try:
        check_terms(replace(TERMS, **changes), ordered=Decimal(3_000))
    except InvalidError as error:
        found = error.code

    assert found == code


def test_terms_are_stored_and_read_the_same() -> None:
    stored = terms_of(content_of(TERMS))

    assert differences(TERMS, stored) == ()
    assert content_of(stored) == content_of(TERMS)


def test_amendment_is_told_in_words_with_percents() -> None:
    after = replace(
        TERMS, valid_to=date(2027, 3, 31), ceiling=None, floor=None, sites=(),
        prices=(replace(WRAP, unit_price=Decimal("50.40")), PriceTerm("TAPE-48", "XCS", Decimal(0), Decimal(36))),
    )  # fmt: skip

    assert differences(TERMS, after) == (
        Difference("Last day", "31 Dec 2026", "31 Mar 2027"),
        Difference("Ceiling", "10000 GBP", "none"),
        Difference("Floor", "2000 GBP", "none"),
        Difference("Sites", "HUL, LDS", "every site"),
        Difference("SW-500 per XCS", "48 GBP", "50.4 GBP", Decimal(5)),
        Difference("SW-500 per XCS from 20", "44 GBP", ""),
        Difference("TAPE-48 per XCS", "", "36 GBP"),
    )


@pytest.mark.parametrize(
    ("days", "due"), [(91, None), (90, 90), (61, 90), (60, 60), (31, 60), (30, 30), (0, 30), (-1, None)]
)
def test_end_is_told_90_60_and_30_days_before(days: int, due: int | None) -> None:
    today = date(2026, 3, 10)

    assert warning_due(today + timedelta(days=days), today) == due


@pytest.mark.parametrize(
    ("ordered", "ceiling", "nearly"), [("899", "1000", False), ("900", "1000", True), ("5", None, False)]
)
def test_ceiling_is_nearly_used_from_90_percent_on(ordered: str, ceiling: str | None, nearly: bool) -> None:
    assert is_nearly_used(Decimal(ordered), Decimal(ceiling) if ceiling else None) == nearly
