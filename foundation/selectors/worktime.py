from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from foundation.decisions.worked import WorkedHours
from foundation.decisions.worktime import Hours, add_business_hours, next_working_day
from foundation.models import Holiday, Site, WorkCalendar


@lru_cache(maxsize=64)
def _public_holidays(country: str, subdivision: str, first: int, last: int) -> frozenset[date]:
    if not country:
        return frozenset()
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=range(first, last + 1))
    return frozenset(days)


@lru_cache(maxsize=1)
def known_holidays() -> dict[str, tuple[str, ...]]:
    """Return the countries whose public holidays are known (ISO 3166-1 alpha-2), with the parts that have their own."""
    return {code: tuple(parts) for code, parts in holidays.list_supported_countries(include_aliases=False).items()}


def public_days_off(calendar: WorkCalendar, first: date, last: date) -> list[tuple[date, str]]:
    """Return the public holidays of a calendar's country between two days, both included, with their names."""
    if not calendar.country:
        return []
    years = range(first.year, last.year + 1)
    days = holidays.country_holidays(calendar.country, subdiv=calendar.subdivision or None, years=years)
    return sorted((day, str(name)) for day, name in days.items() if first <= day <= last)


@lru_cache(maxsize=64)
def _own_days_off(calendar_id: int, minute: datetime) -> frozenset[date]:  # noqa: ARG001 - how long it is remembered
    return frozenset(Holiday.objects.filter(calendar_id=calendar_id).values_list("date", flat=True))


def forget() -> None:
    """Drop what the process remembers of calendars; keeping one calls it, and tests."""
    _own_days_off.cache_clear()


def hours_of(calendar: WorkCalendar, zone: str, around: datetime) -> Hours:
    """Return the working hours of a calendar in a zone, with the days off from a year before to two years after.

    A calendar's own days off are remembered for a minute: a day entered just now counts from the next minute on.
    """
    public = _public_holidays(calendar.country, calendar.subdivision, around.year - 1, around.year + 2)
    if "extra_holidays" in getattr(calendar, "_prefetched_objects_cache", {}):
        extra = frozenset(h.date for h in calendar.extra_holidays.all())
    else:
        extra = _own_days_off(calendar.pk, around.replace(second=0, microsecond=0))
    return Hours(
        zone=zone,
        weekdays=frozenset(int(d) for d in calendar.weekdays if d != "0"),
        opens=calendar.opens,
        closes=calendar.closes,
        days_off=frozenset(public | extra),
    )


def working_deadline(site: Site | None, start: datetime, hours: float) -> datetime:
    """Return when `hours` business hours have passed at a site (MQ-4).

    What is of no site counts on the first work calendar, in UTC; without any calendar it is due at once.
    """
    if site is None:
        calendar = WorkCalendar.objects.order_by("pk").first()
        return add_business_hours(start, hours, hours_of(calendar, "UTC", start)) if calendar else start
    return add_business_hours(start, hours, hours_of(site.calendar, site.time_zone, start))


def next_working_day_at(site: Site, start: datetime, days: int = 1) -> date:
    """Return the working day `days` after `start` at a site."""
    hours = hours_of(site.calendar, site.time_zone, start)
    return next_working_day(start.astimezone(ZoneInfo(site.time_zone)).date(), hours, days)


def clocks_by_site() -> dict[int, WorkedHours]:
    """Return what counts business hours between instants, for each site by its key (MQ-4); two or three statements."""
    sites = Site.objects.select_related("calendar").prefetch_related("calendar__extra_holidays")
    return {site.pk: _clock(site) for site in sites}


def _clock(site: Site) -> WorkedHours:
    return WorkedHours(
        site.time_zone, lambda year: hours_of(site.calendar, site.time_zone, datetime(year, 7, 1, tzinfo=UTC))
    )
