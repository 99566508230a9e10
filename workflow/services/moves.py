"""The moves of a request that its use cases share: opening what comes next, and ending a stage or the request."""

from datetime import datetime

from foundation import outbox
from foundation.models import User
from foundation.selectors import working_deadline
from workflow.decisions.stages import APPROVED
from workflow.events import ApprovalClosed, StepDecided, StepInformed, StepOpened
from workflow.models import ApprovalDecision, ApprovalRequest, ApprovalStep, RequestState, StepAssignee, StepState
from workflow.selectors.chain import Chain, Said
from workflow.services.about import about_step
from workflow.services.cases import cure_case
from workflow.services.seats import reseat


def open_next(chain: Chain, *, at: datetime) -> bool:
    """Open the stages that come next, together when they are one group; returns whether anything is open.

    A stage that somebody who agreed before satisfies is done at once, where the policy says so (AP-4).
    """
    while not chain.open_steps():
        waiting = [step for step in chain.steps if step.state == StepState.WAITING]
        if not waiting:
            return False
        for step in waiting:
            if step.group == waiting[0].group:
                open_step(chain, step, at=at)
    return True


def open_step(chain: Chain, step: ApprovalStep, *, at: datetime) -> None:
    """Ask the people of a stage, deputies for who is away; who has decided an earlier one is left out (AP-4).

    Nobody left: the fallback owner is asked and an exception says so (AP-3).
    """
    leave_out(chain, step, at=at)
    reseat([chain], at=at, steps=[step])
    start_step(chain.request, step, at=at)
    step.save(update_fields=["state", "opened_at", "due_at", "next_rung_at"])
    tell_step_opened(chain.request, step, at=at)
    if chain.ends(step) == APPROVED:
        last = User.objects.get(pk=chain.said[-1].actor)
        end_step(chain.request, step, APPROVED, actor=last, at=at, is_human=False)


def leave_out(chain: Chain, step: ApprovalStep, *, at: datetime) -> None:
    """Take out of a stage whoever gave their voice at another one, or count it here too where the policy says so."""
    spent = chain.spent() - chain.decided_at(step)
    seats = [place for place in chain.places[step.pk] if spent & {place.person, place.owner}]
    if not seats:
        return
    if not step.may_repeat:
        StepAssignee.objects.filter(pk__in=[place.pk for place in seats]).delete()
        chain.places[step.pk] = [place for place in chain.places[step.pk] if place not in seats]
        return
    agreed = {said.actor for said in chain.said if said.verdict == APPROVED}
    for place in seats:
        if place.person in agreed:
            _agree_again(chain, step, place.person, at)


def _agree_again(chain: Chain, step: ApprovalStep, person: int, at: datetime) -> None:
    """Record that an agreement of an earlier stage satisfies this one (AP-4)."""
    request = chain.request
    ApprovalDecision.objects.create(
        step=step, actor_id=person, verdict=APPROVED, reason="Agreed at an earlier stage, which the policy lets count here.",
        subject_version=request.subject_version, content_hash=request.content_hash, approved_hash=request.content_hash,
        decided_at=at,
    )  # fmt: skip
    chain.said.append(Said(step.pk, person, None, APPROVED))


def start_step(request: ApprovalRequest, step: ApprovalStep, *, at: datetime) -> None:
    """Open a stage and set when it is due, in business hours at the site (MQ-4); the caller stores it.

    The first rung of the policy's ladder is asked when the stage's hours have passed a second time (AP-5).
    """
    due_at = working_deadline(request.site, at, step.due_hours)
    step.open(at=at, due_at=due_at)
    if request.policy.settings.get("ladder"):
        step.next_rung_at = working_deadline(request.site, due_at, step.due_hours)


def tell_step_opened(request: ApprovalRequest, step: ApprovalStep, *, at: datetime) -> None:
    """Tell that people are asked."""
    due_at = step.due_at.isoformat() if step.due_at else ""
    outbox.publish(StepOpened(**about_step(request, step), at=at, rule=step.rule, label=step.label, due_at=due_at))


def tell_step_informed(request: ApprovalRequest, step: ApprovalStep, *, at: datetime) -> None:
    """Tell that people are informed, which nothing waits for."""
    outbox.publish(StepInformed(**about_step(request, step), at=at, is_human=False, rule=step.rule, label=step.label))


def end_step(
    request: ApprovalRequest, step: ApprovalStep, verdict: str, *, actor: User, at: datetime, is_human: bool = True,
    voice: str = "",
) -> None:  # fmt: skip
    """Store how a stage ended, and tell it; `voice` is for whom a deputy decided (AP-5)."""
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
            is_human=is_human,
            rule=step.rule,
            label=step.label,
            verdict=verdict,
            voice=voice,
            opened_at=step.opened_at.isoformat() if step.opened_at else "",
        )
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
