"""GR-1, GR-3: how much of a delivery is accepted; base units, tolerance cumulative over all receipts."""

from decimal import Decimal

import pytest

from procurement.decisions.receipt import Delivered, receive


@pytest.mark.parametrize(
    ("_case", "row", "condition", "expected"),
    [
        #                             ordered cancelled short before arriving over%              accepted rejected over
        ("as ordered",                "100    0         0     0      100      5",  "good",       "100 0 0"),
        ("a part",                    "100    0         0     0      60       5",  "good",       "60 0 0"),
        ("the limit is allowed",      "100    0         0     0      105      5",  "good",       "105 0 0"),
        ("above the limit",           "100    0         0     0      106      5",  "good",       "105 0 1"),
        ("cumulative over receipts",  "100    0         0     100    6        5",  "good",       "5 0 1"),
        ("zero means zero",           "100    0         0     0      101      0",  "good",       "100 0 1"),
        ("cancelled is not awaited",  "100    40        0     0      70       0",  "good",       "60 0 10"),
        ("closed short likewise",     "100    0         40    60     1        0",  "good",       "0 0 1"),
        ("damaged is rejected",       "100    0         0     0      10       5",  "damaged",    "0 10 0"),
        ("the wrong thing likewise",  "100    0         0     0      10       5",  "wrong_item", "0 10 0"),
    ],
)  # fmt: skip
def test_receive(_case: str, row: str, condition: str, expected: str) -> None:
    ordered, cancelled, short, before, arriving, over = map(Decimal, row.split())

    found = receive(Delivered(ordered, cancelled, short, before, arriving, condition, over))

    assert [found.accepted, found.rejected, found.over] == [Decimal(x) for x in expected.split()]
    assert found.accepted + found.rejected + found.over == arriving
