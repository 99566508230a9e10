"""A worker's process dies by kill -9 in the middle of large work: it is taken up again, and nothing is done twice."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connections

from foundation import jobs
from foundation.models import AuditEvent, DomainEvent, Job, Notice, RoleAssignment
from foundation.relay import CLAIM_LASTS, drain
from foundation.selectors.breaches import breaches
from foundation.services import AbsencePlan, declare_absence, revoke_role
from tests.factories import NOW, Company, company, submitted
from tests.policies.factories import MANAGER, add_rule, clear, draft
from tests.workflow.factories import LARGE, MIDDLE, SMALL, another_manager, asked
from workflow.access import waiting_for
from workflow.models import ApprovalDecision, HeldDecision, Replay, ReplayDifference, StepAssignee
from workflow.services import held_decisions, hold_decision, replay, seats, start_replay, take_held_decisions

pytestmark = [pytest.mark.django_db(transaction=True)]
MANY = 40  # requests that wait for one person
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def made(db: None, monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
    return company()


def killed(work: Callable[[], object], module: Any, name: str, in_call: int) -> int:
    """Run work in a process of its own that kills itself in a call of something it uses; returns how it ended."""
    connections.close_all()  # parent and child open their own
    child = os.fork()
    if child == 0:
        try:
            _let_die(module, name, in_call)
            work()
        finally:
            os._exit(1)  # it should not have come so far
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _let_die(module: Any, name: str, in_call: int) -> None:
    really, calls = getattr(module, name), iter(range(1, 10_000))

    def dying(*args: Any, **kwargs: Any) -> Any:
        found = really(*args, **kwargs)
        if next(calls) == in_call:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(module, name, dying)


def differences(found: Replay) -> list[tuple[int, int]]:
    return list(ReplayDifference.objects.filter(replay=found).order_by("pk").values_list("request_id", "shift"))


def test_replay_goes_on_where_its_worker_died(made: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "SLICE", 2)
    for basket in (MIDDLE, LARGE, SMALL, MIDDLE, LARGE, MIDDLE, SMALL):
        submitted(made, basket)
    version = add_rule(made, clear(made, draft(made)), "Small", amount_to=3000, is_touchless=True)
    version = add_rule(made, version, "Rest", MANAGER, amount_from=3000)
    undisturbed = start_replay(version_id=version.pk, days=90, actor=made.polly, at=LATER)
    jobs.work()
    undisturbed.refresh_from_db()
    whole, listed = undisturbed.result, differences(undisturbed)

    again = start_replay(version_id=version.pk, days=90, actor=made.polly, at=LATER)
    ended = killed(jobs.work, replay, "past_after", in_call=3)

    left = Job.objects.get(pk=again.job_id)
    assert (ended, left.state, left.done, len(differences(again))) == (-signal.SIGKILL, "running", 4, 3)
    Job.objects.update(seen_at=LATER - timedelta(seconds=16))  # nothing was heard of it for so long
    assert jobs.work() == 1
    again.refresh_from_db()
    assert (again.result, differences(again)) == (whole, listed)
    assert Job.objects.get(pk=again.job_id).state == "done"
    assert AuditEvent.objects.filter(action="finish_job", object_id=again.job_id).count() == 1


def waiting(made: Company) -> None:
    for _one in range(MANY):
        submitted(made, MIDDLE)
    drain()


def taken_over() -> None:
    """Let the claim of the dead relay be old enough to be taken over, and tell again."""
    DomainEvent.objects.exclude(claimed_at=None).update(claimed_at=LATER - CLAIM_LASTS - timedelta(seconds=1))
    drain()
    drain()


def test_delegation_of_many_tasks_moves_each_once(made: Company) -> None:
    waiting(made)
    plan = AbsencePlan(NOW, NOW + timedelta(days=5), made.harry.pk)
    declare_absence(person_id=made.mona.pk, plan=plan, actor=made.mona, at=LATER)

    ended = killed(drain, seats, "_tell_moved", in_call=MANY // 2)

    moved = StepAssignee.objects.filter(person=made.harry, for_person=made.mona)
    assert (ended, moved.count(), waiting_for(made.mona).count()) == (-signal.SIGKILL, 0, MANY)
    assert not AuditEvent.objects.filter(action="move_task").exists()
    taken_over()
    assert (moved.count(), waiting_for(made.mona).count()) == (MANY, 0)
    assert AuditEvent.objects.filter(action="move_task").count() == MANY
    assert DomainEvent.objects.filter(kind="workflow.task.moved").count() == MANY
    assert Notice.objects.filter(person=made.harry, read_at=None).count() == MANY
    assert breaches() == []


def test_held_decision_takes_effect_once_after_its_worker_died(made: Company) -> None:
    requisition = submitted(made, MIDDLE)
    drain()
    hold_decision(
        request_id=asked().pk, verb="approve", seen_hash=requisition.content_hash, actor=made.mona, reason="",
        undo_for=timedelta(seconds=10), at=NOW,
    )  # fmt: skip

    ended = killed(lambda: take_held_decisions(at=LATER), held_decisions, "_settle", in_call=1)

    held = HeldDecision.objects.get()
    assert (ended, held.outcome, held.tries, asked().state) == (-signal.SIGKILL, "", 1, "open")
    assert [take_held_decisions(at=LATER), take_held_decisions(at=LATER)] == [1, 0]
    assert (ApprovalDecision.objects.count(), asked().state) == (1, "approved")
    assert breaches() == []


def test_seating_many_stages_anew_asks_each_successor_once(made: Company) -> None:
    waiting(made)
    another_manager(made, "mina")
    role = RoleAssignment.objects.get(user=made.mona, role="site_manager")
    revoke_role(assignment=role, actor=made.ursula, at=LATER)

    ended = killed(drain, import_module("workflow.services.seat_anew"), "seat_more", in_call=MANY // 2)

    sits = StepAssignee.objects.filter(person=made.people["mina"])
    assert (ended, sits.count(), StepAssignee.objects.filter(person=made.mona).count()) == (-signal.SIGKILL, 0, MANY)
    taken_over()
    assert (sits.count(), StepAssignee.objects.filter(person=made.mona).count()) == (MANY, 0)
    assert DomainEvent.objects.filter(kind="workflow.step.seated_anew").count() == MANY
    assert Notice.objects.filter(person=made.people["mina"], read_at=None).count() == MANY
    assert breaches() == []
