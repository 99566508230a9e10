"""What a change of an order tightens against what people agreed to (AP-7), and what it may not fall below (PO-2)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import InvalidError
from procurement.decisions.changes import Counted, WantedLine, below_what_came, in_words, rewritten, tightened

TODAY = date(2026, 3, 10)
AGREED: dict[str, Any] = {
    "number": "PO-1", "supplier": "ACME", "ship_to": "LDS", "currency": "GBP", "terms_days": 30, "need_by": "2026-03-20",
    "total": "600",
    "lines": [
        {"line_no": 10, "item": "SW", "quantity": "100", "unit_price": "4", "amount": "400", "need_by": "2026-03-20"},
        {"line_no": 20, "item": "TP", "quantity": "50", "unit_price": "4", "amount": "200", "need_by": "2026-03-25"},
    ],
}  # fmt: skip


def wanted(row: str, terms: int | None = None, **head: Any) -> dict[str, Any]:
    """Write line 10 as `quantity price day of March`; a dot leaves it as it is."""
    parts = [None if part == "." else part for part in row.split()]
    quantity, price, day = parts
    line = WantedLine(
        10, Decimal(quantity) if quantity else None, Decimal(price) if price else None,
        date(2026, 3, int(day)) if day else None,
    )  # fmt: skip
    return {**rewritten(AGREED, [line], terms, today=TODAY), **head}


@pytest.mark.parametrize(
    ("_case", "percent", "row", "more", "expected"),
    [
        #                                         %    quantity price day
        ("AP-7 nothing of weight",               "0",  "100  4     20",   {}, ""),
        ("AP-7 a later day loosens",             "0",  ".    .     28",   {}, ""),
        ("AP-7 an earlier day is no limit",      "0",  ".    .     12",   {}, ""),
        ("AP-7 fewer loosen",                    "0",  "60   .     .",    {}, ""),
        ("AP-7 cheaper loosens",                 "0",  ".    3.50  .",    {}, ""),
        ("AP-7 any raise when policy says zero", "0",  "101  .     .",    {}, "amount quantity"),
        ("AP-7 the limit is allowed",            "2",  "102  .     .",    {}, ""),
        ("AP-7 a piece beyond it",               "2",  "103  .     .",    {}, "quantity"),
        ("AP-7 a dearer price",                  "2",  ".    4.09  .",    {}, "unit_price"),
        ("AP-7 both, and the amount",            "2",  "110  4.20  .",    {}, "amount quantity unit_price"),
        ("AP-7 more for less is a raise still",  "2",  "120  3     .",    {}, "quantity"),
        ("AP-7 sooner payment",                  "5",  ".    .     .",    {"terms": 14}, "terms"),
        ("AP-7 later payment loosens",           "0",  ".    .     .",    {"terms": 60}, ""),
        ("AP-7 another supplier",                "50", ".    .     .",    {"supplier": "BOLT"}, "supplier"),
        ("AP-7 another site",                    "50", ".    .     .",    {"ship_to": "HUL"}, "site"),
    ],
)  # fmt: skip
def test_tightened(_case: str, percent: str, row: str, more: dict[str, Any], expected: str) -> None:
    assert sorted(tightened(AGREED, wanted(row, **more), Decimal(percent))) == expected.split()


def test_another_item_and_a_further_line_always_ask() -> None:
    other = {**AGREED, "lines": [{**AGREED["lines"][0], "item": "X"}, AGREED["lines"][1]]}
    more = {**AGREED, "lines": [*AGREED["lines"], {**AGREED["lines"][0], "line_no": 30}]}

    assert [tightened(AGREED, content, Decimal(100)) for content in (other, more)] == [{"item"}, {"item"}]


def test_small_raises_are_counted_together_since_the_last_agreement() -> None:
    once = wanted("102 . .")
    twice = rewritten(once, [WantedLine(10, Decimal(104))], today=TODAY)

    assert (tightened(AGREED, once, Decimal(2)), tightened(AGREED, twice, Decimal(2))) == (
        frozenset(),
        {"amount", "quantity"},
    )


def test_amounts_are_rounded_once_and_the_rest_stays() -> None:
    after = wanted("33.3333 0.333333 .", terms=14)

    assert (after["total"], after["lines"][0]["amount"], after["terms_days"]) == ("211.11", "11.11", 14)
    assert after["lines"][1] == AGREED["lines"][1]
    assert AGREED["total"] == "600", "what was there is not touched"


@pytest.mark.parametrize(
    ("_case", "line", "terms", "code"),
    [
        ("no such line",        WantedLine(30, Decimal(1)),                          None, "line_no_unusable"),
        ("nothing of it",       WantedLine(10, Decimal(0)),                          None, "quantity_unusable"),
        ("rounds to nothing",   WantedLine(10, Decimal("0.00001")),                  None, "quantity_unusable"),
        ("not a number",        WantedLine(10, Decimal("NaN")),                      None, "quantity_unusable"),
        ("an exponent",         WantedLine(10, Decimal("1e999999")),                 None, "quantity_unusable"),
        ("endless",             WantedLine(10, None, Decimal("Infinity")),           None, "unit_price_unusable"),
        ("below zero",          WantedLine(10, None, Decimal("-0.01")),              None, "unit_price_unusable"),
        ("more than any order", WantedLine(10, Decimal(10) ** 12),                   None, "quantity_unusable"),
        ("a day that passed",   WantedLine(10, None, None, date(2026, 3, 9)),        None, "need_by_unusable"),
        ("terms of a decade",   WantedLine(10),                                      3650, "terms_unusable"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_line(_case: str, line: WantedLine, terms: int | None, code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        rewritten(AGREED, [line], terms, today=TODAY)

    assert refusal.value.code == code
    assert refusal.value.details["value"]


def test_day_that_has_passed_already_may_stay() -> None:
    after = rewritten(AGREED, [WantedLine(10, Decimal(90), None, date(2026, 3, 20))], today=date(2026, 4, 1))

    assert (after["lines"][0]["quantity"], after["need_by"]) == ("90", "2026-03-20")


@pytest.mark.parametrize(
    ("_case", "row", "expected"),
    [
        #                              ordered wanted kept invoiced
        ("PO-2 nothing came",          "100    40     0    0",   None),
        ("PO-2 exactly what came",     "100    40     40   40",  None),
        ("PO-2 less than came",        "100    39     40   0",   (10, "received")),
        ("PO-2 less than was billed",  "100    39     0    40",  (10, "billed")),
        ("PO-2 over-received, left",   "100    100    105  105", None),
        ("PO-2 more is always right",  "100    104    105  105", None),
    ],
)  # fmt: skip
def test_below_what_came(_case: str, row: str, expected: tuple[int, str] | None) -> None:
    assert below_what_came([Counted(10, *map(Decimal, row.split()))]) == expected


def test_change_is_told_line_by_line() -> None:
    after = wanted("120 4.10 28", terms=14, ship_to="HUL")

    assert in_words(AGREED, after) == (
        "Deliver to HUL instead of LDS",
        "Payment in 14 days instead of 30",
        "Line 10: quantity 120 instead of 100, price 4.1 instead of 4, needed by 2026-03-28 instead of 2026-03-20",
    )
    assert in_words(AGREED, wanted("100 4 20")) == ()
