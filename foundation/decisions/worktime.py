"""Business hours on a work calendar. Source: SEMANTICS MQ-4.

Pure: the caller supplies the calendar with its days off and the site's time zone.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Hours:
    """When a place works: local opening hours on some weekdays (1 Monday to 7 Sunday), less days off."""

    zone: str
    weekdays: frozenset[int]
    opens: time
    closes: time
    days_off: frozenset[date] = field(default_factory=frozenset)

    def works_on(self, day: date) -> bool:
        """Say whether the place works on a local calendar day."""
        return day.isoweekday() in self.weekdays and day not in self.days_off

    def window(self, day: date) -> tuple[datetime, datetime]:
        """Return opening and closing instants of a day in UTC; a clock change inside the day is respected."""
        zone = ZoneInfo(self.zone)
        return (
            datetime.combine(day, self.opens, zone).astimezone(UTC),
            datetime.combine(day, self.closes, zone).astimezone(UTC),
        )


_MAX_DAYS = 3_660


def add_business_hours(start: datetime, hours: float, calendar: Hours) -> datetime:
    """Return the instant when `hours` working hours have passed since `start`.

    Zero hours outside opening times is the next opening. Exactly at closing time counts as that day.

    :raises ValueError: the calendar never opens within ten years.
    """
    left = timedelta(hours=hours)
    day = start.astimezone(ZoneInfo(calendar.zone)).date()
    for _ in range(_MAX_DAYS):
        if calendar.works_on(day):
            opens, closes = calendar.window(day)
            begin = max(start, opens)
            if begin <= closes and left <= closes - begin:
                return begin + left
            if begin < closes:
                left -= closes - begin
        day += timedelta(days=1)
    raise ValueError("the calendar never opens")


def business_hours_between(start: datetime, end: datetime, calendar: Hours) -> float:
    """Return working hours between two instants; zero when `end` is not later."""
    if end <= start:
        return 0.0
    zone = ZoneInfo(calendar.zone)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    passed = timedelta()
    while day <= last:
        if calendar.works_on(day):
            opens, closes = calendar.window(day)
            passed += max(min(end, closes) - max(start, opens), timedelta())
        day += timedelta(days=1)
    return passed.total_seconds() / 3600


def next_working_day(day: date, calendar: Hours, days: int = 1) -> date:
    """Return the working day `days` after `day` (at least one)."""
    found = 0
    for _ in range(_MAX_DAYS):
        day += timedelta(days=1)
        found += calendar.works_on(day)
        if found >= days:
            return day
    raise ValueError("the calendar never opens")
