"""Working weeks and days off, on which due times are counted (MQ-4)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from foundation import access, audit
from foundation.documents import content_hash
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import Holiday, User, WorkCalendar
from foundation.selectors.worktime import forget, known_holidays
from foundation.services.keeping import in_turn, record_change, require_seen
from foundation.validators import new_code, one_line

_SET = ("name", "weekdays", "opens", "closes", "country", "subdivision")


@dataclass(frozen=True, slots=True)
class CalendarDetails:
    """What is written of a calendar besides its code, which stays.

    `weekdays` holds the days of work, 1 Monday to 7 Sunday. Public holidays of the country, and of the part of it, are
    days off; no country means none.
    """

    name: str
    weekdays: str
    opens: time
    closes: time
    country: str = ""
    subdivision: str = ""


def seen_of_calendar(*, calendar: WorkCalendar) -> str:
    """Return a fingerprint of what was on screen, to be sent back with a change."""
    return content_hash(_facts(calendar))


@use_case
def create_calendar(*, code: str, details: CalendarDetails, actor: User, at: datetime) -> WorkCalendar:
    """Add a calendar, to be chosen by sites.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises InvalidError: the code is taken, or a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    in_turn()
    calendar = WorkCalendar(code=new_code(code, longest=20))
    if WorkCalendar.objects.filter(code=calendar.code).exists():
        raise InvalidError(
            "code_taken", f"There is a calendar {calendar.code} already.", field="code", value=calendar.code
        )
    _write(calendar, details)
    calendar.save(force_insert=True)
    audit.record(calendar, "create_calendar", actor=actor, at=at, after=_facts(calendar))
    return calendar


@use_case
def change_calendar(*, code: str, seen: str, details: CalendarDetails, actor: User, at: datetime) -> WorkCalendar:
    """Change working hours. Due times that are set already stay; the next ones count on the new hours.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises NotFoundError: there is no such calendar.
    :raises StaleError: somebody changed it since the page was opened.
    :raises InvalidError: a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    calendar = _locked(code)
    before = _facts(calendar)
    require_seen(calendar, before, seen)
    _write(calendar, details)
    if record_change(calendar, "change_calendar", before, _facts(calendar), actor=actor, at=at):
        calendar.save(update_fields=list(_SET))
    return calendar


@use_case
def add_day_off(*, code: str, day: date, name: str, actor: User, at: datetime) -> Holiday:
    """Add a day off besides the public holidays, from today on: what was worked stays worked.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises NotFoundError: there is no such calendar.
    :raises InvalidError: the day is past or off already, or has no name.
    """
    require(access.can_keep_ground(actor))
    calendar = _locked(code)
    _require_ahead(day, at)
    if Holiday.objects.filter(calendar=calendar, date=day).exists():
        raise InvalidError("day_off_already", "That day is off already.", field="date", value=str(day))
    words = one_line(name, longest=80, field="name", what="what the day is called")
    added = Holiday.objects.create(calendar=calendar, date=day, name=words)
    forget()
    audit.record(calendar, "add_day_off", actor=actor, at=at, date=str(day), name=added.name)
    return added


@use_case
def drop_day_off(*, code: str, day_id: int, actor: User, at: datetime) -> WorkCalendar:
    """Work on a day that was off. A past one stays; one that is gone already is no error.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises NotFoundError: there is no such calendar.
    :raises InvalidError: the day is past.
    """
    require(access.can_keep_ground(actor))
    calendar = _locked(code)
    held = Holiday.objects.filter(calendar=calendar, pk=day_id).first()
    if held is not None:
        _require_ahead(held.date, at)
        held.delete()
        forget()
        audit.record(calendar, "drop_day_off", actor=actor, at=at, date=str(held.date), name=held.name)
    return calendar


def _require_ahead(day: date, at: datetime) -> None:
    if day < at.date():
        raise InvalidError("day_past", "A day that is past stays as it was.", field="date", value=str(day))


def _locked(code: str) -> WorkCalendar:
    calendar = WorkCalendar.objects.select_for_update(no_key=True).filter(code=code).first()
    if calendar is None:
        raise NotFoundError("not_found", "There is no such calendar.")
    return calendar


def _write(calendar: WorkCalendar, details: CalendarDetails) -> None:
    calendar.name = one_line(details.name, longest=80, field="name", what="what it is called")
    days = sorted(set(details.weekdays))
    if not days or any(day not in "1234567" for day in days):
        raise InvalidError("weekdays_unfit", "Choose at least one day of work.", field="weekdays")
    if details.closes <= details.opens:
        raise InvalidError("hours_unfit", "Close after you open, on the same day.", field="closes")
    country, part = details.country.strip().upper(), details.subdivision.strip().upper()
    known = known_holidays()
    if country and country not in known:
        raise InvalidError("country_unknown", f"No public holidays of {country[:8]} are known.", field="country")
    if part and part not in known.get(country, ()):
        some = ", ".join(known.get(country, ())[:12]) or "nothing"
        raise InvalidError("subdivision_unknown", f"Use one of {some}.", field="subdivision", value=part[:8])
    calendar.weekdays, calendar.opens, calendar.closes = "".join(days), details.opens, details.closes
    calendar.country, calendar.subdivision = country, part


def _facts(calendar: WorkCalendar) -> dict[str, Any]:
    return {name: str(getattr(calendar, name)) for name in _SET}
