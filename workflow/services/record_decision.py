"""A person decides the open stage of a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from foundation import duties, outbox
from foundation.errors import NotFoundError, NotPermittedError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from policies.decisions.duties import hard_conflict
from policies.selectors import duty_pairs_in_force
from workflow.decisions.stages import authors_of, is_done, may_decide, stands_apart
from workflow.events import StepDecided
from workflow.models import ApprovalDecision, ApprovalRequest, ApprovalStep, RequestState, StepAssignee, StepState
from workflow.services.moves import about_step, close_request, open_step

APPROVED = ApprovalDecision.Verdict.APPROVED


@dataclass(frozen=True, slots=True)
class Reduced:
    """What an approver left of the document: its new hash and amount, and in words what was taken away (AP-4)."""

    content_hash: str
    amount: Decimal  # document currency, net
    reductions: tuple[str, ...]


@use_case
def record_decision(
    *,
    subject_type: str,
    subject_id: int,
    content_hash: str,
    verdict: str,
    actor: User,
    reason: str,
    at: datetime,
    reduced: Reduced | None = None,
) -> ApprovalRequest:
    """Record what a person decides at the open stage; the owning room has locked its document and calls this.

    Returns the request: still open when more people or stages follow, else approved or rejected. `reduced` says what
    an approval left of the document; whoever decides next decides about that, by the route that was asked first.

    Two people at once: the second waits for the row, then reads who was faster.

    :raises NotFoundError: the document never asked for approval.
    :raises StaleError: it is not what was sent for approval (AP-7), or somebody decided first; says who and when.
    :raises NotPermittedError: own request or change, not asked, already decided, or a hard duty pair (AP-4, SD-1).
    """
    request = _lock_open(subject_type, subject_id)
    if request.content_hash != content_hash:
        raise StaleError("changed_since_opened", f"{request.subject_number} is no longer what was sent for approval.")
    steps = _steps(request)
    step = next(step for step in steps if step.state == StepState.OPEN)
    decisions = list(ApprovalDecision.objects.filter(step__in=steps).values_list("step_id", "actor_id", "verdict"))
    _require_may_decide(request, step, steps, {by for _, by, _ in decisions}, actor, at)
    ApprovalDecision.objects.create(
        step=step,
        actor=actor,
        verdict=verdict,
        reason=reason,
        subject_version=request.subject_version,
        content_hash=content_hash,
        approved_hash=reduced.content_hash if reduced else content_hash,
        reductions=list(reduced.reductions) if reduced else [],
        decided_at=at,
    )
    if reduced:
        request.content_hash, request.amount = reduced.content_hash, reduced.amount
        request.save(update_fields=["content_hash", "amount"])
    for chain in request.facts["chains"]:
        duties.record(chain, subject_type, subject_id, request.facts["duty"], person_id=actor.pk, at=at)
    approvals = [
        by for at_step, by, said in [*decisions, (step.pk, actor.pk, verdict)] if (at_step, said) == (step.pk, APPROVED)
    ]
    if verdict != APPROVED or is_done(step.completion, len(step.asked), len(approvals)):
        _advance(request, step, steps, verdict=verdict, actor=actor, at=at)
    return request


def _steps(request: ApprovalRequest) -> list[Any]:
    """Return the stages with the people asked at each, as `asked`; the request's lock holds them."""
    asked = StepAssignee.objects.filter(step=OuterRef("pk")).values("person_id")
    return list(request.steps.annotate(asked=ArraySubquery(asked)).order_by("position"))


def _lock_open(subject_type: str, subject_id: int) -> ApprovalRequest:
    requests = ApprovalRequest.objects.select_for_update(of=("self",), no_key=True).filter(
        subject_type=subject_type, subject_id=subject_id
    )
    request = requests.select_related("site__region", "site__calendar", "policy").order_by("-pk").first()
    if request is None:
        raise NotFoundError("not_found", "This document never asked for approval.")
    if request.state != RequestState.OPEN:
        raise _too_late(request, "is already", request.get_state_display().lower())
    return request


def _too_late(request: ApprovalRequest, *words: str) -> StaleError:
    """Say who was faster, and when."""
    last = ApprovalDecision.objects.filter(step__request=request).select_related("actor").order_by("-pk").first()
    by = f" by {last.actor}" if last else ""
    when = last.decided_at if last else request.closed_at
    return StaleError(
        "already_decided",
        f"{request.subject_number} {' '.join(words)}{by}.",
        number=request.subject_number,
        changed_by=str(last.actor) if last else "",
        changed_at=when.isoformat() if when else "",
    )


def _require_may_decide(
    request: ApprovalRequest, step: Any, steps: Sequence[Any], already: set[int], actor: User, at: datetime
) -> None:
    asked = set(step.asked)
    earlier = any(actor.pk in other.asked for other in steps if other.position < step.position)
    if actor.pk not in asked | already and earlier:
        raise _too_late(request, "no longer waits for you: your stage was decided")
    require(may_decide(actor_id=actor.pk, requester_id=request.requester_id, asked=asked, already=already))
    done = duties.done_on(request.facts["chains"])
    clash = hard_conflict(request.facts["duty"], actor.pk, done, duty_pairs_in_force(at))
    if clash:
        raise NotPermittedError("duty_conflict", clash.sentence, duty=clash.duty, held=clash.held)
    require(stands_apart(actor.pk, authors_of(done)))


def _advance(
    request: ApprovalRequest,
    step: ApprovalStep,
    steps: Sequence[ApprovalStep],
    *,
    verdict: str,
    actor: User,
    at: datetime,
) -> None:
    if verdict == APPROVED:
        step.approve(at=at)
    else:
        step.reject(at=at)
    step.save(update_fields=["state", "decided_at"])
    outbox.publish(
        StepDecided(
            **about_step(request, step),
            at=at,
            actor_id=actor.pk,
            rule=step.rule,
            label=step.label,
            verdict=verdict,
            opened_at=step.opened_at.isoformat() if step.opened_at else "",
        )
    )
    following = next((other for other in steps if other.state == StepState.WAITING), None)
    if verdict != APPROVED:
        close_request(request, RequestState.REJECTED, actor=actor, at=at)
    elif following is None:
        close_request(request, RequestState.APPROVED, actor=actor, at=at)
    else:
        open_step(request, following, at=at)
