"""The demo's own time: what the product reads as now, and the working days it is counted in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from foundation.decisions.worktime import Hours


@contextmanager
def set_to(instant: datetime) -> Iterator[None]:
    """Let every porch and the relay read `instant` as now, so that subscribers act in the past they are told about."""
    real = timezone.now  # noqa: TID251 - put back below
    timezone.now = lambda: instant  # noqa: TID251 - the one place that turns the clock
    try:
        yield
    finally:
        timezone.now = real  # noqa: TID251 - put back


class Almanac:
    """Working days and hours of one place, counted back from now."""

    def __init__(self, now: datetime, hours: Hours) -> None:
        self.now, self._hours = now, hours
        self._zone = ZoneInfo(hours.zone)
        self.today = now.astimezone(self._zone).date()

    def day(self, back: int) -> date:
        """Return the working day `back` working days before today; 0 is today, working day or not."""
        day = self.today
        while back > 0:
            day -= timedelta(days=1)
            back -= self._hours.works_on(day)
        return day

    def at(self, back: int, clock: str) -> datetime:
        """Return a local time, such as `09:40`, on a working day before today."""
        return datetime.combine(self.day(back), time.fromisoformat(clock), self._zone)

    def ago(self, hours: float) -> datetime:
        """Return the instant from which `hours` business hours have passed until now."""
        left, day = timedelta(hours=hours), self.today
        while True:
            if self._hours.works_on(day):
                opens, closes = self._hours.window(day)
                end = min(closes, self.now)
                if end > opens and left < end - opens:
                    return end - left
                left -= max(end - opens, timedelta())
            day -= timedelta(days=1)
