"""AK-1 to AK-3: what a supplier's answer means. Ordered: 100 at 4.00, wanted on 20 March; first price 4.00."""

from datetime import date
from decimal import Decimal

import pytest

from procurement.decisions.acknowledgment import AckTolerance, Answer, Ordered, ack_status, judge

ORDERED = Ordered(10, Decimal(100), Decimal("4.00"), Decimal("4.00"), date(2026, 3, 20))
LIMITS = AckTolerance(quantity_percent=Decimal(5), price_percent=Decimal(2), late_days=1)


def answer(row: str) -> Answer:
    word, quantity, price, day = row.split()
    return Answer(
        10,
        word,
        Decimal(quantity),
        None if price == "-" else Decimal(price),
        None if day == "-" else date(2026, 3, int(day)),
    )


@pytest.mark.parametrize(
    ("_case", "rows", "code"),
    [
        #                                     answer           quantity price day
        ("all as ordered",                  ["accepted          100 -    -"], "as_ordered"),
        ("earlier is as ordered",           ["accepted          100 -    18"], "as_ordered"),
        ("5 fewer: the limit is allowed",   ["quantity_changed   95 -    -"], "within_tolerance"),
        ("6 fewer",                         ["quantity_changed   94 -    -"], "quantity_outside"),
        ("packs round up, within 5 %",      ["quantity_changed  105 -    -"], "within_tolerance"),
        ("packs round up, above",           ["quantity_changed  106 -    -"], "quantity_outside"),
        ("2 % dearer: the limit",           ["price_changed     100 4.08 -"], "within_tolerance"),
        ("dearer than that",                ["price_changed     100 4.09 -"], "price_outside"),
        ("cheaper is welcome",              ["price_changed     100 3.00 -"], "within_tolerance"),
        ("a day late: the limit",           ["date_changed      100 -    21"], "within_tolerance"),
        ("two days late",                   ["date_changed      100 -    22"], "date_outside"),
        ("two deliveries that add up",      ["split 60 - 20", "split 40 - 21"], "within_tolerance"),
        ("the last delivery is too late",   ["split 60 - 20", "split 40 - 25"], "date_outside"),
        ("rejected is never an accept",     ["rejected            0 -    -"], "rejected"),
        ("on hold is never an accept",      ["on_hold           100 -    -"], "on_hold"),
        ("a substitute is never an accept", ["substituted       100 -    -"], "substituted"),
        ("an unknown word neither",         ["certainly         100 -    -"], "certainly"),
    ],
)  # fmt: skip
def test_judge_one_line(_case: str, rows: list[str], code: str) -> None:
    verdict = judge([ORDERED], [answer(row) for row in rows], LIMITS)

    assert [line.code for line in verdict.lines] == [code]
    assert verdict.needs_buyer is (code not in {"as_ordered", "within_tolerance"})


def test_drift_is_measured_from_the_first_approved_price() -> None:
    """AK-2: two rises of 2 % are not two small ones."""
    risen = Ordered(10, Decimal(100), Decimal("4.08"), Decimal("4.00"), date(2026, 3, 20))

    verdict = judge([risen], [answer("price_changed 100 4.16 -")], LIMITS)

    assert verdict.lines[0].code == "price_outside"
    assert verdict.sentence == "Line 10: price 4.16 instead of 4.08."


def test_silence_about_a_line_says_nothing_and_an_unknown_line_needs_the_buyer() -> None:
    """AK-3."""
    second = Ordered(20, Decimal(5), Decimal(1), Decimal(1), date(2026, 3, 20))

    verdict = judge([ORDERED, second], [answer("accepted 100 - -"), Answer(99, "accepted", Decimal(1))], LIMITS)

    assert [line.line_no for line in verdict.lines] == [10]
    assert (verdict.unknown, verdict.needs_buyer, verdict.sentence) == ((99,), True, "Line 99 is not on the order.")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["", ""], "none"),
        (["accepted", ""], "partial"),
        (["accepted", "accepted"], "confirmed"),
        (["accepted", "date_changed"], "changed"),
        (["rejected", "rejected"], "rejected"),
        (["rejected", "accepted"], "changed"),
        ([], "none"),
    ],
)
def test_answer_status_of_an_order(lines: list[str], status: str) -> None:
    assert ack_status(lines) == status
