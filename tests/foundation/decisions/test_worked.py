"""Hours looked up equal hours counted day by day, over clock changes, holidays, weekends and years."""

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from foundation.decisions.worked import WorkedHours
from foundation.decisions.worktime import Hours, business_hours_between

LEEDS = Hours("Europe/London", frozenset({1, 2, 3, 4, 5}), time(8), time(18), frozenset({date(2026, 4, 3)}))
AUCKLAND = Hours("Pacific/Auckland", frozenset({1, 2, 3, 4, 5, 6}), time(7), time(15, 30))


@pytest.mark.parametrize(
    ("_case", "start", "end", "hours"),
    [
        ("inside one day", "2026-03-10 09:00", "2026-03-10 11:30", 2.5),
        ("over night", "2026-03-10 17:00", "2026-03-11 09:00", 2),
        ("over a weekend", "2026-03-13 17:00", "2026-03-16 09:00", 2),
        ("over Good Friday, in summer time", "2026-04-02 16:00", "2026-04-06 08:00", 2),
        ("before opening until after closing", "2026-03-10 05:00", "2026-03-10 22:00", 10),
        ("all on a Sunday", "2026-03-15 09:00", "2026-03-15 17:00", 0),
        ("backwards", "2026-03-11 09:00", "2026-03-10 09:00", 0),
    ],
)  # fmt: skip
def test_business_hours(_case: str, start: str, end: str, hours: float) -> None:
    clock = WorkedHours(LEEDS.zone, lambda _year: LEEDS)

    assert clock.between(*(datetime.fromisoformat(f"{text}+00:00") for text in (start, end))) == hours


@pytest.mark.parametrize("place", [LEEDS, AUCKLAND])
def test_lookup_equals_counting(place: Hours) -> None:
    clock = WorkedHours(place.zone, lambda _year: place)
    chance = random.Random(1)  # noqa: S311 - the same pairs every time

    for _ in range(300):
        start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(1_500_000))
        end = start + timedelta(minutes=chance.randrange(60_000))
        assert clock.between(start, end) == pytest.approx(business_hours_between(start, end, place))
