"""Somebody who is asked says that they are not the right person: the rules find another, or the policy team looks (UX 10)."""

from datetime import datetime
from typing import Any

from foundation import audit, outbox
from foundation.errors import InvalidError, NotFoundError, NotPermittedError, StaleError
from foundation.journal import use_case
from foundation.models import User
from workflow.events import StepEscalated
from workflow.models import ApprovalRequest, ApprovalStep, StepState
from workflow.selectors.chain import Chain, load_chain
from workflow.services.about import about_case, about_step
from workflow.services.cases import open_case
from workflow.services.seats import ask_fallback

RULES, TEAM = "rules", "team"


@use_case
def say_wrong_person(*, request_id: int, way: str, reason: str, actor: User, at: datetime) -> list[str]:
    """Ask the policy's fallback owner besides (`rules`), or tell the policy team by an exception (`team`).

    Nobody the policy asks is taken out (AP-6): until somebody decides, the person may. Returns who is asked now by name;
    saying it again asks nobody twice and keeps one exception.

    :raises NotFoundError: there is no such request.
    :raises StaleError: it was decided meanwhile; says so.
    :raises NotPermittedError: the person is not asked.
    :raises InvalidError: no reason, no such way, or nobody else may decide.
    """
    rows = ApprovalRequest.objects.select_for_update(of=("self",), no_key=True)
    request = rows.select_related("site__region", "site__calendar", "policy").filter(pk=request_id).first()
    if request is None:
        raise NotFoundError("not_found", "There is no such approval.")
    if request.closed_at is not None:
        raise StaleError(
            "already_decided", f"{request.subject_number} is already {request.get_state_display().lower()}."
        )
    if way not in {RULES, TEAM}:
        raise InvalidError("way_unknown", "Choose who should look at it.", field="way", value=way)
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why it is not yours.", field="reason")
    chain = load_chain(request)
    step = _seat_of(chain, actor)
    names = _ask(chain, step, actor, at) if way == RULES else []
    if way == TEAM:
        _tell(request, step, reason.strip(), actor, at)
    audit.record_fact(
        f"approval.{request.subject_type}", request.pk, request.subject_number, "say_wrong_person", actor=actor, at=at,
        way=way, reason=reason.strip()[:300], asked=names,
    )  # fmt: skip
    return names


def _seat_of(chain: Chain, actor: User) -> Any:
    """Return the open stage at which the person is asked."""
    for step in chain.open_steps():
        if chain.place(step, actor.pk) and step.state == StepState.OPEN:
            return step
    raise NotPermittedError("not_asked", "This decision does not wait for you.")


def _ask(chain: Chain, step: ApprovalStep, actor: User, at: datetime) -> list[str]:
    added = ask_fallback(chain, step, at)
    people = tuple(one.person_id for one in added)
    if not people:
        raise InvalidError(
            "nobody_else", "The rules know nobody else who may decide. Tell the policy team.", field="way"
        )
    outbox.publish(
        StepEscalated(
            **about_step(chain.request, step),
            at=at,
            actor_id=actor.pk,
            label=step.label,
            rung="fallback",
            people=people,
        )
    )
    return [str(one) for one in User.objects.filter(pk__in=people).order_by("pk")]


def _tell(request: ApprovalRequest, step: ApprovalStep, reason: str, actor: User, at: datetime) -> None:
    open_case(
        key=f"wrong_person:{request.pk}:{actor.pk}",
        category="no_approver",
        cause="wrong_person",
        sentence=f"{request.subject_number}: {actor} says they are not the right person for {step.label}: {reason}",
        **about_case(request),
        evidence={"stage": step.label, "rule": step.rule, "reason": reason[:300]},
        at=at,
    )
