"""The letters that waited: one a day for each person, and one when quiet hours end."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Q

from foundation.decisions.letter_times import after_quiet, next_daily
from foundation.journal import use_case
from foundation.models import Delivery, Notice
from foundation.services.letters import CONNECTION, store_letters, write_digest
from foundation.services.notify import clock_of

PEOPLE = 200  # in one transaction


def send_digests(*, at: datetime) -> int:
    """Write the letters that are due; returns how many. Each batch is one transaction."""
    written = 0
    while (step := _write_batch(at=at)) is not None:
        written += step
    return written


@use_case
def _write_batch(*, at: datetime) -> int | None:
    """Write the due letters of some people; nothing when nobody's is due.

    A notice belongs to one letter: it is marked in the transaction that stores the letter, and its row is locked
    meanwhile. A person whose letter of this day is written already gets the rest with the next one.
    """
    due = Q(letter_due_at__lte=at, lettered_at=None, read_at=None)
    people = Notice.objects.filter(due).order_by("person").values_list("person", flat=True).distinct()[:PEOPLE]
    rows = Notice.objects.select_for_update(of=("self",), skip_locked=True, no_key=True).filter(due)
    rows = rows.filter(person__in=list(people)).select_related("person__notice_preference")
    mine = list(rows.order_by("person", "waits_for_day", "pk"))
    if not mine:
        return None
    groups = {key: list(found) for key, found in groupby(mine, key=lambda one: (one.person_id, one.waits_for_day))}
    keys = {group: _key(notices[0], at) for group, notices in groups.items()}
    sent = Delivery.objects.filter(connection=CONNECTION, dedupe_key__in=keys.values())
    gone = set(sent.values_list("dedupe_key", flat=True))
    fresh = {group: notices for group, notices in groups.items() if keys[group] not in gone}
    late = [one for group, notices in groups.items() if group not in fresh for one in notices]
    store_letters(
        (
            write_digest(notices[0].person, notices[::-1], _subject(notices), keys[group])
            for group, notices in fresh.items()
        ),
        at,
    )
    Notice.objects.filter(pk__in=[one.pk for notices in fresh.values() for one in notices]).update(lettered_at=at)
    _put_off(late, at)
    return len(fresh)


def _key(notice: Notice, at: datetime) -> str:
    """Return what makes a letter one of its day: the daily one by the day, one after quiet hours by their end."""
    local = at.astimezone(ZoneInfo(notice.person.zone))
    if notice.waits_for_day:
        return f"digest:{notice.person_id}:{local:%Y-%m-%d}"
    return f"quiet:{notice.person_id}:{notice.letter_due_at:%Y-%m-%dT%H%M}"


def _subject(notices: list[Notice]) -> str:
    things = "1 thing" if len(notices) == 1 else f"{len(notices)} things"
    return f"Your day: {things} to know" if notices[0].waits_for_day else f"{things} since your quiet hours began"


def _put_off(notices: Iterable[Notice], at: datetime) -> None:
    """Leave notices to the next daily letter."""
    late = list(notices)
    for notice in late:
        clock = clock_of(notice.person, getattr(notice.person, "notice_preference", None))
        notice.letter_due_at = after_quiet(next_daily(at, clock), clock)
        notice.waits_for_day = True
    if late:
        Notice.objects.bulk_update(late, ["letter_due_at", "waits_for_day"])
