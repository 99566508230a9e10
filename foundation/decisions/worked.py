"""Business hours between many pairs of instants on one calendar (MQ-4): days are added up once, then looked up."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from foundation.decisions.worktime import Hours

HOUR = 3600


@dataclass(slots=True)
class WorkedHours:
    """The opening times of one place over the years asked about; equal to `business_hours_between`.

    `calendar_of(year)` returns the place's hours with the days off of that year.
    """

    zone: str
    calendar_of: Callable[[int], Hours]
    _first: int = 0
    _last: int = -1
    _opens: list[datetime] = field(default_factory=list)
    _closes: list[datetime] = field(default_factory=list)
    _before: list[float] = field(default_factory=list)

    def between(self, start: datetime, end: datetime) -> float:
        """Return working hours between two instants; zero when `end` is not later."""
        if end <= start:
            return 0.0
        self._cover(start, end)
        return (self._worked_until(end) - self._worked_until(start)) / HOUR

    def _worked_until(self, instant: datetime) -> float:
        place = bisect_right(self._opens, instant) - 1
        if place < 0:
            return 0.0
        inside = min(instant, self._closes[place]) - self._opens[place]
        return self._before[place] + inside.total_seconds()

    def _cover(self, start: datetime, end: datetime) -> None:
        """Lay out whole local years around both instants."""
        zone = ZoneInfo(self.zone)
        first, last = start.astimezone(zone).year, end.astimezone(zone).year
        if self._first <= first and last <= self._last:
            return
        if self._opens:
            first, last = min(first, self._first), max(last, self._last)
        self._first, self._last = first, last
        self._opens, self._closes, self._before = [], [], []
        passed = 0.0
        for year in range(first, last + 1):
            passed = self._lay_out(year, passed)

    def _lay_out(self, year: int, passed: float) -> float:
        calendar = self.calendar_of(year)
        day, end = datetime(year, 1, 1, tzinfo=UTC).date(), datetime(year + 1, 1, 1, tzinfo=UTC).date()
        while day < end:
            if calendar.works_on(day):
                opens, closes = calendar.window(day)
                self._opens.append(opens)
                self._closes.append(closes)
                self._before.append(passed)
                passed += (closes - opens).total_seconds()
            day += timedelta(days=1)
        return passed
