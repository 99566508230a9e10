"""The moves of a request that its use cases share: asking the people of a stage, and ending it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from foundation import duties, outbox
from foundation.models import User
from foundation.selectors import working_deadline
from policies.decisions.duties import hard_conflict
from policies.selectors import duty_pairs_in_force
from workflow.decisions.stages import authors_of, eligible
from workflow.events import ApprovalClosed, StepOpened
from workflow.models import ApprovalDecision, ApprovalRequest, ApprovalStep, RequestState, StepAssignee, StepState
from workflow.selectors.people import fallback_people
from workflow.selectors.routing import fallback_role
from workflow.services.cases import cure_case, open_case


def about_step(request: ApprovalRequest, step: ApprovalStep) -> dict[str, Any]:
    """Return what every event of a step says."""
    return {
        "subject_id": step.pk,
        "subject_number": request.subject_number,
        "site_id": request.site_id,
        "related": ((request.subject_type, request.subject_id, request.subject_number), ("approval", request.pk, "")),
    }


def open_step(request: ApprovalRequest, step: ApprovalStep, *, at: datetime) -> None:
    """Ask the people of a stage; who has decided an earlier one is left out (AP-4).

    Nobody left: the fallback owner is asked and an exception says so (AP-3).
    """
    _leave_out_deciders(request, step, at)
    start_step(request, step, at=at)
    step.save(update_fields=["state", "opened_at", "due_at"])
    tell_step_opened(request, step, at=at)


def start_step(request: ApprovalRequest, step: ApprovalStep, *, at: datetime) -> None:
    """Open a stage and set when it is due, in business hours at the site (MQ-4); the caller stores it."""
    step.open(at=at, due_at=working_deadline(request.site, at, step.due_hours))


def tell_step_opened(request: ApprovalRequest, step: ApprovalStep, *, at: datetime) -> None:
    """Tell that people are asked."""
    due_at = step.due_at.isoformat() if step.due_at else ""
    outbox.publish(StepOpened(**about_step(request, step), at=at, rule=step.rule, label=step.label, due_at=due_at))


def _leave_out_deciders(request: ApprovalRequest, step: ApprovalStep, at: datetime) -> None:
    decided = set(ApprovalDecision.objects.filter(step__request=request).values_list("actor_id", flat=True))
    if not decided.intersection(step.assignees.values_list("person_id", flat=True)):
        return
    step.assignees.filter(person_id__in=decided).delete()
    if not step.assignees.exists():
        done, pairs = duties.done_on(request.facts["chains"]), duty_pairs_in_force(at)
        people = [person.pk for person in fallback_people(fallback_role(request.policy))]
        barred = {pk for pk in people if pk in decided or hard_conflict(request.facts["duty"], pk, done, pairs)}
        barred |= authors_of(done)
        StepAssignee.objects.bulk_create(
            StepAssignee(step=step, person_id=pk) for pk in eligible(people, request.requester_id, barred)
        )
        raise_unstaffed(request, [step.label], at)


def raise_unstaffed(request: ApprovalRequest, unstaffed: Sequence[str], at: datetime) -> None:
    """Open the exception of a stage that nobody may decide; the fallback owner has it meanwhile (AP-3)."""
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


def close_request(request: ApprovalRequest, outcome: str, *, actor: User, at: datetime) -> None:
    """End a request and what is still open under it; its exception of a missing approver closes itself (EX-2)."""
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
    cure_case(key=f"no_approver:{request.pk}", outcome=f"The approval is {outcome}.", at=at)
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
