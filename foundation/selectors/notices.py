"""A person's notices, and how they want to be told."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from foundation.models import Channel, Notice, NoticeKind, NoticePreference, User

DEFAULTS = {
    NoticeKind.DECISION: Channel.MAIL,
    NoticeKind.OUTCOME: Channel.MAIL,
    NoticeKind.QUESTION: Channel.MAIL,
    NoticeKind.CASE: Channel.DIGEST,
    NoticeKind.ORDER: Channel.APP,
    NoticeKind.WORK: Channel.APP,
}
# What must reach a person outside the product too: others wait for them.
REQUIRED = {NoticeKind.DECISION: (Channel.MAIL, Channel.DIGEST)}


@dataclass(frozen=True, slots=True)
class NoticeFilters:
    """What the list is narrowed to; empty means any."""

    view: str = ""
    kind: str = ""


def unread_notices(person: User) -> QuerySet[Notice]:
    """Return what the person has not read."""
    return Notice.objects.filter(person=person, read_at=None)


def notices_of(person: User, filters: NoticeFilters) -> QuerySet[Notice]:
    """Return the person's notices."""
    rows = Notice.objects.filter(person=person)
    if filters.view == "unread":
        rows = rows.filter(read_at=None)
    if filters.kind in NoticeKind.values:
        rows = rows.filter(kind=filters.kind)
    return rows


def people_by_id(ids: Collection[int] | QuerySet[Any]) -> dict[int, User]:
    """Return people of any kind with how they want to be told; `ids` may be a query of them. One statement."""
    return {person.pk: person for person in User.objects.filter(pk__in=ids).select_related("notice_preference")}


def notice_of_letter(person_id: int, source: UUID) -> Notice | None:
    """Return the notice a letter was about."""
    return Notice.objects.filter(person_id=person_id, source=source).first()


def channel_of(preference: NoticePreference | None, kind: str) -> Channel:
    """Return how a person is told of a kind; a choice that is no longer allowed gives way to the default."""
    chosen = (preference.channels if preference else {}).get(kind)
    return Channel(chosen) if chosen in channels_for(kind) else DEFAULTS[NoticeKind(kind)]


def channels_for(kind: str) -> tuple[Channel, ...]:
    """Return the channels a person may choose for a kind."""
    return REQUIRED.get(NoticeKind(kind), tuple(Channel))


def preference_of(person: User) -> NoticePreference:
    """Return how a person wants to be told; the defaults when they never chose."""
    return NoticePreference.objects.filter(person=person).first() or NoticePreference(person=person)
