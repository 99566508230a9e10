"""A document asks for approval."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, Func, JSONField, TextField, Value

from foundation import audit
from foundation.errors import ConflictError
from foundation.journal import use_case
from foundation.models import CostCentre, Site, User
from foundation.retry import constraint_of
from foundation.selectors import system_user
from foundation.selectors.rates import FrozenRate
from policies.decisions.approval import ApprovalFacts
from policies.decisions.stored import decision_to_json, facts_to_json
from workflow.models import ApprovalRequest, ApprovalStep, RequestState, StepAssignee, StepState
from workflow.selectors.people import Asked
from workflow.selectors.routing import Routing, route
from workflow.services.moves import close_request, start_step, tell_step_informed, tell_step_opened
from workflow.services.unstaffed import raise_unstaffed


@dataclass(frozen=True, slots=True)
class Asking:
    """A document that asks for approval: what it is, and what was on the screen (AP-7).

    Without a site it is a matter of the whole enterprise; without an amount, and then without a currency, it is about
    no money. `duty` is what deciding it is, `chains` name the documents on which nobody may be on both sides (SD-2).
    """

    subject_type: str
    subject_id: int
    subject_number: str
    subject_version: int
    content_hash: str
    title: str
    site: Site | None
    requester: User
    amount: Decimal | None
    currency: str
    need_by: date | None
    rate: FrozenRate
    duty: str
    chains: tuple[str, ...]
    cost_centres: tuple[CostCentre, ...] = ()
    frozen: Mapping[str, Any] = field(default_factory=dict)  # kept beside the facts, as plain JSON
    done: frozenset[tuple[str, int]] | None = None  # duties on the chains, where the caller has read them


@use_case
def open_approval(*, asking: Asking, facts: ApprovalFacts, actor: User, at: datetime) -> ApprovalRequest:
    """Freeze the facts, let the policy in force decide, and ask the people of the first stage.

    A touchless decision comes back approved (AP-8). A stage nobody may decide goes to the fallback owner and raises
    an exception (AP-3); if even that is empty the request stays open with the exception.

    :raises ConflictError: the document has an open request already.
    """
    routing = route(
        facts,
        site=asking.site,
        requester=asking.requester,
        at=at,
        duty=asking.duty,
        chains=asking.chains,
        cost_centres=asking.cost_centres,
        done=asking.done,
    )
    request = _create(asking, facts, routing, at)
    _create_steps(request, routing, at)
    if request.is_touchless:
        close_request(request, RequestState.APPROVED, actor=system_user("policy"), at=at)
    elif routing.unstaffed:
        raise_unstaffed(request, routing.unstaffed, at)
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
    request = ApprovalRequest(
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
        facts=facts_to_json(facts) | {**asking.frozen, "chains": list(asking.chains), "duty": asking.duty},
        policy=routing.policy,
        people=people_then(asking, facts),
        decision=decision_to_json(routing.decision) | routing.meant,
        is_touchless=routing.decision.is_touchless,
        opened_at=at,
    )
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as error:
        if constraint_of(error) != "one_open_request":
            raise
        raise ConflictError("approval_open", f"{asking.subject_number} already waits for approval.") from error
    del request.people  # the database filled it in; it is read when somebody asks for it
    return request


def people_then(asking: Asking, facts: ApprovalFacts) -> Func:
    """Return the people to be frozen with a request, read by the statement that stores it (AP-4, AP-11)."""
    keys, codes = ArrayField(BigIntegerField()), ArrayField(TextField())
    owners = [one.owner_id for one in asking.cost_centres if one.owner_id]
    return Func(
        Value(asking.requester.pk, output_field=BigIntegerField()), Value(owners, output_field=keys),
        Value(sorted({code for path in facts.categories for code in path}), output_field=codes),
        function="workflow_people_then", output_field=JSONField(),
    )  # fmt: skip


def _create_steps(request: ApprovalRequest, routing: Routing, at: datetime) -> None:
    """Store the stages, those of the first group open: nobody has decided yet. Who is only informed is told at once."""
    stages = (*routing.stages, *routing.informed)
    if not stages:
        return
    steps = [step_of(request, stage, number) for number, stage in enumerate(routing.stages, start=1)]
    first = [step for step in steps if step.group == steps[0].group]
    told = [
        step_of(request, stage, number, state=StepState.INFORMED, opened_at=at, decided_at=at)
        for number, stage in enumerate(routing.informed, start=len(steps) + 1)
    ]
    steps += told
    for step in first:
        start_step(request, step, at=at)
    ApprovalStep.objects.bulk_create(steps)
    for step in first:
        tell_step_opened(request, step, at=at)
    for step in told:
        tell_step_informed(request, step, at=at)
    StepAssignee.objects.bulk_create(
        StepAssignee(
            step=step, person=seat.person, for_person=None if seat.person == seat.owner else seat.owner, why=seat.why
        )
        for step, stage in zip(steps, stages, strict=True)
        for seat in stage.seats
    )


def step_of(request: ApprovalRequest, stage: Asked, number: int, **more: Any) -> ApprovalStep:
    """Return a stage of a request as the policy asks for it, not stored; `more` are columns of one that is past."""
    ask = stage.ask
    return ApprovalStep(
        request=request, position=number, group=stage.group, rule=stage.rule[:160], label=stage.label[:160],
        completion=ask.completion, percent=ask.percent, may_repeat=ask.may_repeat, who=ask.who, role=ask.role,
        due_hours=ask.due_hours, **more,
    )  # fmt: skip
