"""Which certificates a supplier needs, how each stands, and what follows (SU-1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from foundation.errors import InvalidError

WARN_DAYS = (30, 60, 90)  # before the last day: the nearest first
OLDEST = timedelta(days=20 * 366)
FURTHEST = timedelta(days=15 * 366)
SOONEST_START = timedelta(days=366)
VALID, EXPIRING, EXPIRED, MISSING, WAITING = "valid", "expiring", "expired", "missing", "waiting"


@dataclass(frozen=True, slots=True)
class Need:
    """A kind of certificate that is needed of who serves a category (codes from the root) at a site; empty = any."""

    kind: int
    name: str
    needed_from: date
    category: str = ""
    site: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate as far as it counts; `is_accepted` by a person, otherwise it waits for one."""

    kind: int
    is_accepted: bool
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Place:
    """What a supplier serves: a category (codes from the root) at a site; empty = every one."""

    category: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a needed kind stands; `until` is the last day of the best one, `restricts` says that no new order may go."""

    kind: int
    name: str
    status: str
    needed_from: date
    until: date | None = None
    has_new: bool = False  # another one waits for a person
    restricts: bool = False


def standings(
    needs: Iterable[Need], held: Sequence[Held], serves: Sequence[Place], *, country: str, today: date
) -> tuple[Standing, ...]:
    """Return how each kind needed of a supplier stands, by name; the last day itself still counts."""
    first: dict[int, Need] = {}
    for need in needs:
        if _is_asked(need, serves, country):
            known = first.get(need.kind)
            if known is None or need.needed_from < known.needed_from:
                first[need.kind] = need
    found = [_standing(need, [one for one in held if one.kind == need.kind], today) for need in first.values()]
    return tuple(sorted(found, key=lambda one: one.name))


def _is_asked(need: Need, serves: Sequence[Place], country: str) -> bool:
    if need.country and need.country != country:
        return False
    if not need.category and not need.site:
        return True
    return any(_meet(need.category, place.category) and _same(need.site, place.site) for place in serves)


def _meet(asked: str, served: str) -> bool:
    """Say whether a branch of the spend tree is asked about that is served, or holds one, or is held by one."""
    return not asked or not served or served.startswith(asked) or asked.startswith(served)


def _same(asked: str, served: str) -> bool:
    return not asked or not served or asked == served


def _standing(need: Need, held: Sequence[Held], today: date) -> Standing:
    accepted = [one for one in held if one.is_accepted]
    in_force = [one for one in accepted if one.valid_from <= today and _end(one) >= today]
    is_new = any(not one.is_accepted for one in held)
    if in_force:
        best = max(in_force, key=_end)
        is_near = best.valid_until is not None and (best.valid_until - today).days <= max(WARN_DAYS)
        return Standing(
            need.kind, need.name, EXPIRING if is_near else VALID, need.needed_from, best.valid_until, has_new=is_new
        )
    last = max((one.valid_until for one in accepted if one.valid_until and one.valid_until < today), default=None)
    status = WAITING if is_new and last is None else EXPIRED if last else MISSING
    return Standing(
        need.kind, need.name, status, need.needed_from, last, has_new=is_new, restricts=need.needed_from <= today
    )


def _end(held: Held) -> date:
    return held.valid_until or date.max


def reason_of(found: Iterable[Standing]) -> str:
    """Return in words what keeps orders away, or nothing: at most 200 letters."""
    parts = []
    for one in found:
        if one.restricts:
            ended = f"{one.name} ended on {one.until.day} {one.until:%b %Y}" if one.until else f"{one.name} is missing"
            parts.append(ended)
    sentence = "; ".join(parts)
    return sentence if len(sentence) <= 200 else f"{sentence[:199]}…"  # noqa: PLR2004 - the column's width


def warning_due(valid_until: date, today: date) -> int | None:
    """Return which warning is due, 30, 60 or 90 days before the last day, or nothing: too early, or over."""
    left = (valid_until - today).days
    return next((days for days in WARN_DAYS if 0 <= left <= days), None)


def check_days(valid_from: date, valid_until: date | None, *, has_end: bool, today: date) -> date | None:
    """Return the last day as it is kept; nothing for a kind that has none.

    :raises InvalidError: a day is missing, in the wrong order or far away, or the certificate has run out.
    """
    if valid_from < today - OLDEST or valid_from > today + SOONEST_START:
        raise _no(
            "certificate_from_far", "A certificate begins at most 20 years ago and at most a year from now.",
            "valid_from", valid_from,
        )  # fmt: skip
    if not has_end:
        return None
    if valid_until is None:
        raise _no("certificate_end_missing", "Write the last day it is valid.", "valid_until", "")
    if valid_until < valid_from:
        raise _no("certificate_days_turned", "It ends before it begins.", "valid_until", valid_until)
    if valid_until < today:
        raise _no(
            "certificate_ended", f"It ended on {valid_until:%d %b %Y}. Send the new one.", "valid_until", valid_until
        )
    if valid_until > today + FURTHEST:
        raise _no("certificate_until_far", "A certificate ends at most 15 years from now.", "valid_until", valid_until)
    return valid_until


def _no(code: str, sentence: str, field: str, value: object) -> InvalidError:
    return InvalidError(code, sentence, field=field, value=str(value), cure="Copy the day from the certificate.")
