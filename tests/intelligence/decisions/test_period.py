from datetime import date

import pytest

from intelligence.decisions.period import Period, read_period

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("_case", "first", "last", "expected", "wrong"),
    [
        ("nothing typed: thirteen weeks", "", "", "2025-12-31 2026-03-31", set()),
        ("both typed", "2026-01-01", "2026-01-31", "2026-01-01 2026-01-31", set()),
        ("one day", "2026-01-01", "2026-01-01", "2026-01-01 2026-01-01", set()),
        ("only the end", "", "2026-01-31", "2025-11-02 2026-01-31", set()),
        ("the wrong way round", "2026-02-01", "2026-01-31", "2025-12-31 2026-03-31", {"to"}),
        ("no day at all", "2026-02-30", "soon", "2025-12-31 2026-03-31", {"from", "to"}),
        ("too long", "1990-01-01", "2026-01-31", "2025-12-31 2026-03-31", {"from"}),
        ("outside of what days can be", "0001-01-01", "9999-12-31", "2025-12-31 2026-03-31", {"from", "to"}),
    ],
)  # fmt: skip
def test_read_period(_case: str, first: str, last: str, expected: str, wrong: set[str]) -> None:
    period, errors = read_period(first, last, TODAY)

    assert (f"{period.first} {period.last}", set(errors)) == (expected, wrong)


@pytest.mark.parametrize(
    ("first", "last", "before", "parts", "days"),
    [
        ("2026-03-02", "2026-03-08", "2026-02-23 2026-03-01", 7, 1),
        ("2026-01-01", "2026-04-01", "2025-10-02 2025-12-31", 13, 7),  # 91 days
        ("2026-01-01", "2026-04-02", "2025-10-01 2025-12-31", 12, 8),  # 92 days
    ],
)
def test_parts_of_a_period(first: str, last: str, before: str, parts: int, days: int) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))

    found = period.parts()

    assert (f"{period.before.first} {period.before.last}", len(found), period.part_days) == (before, parts, days)
    assert (found[0].first, found[-1].last) == (period.first, period.last)
    assert sum(part.days for part in found) == period.days
