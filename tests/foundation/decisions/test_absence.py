from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from foundation.decisions.absence import Away, stand_in

MONDAY = datetime(2026, 3, 9, tzinfo=UTC)


def absence(text: str) -> Away:
    """Read first day, last day, away or here, duty, site, limit; a dash means any."""
    first, last, presence, duty, site, limit = text.split()
    return Away(
        1, 2, MONDAY + timedelta(days=int(first)), MONDAY + timedelta(days=int(last) + 1), presence == "away",
        frozenset({duty} - {"-"}), frozenset({site} - {"-"}), None if limit == "-" else Decimal(limit),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "away", "task", "expected"),
    [
        #                          days presence duty  site limit    duty site amount
        ("everything",            "0 4 away -     -   -",   "order LDS 9000",   2),
        ("AP-5 another duty",     "0 4 away order -   -",   "bank LDS 10",      None),
        ("AP-5 another site",     "0 4 away -     HUL -",   "order LDS 10",     None),
        ("AP-5 the limit itself", "0 4 away -     -   500", "order LDS 500",    2),
        ("AP-5 above the limit",  "0 4 away -     -   500", "order LDS 500.01", None),
    ],
)  # fmt: skip
def test_what_an_absence_hands_over(_case: str, away: str, task: str, expected: int | None) -> None:
    duty, site, amount = task.split()

    assert stand_in([absence(away)], duty=duty, site=site, amount=Decimal(amount)) == expected


@pytest.mark.parametrize(
    ("_case", "one", "two", "expected"),
    [
        ("same days",               "0 4 away -     -   -", "4 6 away -    -   -", True),
        ("one after the other",     "0 4 away -     -   -", "5 6 away -    -   -", False),
        ("away twice, other sites", "0 4 away -     LDS -", "0 4 away -    HUL -", True),
        ("here, other sites",       "0 4 here -     LDS -", "0 4 here -    HUL -", False),
        ("here, other duties",      "0 4 here order -   -", "0 4 here bank -   -", False),
        ("here, one of them any",   "0 4 here order LDS -", "0 4 here -    -   -", True),
    ],
)  # fmt: skip
def test_absences_that_answer_the_same_question_twice_clash(_case: str, one: str, two: str, expected: bool) -> None:
    assert absence(one).clashes(absence(two)) is expected
    assert absence(two).clashes(absence(one)) is expected
