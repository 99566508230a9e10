"""A decision given on a page is held for some seconds, so that taking it back is honest: nothing has left yet (UX 3)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from foundation import audit, registries
from foundation.errors import DomainError, NotFoundError, StaleError
from foundation.journal import use_case
from foundation.models import NoticeKind, User
from foundation.selectors import system_user
from foundation.services import News, notify
from workflow.models import ApprovalRequest, HeldDecision
from workflow.selectors.held import held_due, held_on

MOST_TRIES = 5
_NOT_DONE = "It could not be done for a reason of ours, which is in the log. Decide again."


@use_case
def hold_decision(
    *, request_id: int, verb: str, seen_hash: str, actor: User, reason: str, undo_for: timedelta, at: datetime
) -> HeldDecision:
    """Keep a decision that takes effect after `undo_for`, when its person does not take it back.

    It is rehearsed first: what would be refused now is refused now, and nothing is kept. A second press returns what the
    first one kept.

    :raises NotFoundError: there is no such request, or its document knows no such verb.
    :raises DomainError: whatever the owning room refuses, as if it were decided at once.
    """
    asked = ApprovalRequest.objects.filter(pk=request_id).first()
    if asked is None:
        raise NotFoundError("not_found", "There is no such approval.")
    action = action_of(asked, verb)
    seen = {"expected_version": None, "seen_hash": seen_hash or None}
    _rehearse(action, pk=asked.subject_id, **seen, actor=actor, reason=reason, at=at)
    ApprovalRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request_id)  # two presses at once
    earlier = held_on(actor.pk, request_id)
    if earlier is not None:
        return earlier
    held = HeldDecision.objects.create(
        request=asked, actor=actor, verb=verb, reason=reason, seen_hash=seen_hash, pressed_at=at, due_at=at + undo_for
    )
    _record(held, "hold_decision", actor, at)
    return held


@use_case
def undo_decisions(*, held_ids: Sequence[int], actor: User, at: datetime) -> list[HeldDecision]:
    """Take back decisions of one's own that have not taken effect; of many, those that still can be.

    :raises NotFoundError: none of them is a decision of this person.
    :raises StaleError: every one of them is settled; says what became of the first.
    """
    rows = HeldDecision.objects.select_for_update(of=("self",), no_key=True).select_related("request")
    found = list(rows.filter(pk__in=held_ids, actor=actor).order_by("pk"))
    if not found:
        raise NotFoundError("not_found", "There is no such decision of yours.")
    still = [held for held in found if held.settled_at is None]
    if not still:
        first = found[0]
        raise StaleError(
            "already_settled", _became(first), number=first.request.subject_number,
            changed_at=first.settled_at.isoformat() if first.settled_at else "",
        )  # fmt: skip
    for held in still:
        _settle(held, HeldDecision.Outcome.UNDONE, at)
        _record(held, "undo_decision", actor, at)
    return still


def take_held_decisions(*, at: datetime) -> int:
    """Let every decision take effect whose time to take it back is over; returns how many did.

    Each is a transaction of its own, under the rules as they are now: who lost the role, or was not the first, is
    refused and told. A worker that dies leaves the row as it was, and the next sweep takes it.
    """
    return sum(_try(pk, at) for pk in held_due(at))


def _try(held_id: int, at: datetime) -> int:
    if _tries(held_id=held_id) > MOST_TRIES:
        return _refuse(held_id=held_id, why=_NOT_DONE, at=at)
    try:
        return _take(held_id=held_id, at=at)
    except DomainError as error:
        return _refuse(held_id=held_id, why=error.message, at=at)


@use_case
def _tries(*, held_id: int) -> int:
    """Count a try before it is made, so that a decision which kills its worker does not do so for ever."""
    HeldDecision.objects.filter(pk=held_id, settled_at=None).update(tries=F("tries") + 1)
    return HeldDecision.objects.values_list("tries", flat=True).get(pk=held_id)


@use_case
def _take(*, held_id: int, at: datetime) -> int:
    held = _lock(held_id)
    if held is None:
        return 0
    if not held.actor.is_active:
        raise StaleError("actor_left", f"{held.actor} can no longer sign in.")
    action = action_of(held.request, held.verb)
    _settle(held, HeldDecision.Outcome.TAKEN, at)
    action(
        pk=held.request.subject_id, expected_version=None, seen_hash=held.seen_hash or None, actor=held.actor,
        reason=held.reason, at=at,
    )  # fmt: skip
    return 1


@use_case
def _refuse(*, held_id: int, why: str, at: datetime) -> int:
    """Keep why a decision could not take effect and tell its person; nothing took effect."""
    held = _lock(held_id)
    if held is None:
        return 0
    held.refusal = why[:300]
    _settle(held, HeldDecision.Outcome.REFUSED, at)
    _record(held, "refuse_held_decision", system_user("sweeper"), at, refusal=held.refusal)
    number = held.request.subject_number
    news = News(
        kind=NoticeKind.DECISION, source=uuid5(NAMESPACE_OID, f"held:{held.pk}"), subject=("held", held.pk, number),
        sentence=f"{number} is not {held.done} by you: {held.refusal}",
        path=reverse("inbox_task", args=[held.request_id]), at=at,
    )  # fmt: skip
    notify(news=news, people=[held.actor_id], at=at)
    return 0


def _lock(held_id: int) -> HeldDecision | None:
    """Return a decision that is still held, locked; nothing while somebody else has it."""
    rows = HeldDecision.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return rows.select_related("request", "actor").filter(pk=held_id, settled_at=None).first()


def _settle(held: HeldDecision, outcome: str, at: datetime) -> None:
    held.outcome, held.settled_at = outcome, at
    held.save(update_fields=["outcome", "settled_at", "refusal"])


def _record(held: HeldDecision, action: str, actor: User, at: datetime, **data: Any) -> None:
    asked = held.request
    audit.record_fact(
        f"approval.{asked.subject_type}", asked.pk, asked.subject_number, action, actor=actor, at=at, verb=held.verb,
        person=held.actor.username, **data,
    )  # fmt: skip


def action_of(asked: ApprovalRequest, verb: str) -> Callable[..., Any]:
    """Return what the document's room does for a verb.

    :raises NotFoundError: it knows no such verb.
    """
    subject = registries.subjects.get(asked.subject_type)
    action = subject.actions.get(verb) if subject else None
    if action is None:
        raise NotFoundError("not_found", "This cannot be done to this document.")
    return action


def _rehearse(action: Callable[..., Any], **keywords: Any) -> None:
    """Do it and take it back, so that a refusal is heard at once."""
    with transaction.atomic():
        action(**keywords)
        transaction.set_rollback(True)


def _became(held: HeldDecision) -> str:
    """Say what became of a decision that is settled."""
    number = held.request.subject_number
    return {
        HeldDecision.Outcome.TAKEN: f"{number} is {held.done} already, so it cannot be taken back here.",
        HeldDecision.Outcome.UNDONE: f"You took this back already; {number} waits for you.",
    }.get(HeldDecision.Outcome(held.outcome), f"{number} is not {held.done}: {held.refusal}")
