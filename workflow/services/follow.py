"""People follow a document, or are added by somebody: they are told what becomes of it and asked nothing (AP-2)."""

from collections.abc import Collection
from datetime import datetime

from foundation import audit, outbox, registries
from foundation.errors import InvalidError, NotFoundError
from foundation.journal import use_case
from foundation.models import User
from workflow.events import FollowerAdded
from workflow.models import Follower

MOST = 50  # followers of one document


@use_case
def follow(*, subject_type: str, subject_id: int, people: Collection[int], actor: User, at: datetime) -> list[User]:
    """Let people follow a document, the person themselves or others; returns who began to, in one go for all of them.

    Who follows already goes on. Nobody is let in who may not see the document: one such name refuses the whole.

    :raises NotFoundError: there is no such document, or the actor may not see it.
    :raises InvalidError: nobody named, somebody who is not of ours or may not see it, or more than 50 followers.
    """
    number = _seen_by(actor, subject_type, subject_id)
    before = set(
        Follower.objects.filter(subject_type=subject_type, subject_id=subject_id).values_list("person", flat=True)
    )
    wanted = set(people)
    if not wanted:
        raise InvalidError("people_missing", "Choose who follows it.", field="people")
    found = list(User.objects.filter(pk__in=wanted, is_active=True, kind=User.Kind.STAFF).order_by("pk"))
    subject = registries.subjects.get(subject_type)
    blind = [str(one) for one in found if subject is None or not subject.visible(one, subject_id)]
    if blind or len(found) < len(wanted):
        names = " and ".join(blind) or "Somebody you chose"
        raise InvalidError("follower_blind", f"{names} may not see {number}, so cannot follow it.", field="people")
    fresh = [one for one in found if one.pk not in before]
    if len(before) + len(fresh) > MOST:
        raise InvalidError("followers_many", f"At most {MOST} people follow one document.", field="people")
    Follower.objects.bulk_create(
        [
            Follower(
                subject_type=subject_type, subject_id=subject_id, subject_number=number, person=one, since=at,
                added_by=None if one.pk == actor.pk else actor,
            )
            for one in fresh
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    if fresh:
        audit.record_fact(
            f"followers.{subject_type}", subject_id, number, "follow", actor=actor, at=at, people=[p.pk for p in fresh]
        )
        _tell(subject_type, subject_id, number, [one.pk for one in fresh if one.pk != actor.pk], actor, at)
    return fresh


@use_case
def unfollow(*, subject_type: str, subject_id: int, person_id: int, actor: User, at: datetime) -> None:
    """Let somebody be told no more: the person themselves, or whoever added them; who does not follow is no error.

    :raises NotFoundError: it is somebody else who neither is nor added them.
    """
    rows = Follower.objects.filter(subject_type=subject_type, subject_id=subject_id, person=person_id)
    row = rows.select_for_update(of=("self",), no_key=True).first()
    if row is None:
        return
    if actor.pk not in {row.person_id, row.added_by_id}:
        raise NotFoundError("not_found", "Only they, or whoever added them, can end that.")
    row.delete()
    audit.record_fact(
        f"followers.{subject_type}", subject_id, row.subject_number, "unfollow", actor=actor, at=at, people=[person_id]
    )


def _seen_by(actor: User, subject_type: str, subject_id: int) -> str:
    subject = registries.subjects.get(subject_type)
    if subject is None or not subject.visible(actor, subject_id):
        raise NotFoundError("not_found", "There is no such document.")
    return subject.title(subject_id)[:40]


def _tell(subject_type: str, subject_id: int, number: str, people: Collection[int], actor: User, at: datetime) -> None:
    rows = Follower.objects.filter(subject_type=subject_type, subject_id=subject_id, person__in=people, since=at)
    for pk, person in rows.values_list("pk", "person"):
        outbox.publish(
            FollowerAdded(
                subject_id=pk, subject_number=number, at=at, actor_id=actor.pk, person_id=person,
                about_type=subject_type, about_id=subject_id,
            )
        )  # fmt: skip
