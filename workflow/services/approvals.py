"""Opening, deciding and withdrawing approval requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from foundation import audit, duties, outbox
from foundation.errors import ConflictError, NotFoundError, NotPermittedError, StaleError, require
from foundation.models import CostCentre, Site, User
from foundation.selectors import system_user, working_deadline
from foundation.selectors.rates import FrozenRate
from policies.decisions.approval import ApprovalFacts
from policies.decisions.duties import hard_conflict
from policies.decisions.stored import decision_to_json, facts_to_json
from policies.selectors import duty_pairs_in_force
from workflow.decisions.stages import is_done, may_decide
from workflow.events import ApprovalClosed, StepDecided, StepOpened
from workflow.models import ApprovalDecision, ApprovalRequest, ApprovalStep, RequestState, StepAssignee, StepState
from workflow.selectors.people import Asked
from workflow.selectors.routing import Routing, route
from workflow.services.cases import open_case


@dataclass(frozen=True, slots=True)
class Asking:
    """A document that asks for approval: what it is, and what was on the screen (AP-7)."""

    subject_type: str
    subject_id: int
    subject_number: str
    subject_version: int
    content_hash: str
    title: str
    site: Site
    requester: User
    amount: Decimal
    currency: str
    need_by: date | None
    rate: FrozenRate
    duty: str
    chains: tuple[str, ...]
    cost_centres: tuple[CostCentre, ...] = ()


@transaction.atomic
def open_approval(*, asking: Asking, facts: ApprovalFacts, actor: User, at: datetime) -> ApprovalRequest:
    """Freeze the facts, let the policy in force decide, and ask the people of the first stage.

    A touchless decision comes back approved (AP-8). A stage nobody may decide goes to the fallback owner and raises
    an exception (AP-3); if even that is empty the request stays open with the exception.

    :raises ConflictError: the document has an open request already.
    """
    if ApprovalRequest.objects.filter(
        subject_type=asking.subject_type, subject_id=asking.subject_id, state=RequestState.OPEN
    ).exists():
        raise ConflictError("approval_open", f"{asking.subject_number} already waits for approval.")
    routing = route(
        facts,
        site=asking.site,
        requester=asking.requester,
        at=at,
        duty=asking.duty,
        chains=asking.chains,
        cost_centres=asking.cost_centres,
    )
    request = _create(asking, facts, routing, at)
    if request.is_touchless:
        _close(request, RequestState.APPROVED, actor=system_user("policy"), at=at)
    else:
        steps = _create_steps(request, routing.stages)
        _open_step(request, steps[0], at=at)
        if routing.unstaffed:
            _raise_unstaffed(request, routing.unstaffed, at)
    audit.record_fact(
        f"approval.{asking.subject_type}",
        request.pk,
        asking.subject_number,
        "route_for_approval",
        actor=actor,
        at=at,
        policy_version=routing.policy.label,
        facts=request.facts,
        decision=request.decision,
    )
    return request


def _create(asking: Asking, facts: ApprovalFacts, routing: Routing, at: datetime) -> ApprovalRequest:
    return ApprovalRequest.objects.create(
        subject_type=asking.subject_type,
        subject_id=asking.subject_id,
        subject_number=asking.subject_number,
        subject_version=asking.subject_version,
        content_hash=asking.content_hash,
        title=asking.title[:200],
        site=asking.site,
        requester=asking.requester,
        need_by=asking.need_by,
        amount=asking.amount,
        currency=asking.currency,
        base_amount=facts.base_amount,
        rate=asking.rate.rate,
        rate_date=asking.rate.date,
        facts=facts_to_json(facts) | {"chains": list(asking.chains), "duty": asking.duty},
        policy=routing.policy,
        decision=decision_to_json(routing.decision),
        is_touchless=routing.decision.is_touchless,
        opened_at=at,
    )


def _create_steps(request: ApprovalRequest, stages: Sequence[Asked]) -> list[ApprovalStep]:
    steps = ApprovalStep.objects.bulk_create(
        ApprovalStep(
            request=request, position=number, rule=s.rule[:160], label=s.label[:160], completion=s.completion,
            due_hours=s.due_hours,
        )
        for number, s in enumerate(stages, start=1)
    )  # fmt: skip
    StepAssignee.objects.bulk_create(
        StepAssignee(step=step, person=person) for step, s in zip(steps, stages, strict=True) for person in s.people
    )
    return steps


def _open_step(request: ApprovalRequest, step: ApprovalStep, *, at: datetime) -> None:
    step.open(at=at, due_at=working_deadline(request.site, at, step.due_hours))
    step.save(update_fields=["state", "opened_at", "due_at"])
    assert step.due_at is not None  # noqa: S101 - just set; for the type checker
    outbox.publish(
        StepOpened(**_about(request, step), at=at, rule=step.rule, label=step.label, due_at=step.due_at.isoformat())
    )


def _about(request: ApprovalRequest, step: ApprovalStep) -> dict[str, Any]:
    return {
        "subject_id": step.pk,
        "subject_number": request.subject_number,
        "site_id": request.site_id,
        "related": ((request.subject_type, request.subject_id, request.subject_number), ("approval", request.pk, "")),
    }


@transaction.atomic
def record_decision(
    *,
    subject_type: str,
    subject_id: int,
    subject_version: int,
    content_hash: str,
    verdict: str,
    actor: User,
    reason: str,
    at: datetime,
) -> ApprovalRequest:
    """Record what a person decides at the open stage; the owning room has locked its document and calls this.

    Returns the request: still open when more people or stages follow, else approved or rejected.

    :raises NotFoundError: nothing waits for a decision on this document.
    :raises StaleError: the document is not what was sent for approval (AP-7).
    :raises NotPermittedError: own request, not asked, already decided, or a hard duty pair (AP-4, SD-1).
    """
    request = _lock_open(subject_type, subject_id)
    if (request.subject_version, request.content_hash) != (subject_version, content_hash):
        raise StaleError("changed_since_opened", f"{request.subject_number} is no longer what was sent for approval.")
    step = request.steps.select_for_update(no_key=True).get(state=StepState.OPEN)
    _require_may_decide(request, step, actor, at)
    ApprovalDecision.objects.create(
        step=step,
        actor=actor,
        verdict=verdict,
        reason=reason,
        subject_version=subject_version,
        content_hash=content_hash,
        decided_at=at,
    )
    for chain in request.facts["chains"]:
        duties.record(chain, subject_type, subject_id, request.facts["duty"], person_id=actor.pk, at=at)
    _advance(request, step, verdict=verdict, actor=actor, at=at)
    return request


def _lock_open(subject_type: str, subject_id: int) -> ApprovalRequest:
    request = (
        ApprovalRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("site__region", "site__calendar")
        .filter(subject_type=subject_type, subject_id=subject_id, state=RequestState.OPEN)
        .first()
    )
    if request is None:
        raise NotPermittedError("nothing_to_decide", "This was already decided; nothing waits for you here.")
    return request


def _require_may_decide(request: ApprovalRequest, step: ApprovalStep, actor: User, at: datetime) -> None:
    asked = list(step.assignees.values_list("person_id", flat=True))
    already = list(step.decisions.values_list("actor_id", flat=True))
    require(may_decide(actor_id=actor.pk, requester_id=request.requester_id, asked=asked, already=already))
    clash = hard_conflict(
        request.facts["duty"], actor.pk, duties.done_on(request.facts["chains"]), duty_pairs_in_force(at)
    )
    if clash:
        raise NotPermittedError("duty_conflict", clash.sentence, duty=clash.duty, held=clash.held)


def _advance(request: ApprovalRequest, step: ApprovalStep, *, verdict: str, actor: User, at: datetime) -> None:
    if verdict == ApprovalDecision.Verdict.REJECTED:
        step.reject(at=at)
    else:
        approvals = step.decisions.filter(verdict=ApprovalDecision.Verdict.APPROVED).count()
        if not is_done(step.completion, step.assignees.count(), approvals):
            return
        step.approve(at=at)
    step.save(update_fields=["state", "decided_at"])
    outbox.publish(
        StepDecided(
            **_about(request, step),
            at=at,
            actor_id=actor.pk,
            rule=step.rule,
            label=step.label,
            verdict=verdict,
            opened_at=step.opened_at.isoformat() if step.opened_at else "",
        )
    )
    following = request.steps.filter(state=StepState.WAITING).order_by("position").first()
    if verdict == ApprovalDecision.Verdict.REJECTED:
        _close(request, RequestState.REJECTED, actor=actor, at=at)
    elif following is None:
        _close(request, RequestState.APPROVED, actor=actor, at=at)
    else:
        _open_step(request, following, at=at)


def _close(request: ApprovalRequest, outcome: str, *, actor: User, at: datetime) -> None:
    {
        RequestState.APPROVED: request.approve,
        RequestState.REJECTED: request.reject,
        RequestState.WITHDRAWN: request.withdraw,
    }[RequestState(outcome)](at=at)
    request.version += 1
    request.save(update_fields=["state", "closed_at", "version"])
    if outcome != RequestState.APPROVED:
        for step in request.steps.filter(state__in=[StepState.WAITING, StepState.OPEN]):
            step.cancel(at=at)
            step.save(update_fields=["state", "decided_at"])
    outbox.publish(
        ApprovalClosed(
            subject_id=request.pk,
            subject_number=request.subject_number,
            at=at,
            version=request.version,
            site_id=request.site_id,
            actor_id=actor.pk,
            is_human=actor.kind != User.Kind.SYSTEM,
            related=((request.subject_type, request.subject_id, request.subject_number),),
            outcome=str(outcome),
            touchless=request.is_touchless,
        )
    )


@transaction.atomic
def withdraw_approval(*, subject_type: str, subject_id: int, actor: User, at: datetime) -> None:
    """Take an open request back, because the requester withdrew or the document changed; nothing open is no error."""
    request = (
        ApprovalRequest.objects.select_for_update(of=("self",), no_key=True)
        .filter(subject_type=subject_type, subject_id=subject_id, state=RequestState.OPEN)
        .first()
    )
    if request is not None:
        _close(request, RequestState.WITHDRAWN, actor=actor, at=at)


def _raise_unstaffed(request: ApprovalRequest, unstaffed: Sequence[str], at: datetime) -> None:
    open_case(
        key=f"no_approver:{request.pk}",
        category="no_approver",
        cause="no_eligible_approver",
        sentence=f"{request.subject_number}: nobody may decide as {', '.join(unstaffed)}; the fallback owner has it.",
        subject_type=request.subject_type,
        subject_id=request.subject_id,
        subject_number=request.subject_number,
        site=request.site,
        amount=request.amount,
        currency=request.currency,
        evidence={"stages": list(unstaffed), "policy": request.decision["version"]},
        at=at,
    )


def require_request(subject_type: str, subject_id: int) -> ApprovalRequest:
    """Return the newest request of a document.

    :raises NotFoundError: it never asked.
    """
    found = ApprovalRequest.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("-pk").first()
    if found is None:
        raise NotFoundError("not_found", "This document never asked for approval.")
    return found
