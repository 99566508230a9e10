"""Who follows a document, and which of an event's documents somebody follows."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from foundation.group import read_once
from foundation.models import DomainEvent, User
from workflow.models import Follower


def followers_of(subject_type: str, subject_id: int) -> list[Follower]:
    """Return who follows a document, in the order they began; one statement."""
    rows = Follower.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return list(rows.select_related("person", "added_by").order_by("pk"))


def followers_told(event: DomainEvent) -> list[Follower]:
    """Return who follows a document that an event is about or touches; never who did it, nor who may not sign in.

    One statement for all events handled together.
    """
    found = read_once(event, "followers", _followers_of_events)
    touched = _touched(event)
    return [one for one in found if (one.subject_type, one.subject_id) in touched and one.person_id != event.actor_id]


def _followers_of_events(events: Iterable[DomainEvent]) -> list[Follower]:
    condition = Q(pk__in=[])
    for subject_type, subject_id in sorted(set().union(*(_touched(event) for event in events))):
        condition |= Q(subject_type=subject_type, subject_id=subject_id)
    rows = Follower.objects.filter(condition, person__is_active=True)
    return list(rows.select_related("person").order_by("pk"))


def _touched(event: DomainEvent) -> set[tuple[str, int]]:
    """Return the documents an event is about or names."""
    return {(event.subject_type, event.subject_id), *((kind, pk) for kind, pk, _ in event.related)}


def may_be_added(taken: Iterable[int]) -> QuerySet[User]:
    """Return people of ours who do not follow yet, by name."""
    people = User.objects.filter(kind=User.Kind.STAFF, is_active=True).exclude(pk__in=list(taken))
    return people.order_by("first_name", "last_name", "pk")
