"""When all who could decide a stage are away and nobody decides for them. Source: SEMANTICS AP-5 and AP-9."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from policies.decisions.staffing import Person, Roster
from policies.decisions.vocabulary import listed
from policies.decisions.world import Place


@dataclass(frozen=True, slots=True)
class Emptied:
    """A time without anybody, `until` exclusive, and who is away in it."""

    starts: datetime
    until: datetime
    people: tuple[Person, ...]


def emptied(people: tuple[Person, ...], roster: Roster, place: Place, amount: Decimal) -> tuple[Emptied, ...]:
    """Return the times that end after today in which all these people are away, and no deputy decides an amount here."""
    times: list[tuple[datetime, datetime]] = []
    for starts, until in pairwise(_instants(people, roster)):
        if all(roster.is_gone(person, starts, place.code, amount) for person in people):
            if times and times[-1][1] == starts:
                times[-1] = (times[-1][0], until)
            else:
                times.append((starts, until))
    now = roster.today
    return tuple(Emptied(starts, until, people) for starts, until in times if now is None or until > now)


def _instants(people: Sequence[Person], roster: Roster) -> list[datetime]:
    """Return each instant at which somebody leaves or comes back: those asked, and their deputies."""
    mine = [absence for person in people for absence in roster.absences.get(person.pk, ())]
    deputies = {absence.deputy for absence in mine if absence.deputy is not None}
    theirs = [absence for deputy in deputies for absence in roster.absences.get(deputy, ())]
    return sorted({instant for absence in (*mine, *theirs) for instant in (absence.starts, absence.until)})


def emptied_words(time: Emptied, rows: Sequence[str], places: Sequence[str], *, runs: bool) -> str:
    """Say when which rows ask nobody, where, and who is away; `runs` when it has begun."""
    when = f"Until {_end(time.until)}" if runs else _span(time)
    which = f"row {rows[0]} asks" if len(rows) == 1 else f"rows {listed(rows)} ask"
    who = listed(person.name for person in time.people)
    away = "is away" if len(time.people) == 1 else "are away"
    return f"{when} {which} nobody at {listed(places)}: {who} {away}, and no deputy may decide."


def _span(time: Emptied) -> str:
    start, end = _start(time.starts), _end(time.until)
    return f"On {start}" if start == end else f"From {start} to {end}"


def _start(at: datetime) -> str:
    day = f"{at.day} {at:%b %Y}"
    return day if _is_midnight(at) else f"{day} {at:%H:%M}"


def _end(at: datetime) -> str:
    """Write an exclusive end: a midnight is the day before it."""
    return _start(at - timedelta(days=1)) if _is_midnight(at) else _start(at)


def _is_midnight(at: datetime) -> bool:
    return (at.hour, at.minute) == (0, 0)
