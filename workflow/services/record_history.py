"""Approvals and exceptions of the past, written in bulk: decided and routed by the policy in force then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from foundation import audit
from foundation.documents import next_numbers
from foundation.errors import InvalidError
from foundation.events import Event
from foundation.journal import use_case
from foundation.models import AuditEvent, DutyRecord, Site, User
from foundation.selectors import system_user, working_deadline
from policies.decisions.approval import ApprovalFacts, Decision, Matrix, decide
from policies.decisions.stored import decision_to_json, facts_to_json
from policies.models import PolicyVersion
from policies.selectors import matrix_in_force, route_in_force
from workflow.decisions.stages import needed
from workflow.events import ApprovalClosed, CaseClosed, CaseOpened, StepDecided, StepOpened
from workflow.models import (
    ApprovalDecision,
    ApprovalRequest,
    ApprovalStep,
    CaseState,
    ExceptionCase,
    RequestState,
    StepAssignee,
    StepState,
)
from workflow.selectors.people import Asked
from workflow.selectors.routing import route
from workflow.services.about import about_step
from workflow.services.open_approval import Asking, people_then, step_of

Told = tuple[list[Event], list[AuditEvent]]


@dataclass(frozen=True, slots=True)
class PastApproval:
    """A document that was approved; its stages were decided evenly between the two instants."""

    asking: Asking
    facts: ApprovalFacts
    asked_at: datetime
    approved_at: datetime


@dataclass(slots=True)
class _Judge:
    """Matrices by day and people by stage, each asked for once."""

    matrices: dict[date, tuple[Matrix, PolicyVersion]] = field(default_factory=dict)
    people: dict[object, tuple[Asked, ...]] = field(default_factory=dict)

    def decision(self, past: PastApproval) -> tuple[Decision, PolicyVersion]:
        """Return what the matrix in force said."""
        day = past.asked_at.date()
        if day not in self.matrices:
            self.matrices[day] = matrix_in_force(past.asked_at)
        matrix, policy = self.matrices[day]
        return decide(past.facts, matrix), policy

    def stages(self, past: PastApproval, decision: Decision, policy: PolicyVersion) -> tuple[Asked, ...]:
        """Return who was asked."""
        if decision.is_touchless:
            return ()
        asking = past.asking
        key = (policy.pk, asking.site.pk if asking.site else None, asking.requester.pk, decision.stages)
        if key not in self.people:
            self.people[key] = route(
                past.facts, site=asking.site, requester=asking.requester, at=past.asked_at, duty=asking.duty,
                cost_centres=asking.cost_centres,
            ).stages  # fmt: skip
        return self.people[key]


@dataclass(slots=True)
class _Written:
    """One approval as it is stored: its request, who was asked, its steps, and when each stage began and ended."""

    past: PastApproval
    request: ApprovalRequest
    stages: tuple[Asked, ...]
    instants: list[datetime]
    steps: list[ApprovalStep] = field(default_factory=list)


@use_case
def record_past_approvals(*, approvals: Sequence[PastApproval]) -> list[Told]:
    """Store requests, stages, decisions and duties of approved documents.

    Events and audit rows come back, one pair an approval, to be stored among their document's own. The first person
    the policy names at a stage is the one who agreed; a stage of which several must agree had the first of them.

    :raises InvalidError: nobody could have agreed to a stage.
    """
    judge = _Judge()
    written = [_write(past, judge) for past in approvals]
    ApprovalRequest.objects.bulk_create([w.request for w in written], batch_size=500)
    for one in written:
        one.steps = list(_steps(one))
    ApprovalStep.objects.bulk_create([step for w in written for step in w.steps], batch_size=500)
    seats = [(w, n, seat) for w in written for n, stage in enumerate(w.stages) for seat in stage.seats]
    StepAssignee.objects.bulk_create(
        (StepAssignee(step=w.steps[n], person=seat.person, why=seat.why) for w, n, seat in seats), batch_size=1000
    )
    ApprovalDecision.objects.bulk_create(
        (_decision(w, n, person) for w in written for n in range(len(w.stages)) for person in _agreed(w.stages[n])),
        batch_size=500,
    )
    DutyRecord.objects.bulk_create((d for w in written for d in _duties(w)), batch_size=1000, ignore_conflicts=True)
    policy_actor = system_user("policy")
    return [(list(_events(w, policy_actor)), [_routed(w)]) for w in written]


def _write(past: PastApproval, judge: _Judge) -> _Written:
    decision, policy = judge.decision(past)
    stages = judge.stages(past, decision, policy)
    empty = next((stage.label for stage in stages if not stage.people), None)
    if empty is not None:
        raise InvalidError("no_approver", f"{past.asking.subject_number}: nobody may decide as {empty}.")
    asking = past.asking
    span = past.approved_at - past.asked_at
    request = ApprovalRequest(
        subject_type=asking.subject_type, subject_id=asking.subject_id, subject_number=asking.subject_number,
        subject_version=asking.subject_version, content_hash=asking.content_hash, title=asking.title[:200],
        site=asking.site, requester=asking.requester, need_by=asking.need_by, amount=asking.amount,
        currency=asking.currency, base_amount=past.facts.base_amount, rate=asking.rate.rate,
        rate_date=asking.rate.date, facts=facts_to_json(past.facts) | {"chains": list(asking.chains), "duty": asking.duty},
        people=people_then(asking, past.facts), policy=policy, decision=decision_to_json(decision), is_touchless=decision.is_touchless,
        state=RequestState.APPROVED, version=2, opened_at=past.asked_at, closed_at=past.approved_at,
    )  # fmt: skip
    count = max(len(stages), 1)
    return _Written(past, request, stages, [past.asked_at + span * n / count for n in range(count + 1)])


def _steps(one: _Written) -> Iterator[ApprovalStep]:
    for number, (stage, (begun, ended)) in enumerate(zip(one.stages, pairwise(one.instants), strict=False), start=1):
        yield step_of(
            one.request, stage, number, state=StepState.APPROVED, opened_at=begun, decided_at=ended,
            due_at=working_deadline(one.past.asking.site, begun, stage.due_hours),
        )  # fmt: skip


def _agreed(stage: Asked) -> Sequence[User]:
    return stage.people[: needed(stage.completion, stage.ask.percent, len(stage.people))]


def _decision(one: _Written, number: int, person: User) -> ApprovalDecision:
    return ApprovalDecision(
        step=one.steps[number], actor=person, verdict="approved", subject_version=one.request.subject_version,
        content_hash=one.request.content_hash, approved_hash=one.request.content_hash,
        decided_at=one.instants[number + 1],
    )  # fmt: skip


def _duties(one: _Written) -> Iterator[DutyRecord]:
    asking = one.past.asking
    for number, stage in enumerate(one.stages):
        for person in _agreed(stage):
            for chain in asking.chains:
                yield DutyRecord(
                    chain=chain, document_type=asking.subject_type, document_id=asking.subject_id, duty=asking.duty,
                    person=person, at=one.instants[number + 1],
                )  # fmt: skip


def _events(one: _Written, policy_actor: User) -> Iterator[Event]:
    request = one.request
    last = policy_actor
    for step, stage in zip(one.steps, one.stages, strict=True):
        begun, ended, due = step.opened_at, step.decided_at, step.due_at
        assert begun and ended and due  # noqa: S101, PT018 - written above; for the type checker
        last = _agreed(stage)[-1]
        about = about_step(request, step)
        yield StepOpened(**about, at=begun, rule=step.rule, label=step.label, due_at=due.isoformat())
        yield StepDecided(
            **about, at=ended, actor_id=last.pk, rule=step.rule, label=step.label, verdict="approved",
            opened_at=begun.isoformat(),
        )  # fmt: skip
    yield ApprovalClosed(
        subject_id=request.pk, subject_number=request.subject_number, at=one.past.approved_at, version=request.version,
        site_id=request.site_id, actor_id=last.pk, is_human=last.kind != User.Kind.SYSTEM,
        related=((request.subject_type, request.subject_id, request.subject_number),), outcome="approved",
        touchless=request.is_touchless,
    )  # fmt: skip


def _routed(one: _Written) -> AuditEvent:
    request = one.request
    return audit.row(
        f"approval.{request.subject_type}", request.pk, request.subject_number, "route_for_approval",
        actor=request.requester, at=one.past.asked_at, policy_version=str(request.decision["version"]),
        facts=request.facts, decision=request.decision,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PastCase:
    """An exception of the past that closed itself; fields as in `open_case`."""

    key: str
    category: str
    cause: str
    sentence: str
    subject_type: str
    subject_id: int
    subject_number: str
    site: Site | None
    supplier_id: int | None
    supplier_name: str
    amount: Decimal
    currency: str
    opened_at: datetime
    closed_at: datetime
    outcome: str


@use_case
def record_past_cases(*, cases: Sequence[PastCase]) -> list[Told]:
    """Store closed exceptions, routed by the policy in force then; what is told of each comes back, to be stored."""
    numbers = next_numbers("EX", [""] * len(cases))
    made = [_case(past, number) for past, number in zip(cases, numbers, strict=True)]
    ExceptionCase.objects.bulk_create(made, batch_size=300)
    actor = system_user("workflow")
    return [_case_told(case, actor) for case in made]


def _case(past: PastCase, number: str) -> ExceptionCase:
    found = route_in_force(past.category, past.opened_at)
    due = working_deadline(past.site, past.opened_at, found.due_hours) if past.site else past.opened_at
    return ExceptionCase(
        number=number, category=past.category, cause=past.cause, sentence=past.sentence[:300], key=past.key,
        subject_type=past.subject_type, subject_id=past.subject_id, subject_number=past.subject_number, site=past.site,
        supplier_id=past.supplier_id, supplier_name=past.supplier_name, amount=past.amount, currency=past.currency,
        owner_role=found.owner_role, policy_id=found.version_id, state=CaseState.CURED, version=2,
        opened_at=past.opened_at, due_at=due, closed_at=past.closed_at, outcome=past.outcome[:300],
    )  # fmt: skip


def _case_told(case: ExceptionCase, actor: User) -> Told:
    ended = case.closed_at or case.opened_at
    about: dict[str, Any] = {
        "subject_id": case.pk, "subject_number": case.number, "site_id": case.site_id, "supplier_id": case.supplier_id,
        "related": ((case.subject_type, case.subject_id, case.subject_number),),
    }  # fmt: skip
    opened = CaseOpened(**about, at=case.opened_at, version=1, is_human=False, category=case.category, cause=case.cause)
    closed = CaseClosed(
        **about, at=ended, version=2, is_human=False, category=case.category, outcome=case.outcome, cured=True
    )
    rows = [
        audit.row("workflow.exceptioncase", case.pk, case.number, "open_case", actor=actor, at=case.opened_at, cause=case.cause),
        audit.row("workflow.exceptioncase", case.pk, case.number, "cure_case", actor=actor, at=ended, outcome=case.outcome),
    ]  # fmt: skip
    return [opened, closed], rows
