"""Telling people what happened: a line behind their bell, and a letter as each of them chose."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from foundation.decisions.letter_times import Clock, letter_time
from foundation.journal import use_case
from foundation.models import Channel, Notice, NoticePreference, User
from foundation.selectors.notices import channel_of, people_by_id
from foundation.services.letters import Letter, plain, store_letters, write_notice


@dataclass(frozen=True, slots=True)
class News:
    """What people are told: `source` is the event's id, `path` the page of ours it leads to."""

    kind: str
    source: UUID
    subject: tuple[str, int, str]  # type, id, number
    sentence: str
    path: str
    at: datetime
    letter: Letter | None = None  # nothing: the letter says the sentence alone
    wrong_path: str = ""


@use_case
def notify(
    *, news: News, people: Collection[int] | QuerySet[Any], at: datetime, known: Mapping[int, User] | None = None
) -> int:
    """Tell people of ours; returns how many were told. Who chose not to be told of the kind, or left, is not.

    `people` are ids, or a query of them; `known` holds them when `people_by_id` has read them already. The same news
    twice is one notice and one letter for each person. Three statements, however many people.
    """
    if not isinstance(people, QuerySet) and not any(people):
        return 0
    read = people_by_id(people) if known is None else {pk: known[pk] for pk in people}
    notices, letters = [], []
    for person in (one for _, one in sorted(read.items()) if one.is_active and one.kind == User.Kind.STAFF):
        preference = getattr(person, "notice_preference", None)
        channel = channel_of(preference, news.kind)
        if channel == Channel.OFF:
            continue
        notice = _notice(news, person)
        going = letter_time(channel, at, clock_of(person, preference)) if person.email else None
        if going is not None and going.due_at is None:
            letters.append(write_notice(person, notice, news.letter or Letter(news.sentence)))
        elif going is not None:
            notice.letter_due_at, notice.waits_for_day = going.due_at, going.with_day
        notices.append(notice)
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    store_letters(letters, at)
    return len(notices)


def clock_of(person: User, preference: NoticePreference | None) -> Clock:
    """Return a person's own clock with their hours."""
    known = preference or NoticePreference()
    return Clock(person.zone, known.digest_hour, known.quiet())


def _notice(news: News, person: User) -> Notice:
    subject_type, subject_id, number = news.subject
    return Notice(
        person=person, source=news.source, kind=news.kind, subject_type=subject_type, subject_id=subject_id,
        subject_number=number, sentence=plain(news.sentence)[:300], path=news.path, wrong_path=news.wrong_path,
        at=news.at,
    )  # fmt: skip


@use_case
def settle_notices(
    *, subject_type: str, subject_ids: Collection[int] | QuerySet[Any], at: datetime, person_id: int | None = None
) -> int:
    """Take what no longer waits off the bells of those who have not read it, or of one person; returns how many.

    A letter about it that has not gone yet does not go.
    """
    rows = Notice.objects.filter(subject_type=subject_type, subject_id__in=subject_ids, read_at=None)
    if person_id is not None:
        rows = rows.filter(person=person_id)
    return rows.update(read_at=at)
