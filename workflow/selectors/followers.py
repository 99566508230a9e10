"""Who follows a document, and which of an event's documents somebody follows."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from foundation.models import DomainEvent, User
from workflow.models import Follower


def followers_of(subject_type: str, subject_id: int) -> list[Follower]:
    """Return who follows a document, in the order they began; one statement."""
    rows = Follower.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return list(rows.select_related("person", "added_by").order_by("pk"))


def followers_told(event: DomainEvent) -> list[Follower]:
    """Return who follows a document that an event is about or touches; never who did it, nor who may not sign in."""
    touched: Iterable[tuple[str, int]] = [
        (event.subject_type, event.subject_id),
        *((t, pk) for t, pk, _ in event.related),
    ]
    condition = Q(pk__in=[])
    for subject_type, subject_id in touched:
        condition |= Q(subject_type=subject_type, subject_id=subject_id)
    rows = Follower.objects.filter(condition, person__is_active=True).exclude(person=event.actor_id)
    return list(rows.select_related("person").order_by("pk"))


def may_be_added(taken: Iterable[int]) -> QuerySet[User]:
    """Return people of ours who do not follow yet, by name."""
    people = User.objects.filter(kind=User.Kind.STAFF, is_active=True).exclude(pk__in=list(taken))
    return people.order_by("first_name", "last_name", "pk")
