"""MQ-4: due times count on the site's calendar. Leeds: weekdays 8 to 17, closed on Good Friday, 3 April 2026."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.decisions.worktime import Hours, add_business_hours, business_hours_between, next_working_day

LEEDS = Hours("Europe/London", frozenset({1, 2, 3, 4, 5}), time(8), time(17), frozenset({date(2026, 4, 3)}))
NEVER = Hours("Europe/London", frozenset(), time(8), time(17))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("_case", "start", "hours", "due"),
    [
        # in winter London keeps UTC
        ("within the day", "2026-03-10 09:00", 4, "2026-03-10 13:00"),
        ("to closing time exactly", "2026-03-10 09:00", 8, "2026-03-10 17:00"),
        ("over night", "2026-03-10 16:00", 2, "2026-03-11 09:00"),
        ("asked before opening", "2026-03-10 05:00", 1, "2026-03-10 09:00"),
        ("asked after closing", "2026-03-10 20:00", 1, "2026-03-11 09:00"),
        ("over the weekend", "2026-03-13 16:00", 2, "2026-03-16 09:00"),
        ("asked on Saturday", "2026-03-14 12:00", 0, "2026-03-16 08:00"),
        ("two working days", "2026-03-10 09:00", 18, "2026-03-12 09:00"),
        # in summer it is an hour ahead
        ("over the change of clocks", "2026-03-27 16:00", 2, "2026-03-30 08:00"),
        ("over Good Friday and the weekend", "2026-04-02 15:00", 2, "2026-04-06 08:00"),
    ],
)
def test_add_business_hours(_case: str, start: str, hours: float, due: str) -> None:
    assert add_business_hours(utc(start), hours, LEEDS) == utc(due)


@pytest.mark.parametrize(
    ("_case", "start", "end", "hours"),
    [
        ("same day", "2026-03-10 09:00", "2026-03-10 13:30", 4.5),
        ("over night", "2026-03-10 16:00", "2026-03-11 09:00", 2),
        ("nothing at night", "2026-03-10 20:00", "2026-03-11 06:00", 0),
        ("a whole week", "2026-03-09 00:00", "2026-03-16 00:00", 45),
        ("a weekend", "2026-03-13 17:00", "2026-03-16 08:00", 0),
        ("backwards is nothing", "2026-03-11 09:00", "2026-03-10 09:00", 0),
    ],
)
def test_business_hours_between(_case: str, start: str, end: str, hours: float) -> None:
    assert business_hours_between(utc(start), utc(end), LEEDS) == hours


@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)), st.integers(0, 200))  # noqa: DTZ001 - a zone is added
def test_what_was_added_is_what_lies_between(start: datetime, hours: int) -> None:
    begin = start.replace(tzinfo=UTC, microsecond=0)

    assert business_hours_between(begin, add_business_hours(begin, hours, LEEDS), LEEDS) == hours


@pytest.mark.parametrize(
    ("day", "days", "found"),
    [
        ("2026-03-10", 1, "2026-03-11"),
        ("2026-03-13", 1, "2026-03-16"),
        ("2026-04-02", 1, "2026-04-06"),
        ("2026-03-10", 5, "2026-03-17"),
    ],
)
def test_next_working_day(day: str, days: int, found: str) -> None:
    assert next_working_day(date.fromisoformat(day), LEEDS, days) == date.fromisoformat(found)


def test_calendar_that_never_opens_is_an_error_and_not_an_endless_search() -> None:
    with pytest.raises(ValueError, match="never opens"):
        add_business_hours(utc("2026-03-10 09:00"), 1, NEVER)
    with pytest.raises(ValueError, match="never opens"):
        next_working_day(date(2026, 3, 10), NEVER)
