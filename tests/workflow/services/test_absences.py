"""Who decides while somebody is away (AP-5)."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from foundation.errors import DomainError
from foundation.models import AuditEvent, DomainEvent, User
from foundation.relay import drain
from foundation.selectors.timeline import words_of
from foundation.services import AbsencePlan, declare_absence, end_absence, turn_absences
from policies.services import StageInput
from procurement.services import approve_requisition
from tests.factories import NOW, Company, company, submitted
from tests.policies.factories import one_rule
from tests.workflow.factories import LARGE, MIDDLE, another_manager, approve, asked, chain
from workflow.access import waiting_for
from workflow.models import ApprovalDecision, ExceptionCase, StepAssignee
from workflow.services import move_tasks

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SOON = NOW + timedelta(minutes=1)


def away(made: Company, name: str = "mona", deputy: str = "", at: datetime = NOW, **more: Any) -> Any:
    plan = AbsencePlan(NOW, NOW + 5 * DAY, made.people[deputy].pk if deputy else None, **more)
    absence = declare_absence(person_id=made.people[name].pk, plan=plan, actor=made.people[name], at=at)
    drain()
    return absence


def tasks(user: User) -> list[str]:
    return [f"{step.request.subject_number} {step.for_whom or ''}".strip() for step in waiting_for(user)]


def seats() -> list[list[str]]:
    return [[str(seat) for seat in step.assignees.order_by("pk")] for step in asked().steps.order_by("position")]


def test_waiting_tasks_move_to_the_deputy_and_come_back() -> None:
    made = company()
    requisition = submitted(made, LARGE)
    assert tasks(made.mona) == [requisition.number]

    absence = away(made, deputy="harry")

    assert (tasks(made.mona), tasks(made.harry)) == ([], [f"{requisition.number} Mona"])
    assert seats() == [["Harry for Mona"], ["Regina"]]
    end_absence(absence_id=absence.pk, person_id=made.mona.pk, actor=made.mona, at=SOON)
    drain()
    assert (tasks(made.mona), tasks(made.harry)) == ([requisition.number], [])
    assert AuditEvent.objects.filter(action="move_task").count() == 2
    assert DomainEvent.objects.filter(kind="workflow.task.moved").count() == 2


def test_decision_of_the_deputy_is_stored_and_shown_as_theirs_for_the_person() -> None:
    made = company()
    requisition = submitted(made, LARGE)
    absence = away(made, deputy="harry")

    approve(requisition, made.harry)

    decision = ApprovalDecision.objects.get()
    assert (decision.actor, decision.on_behalf_of, decision.who) == (made.harry, made.mona, "Harry for Mona")
    assert chain() == [("approved", ["harry"]), ("open", ["regina"])]
    end_absence(absence_id=absence.pk, person_id=made.mona.pk, actor=made.mona, at=SOON)
    drain()
    assert seats()[0] == ["Harry for Mona"]  # what was decided stays
    with pytest.raises(DomainError) as refusal:
        approve(requisition, made.mona)
    assert (refusal.value.code, "Harry for Mona" in refusal.value.message) == ("already_decided", False)


def test_new_requests_ask_the_deputy_at_once_and_the_scope_limits_them() -> None:
    made = company()
    away(made, deputy="harry", amount_limit=Decimal(2400))

    submitted(made, MIDDLE)  # 2,400: the limit itself
    within = seats()
    submitted(made, LARGE)  # 9,600
    above = seats()

    assert within == [["Harry for Mona"]]
    assert above == [["Mona", "Frank (fallback owner)"], ["Regina"]]  # nobody else is at work (AP-3)
    assert ExceptionCase.objects.get().cause == "no_eligible_approver"


def test_delegate_who_is_the_requester_is_not_asked() -> None:
    made = company()
    away(made, deputy="rita", is_away=False)

    requisition = submitted(made, MIDDLE)  # raised by Rita (AP-4)

    assert seats() == [["Mona"]]
    with pytest.raises(DomainError) as refusal:
        approve(requisition, made.rita)
    assert (refusal.value.code, ApprovalDecision.objects.count()) == ("own_request", 0)


def test_others_of_the_stage_go_on_when_one_is_away_without_a_deputy() -> None:
    made = company()
    another_manager(made)
    away(made)

    submitted(made, MIDDLE)

    assert (seats(), ExceptionCase.objects.count()) == ([["Mona", "Mark"]], 0)


def test_stage_whose_people_are_all_away_asks_the_fallback_owner_besides() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)

    away(made)

    assert seats() == [["Mona", "Frank (fallback owner)"]]
    assert ExceptionCase.objects.get().sentence.endswith("the fallback owner has it.")
    assert approve(requisition, made.frank).state == "approved"


def test_later_stage_asks_who_is_away_when_it_opens() -> None:
    made = company()
    requisition = submitted(made, LARGE)
    planned = AbsencePlan(NOW + DAY, NOW + 5 * DAY, made.harry.pk)
    declare_absence(person_id=made.regina.pk, plan=planned, actor=made.regina, at=NOW)

    approve_requisition(
        pk=requisition.pk, expected_version=None, seen_hash=None, actor=made.mona, reason="", at=NOW + 2 * DAY
    )

    assert seats() == [["Mona"], ["Harry for Regina"]]


def test_deputy_who_goes_away_gives_the_tasks_back() -> None:
    made = company()
    submitted(made, LARGE)
    away(made, deputy="harry", is_away=False)
    assert seats()[0] == ["Harry for Mona"]

    away(made, "harry", at=SOON)

    assert seats()[0] == ["Mona"]  # not handed on


def test_delegation_that_ended_a_moment_ago_refuses_the_deputy() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    away(made, deputy="harry")

    with pytest.raises(DomainError) as refusal:  # the clock has not swept yet
        approve_requisition(
            pk=requisition.pk, expected_version=None, seen_hash=None, actor=made.harry, reason="", at=NOW + 6 * DAY
        )

    assert (refusal.value.code, ApprovalDecision.objects.count()) == ("delegation_over", 0)
    turn_absences(at=NOW + 6 * DAY)
    drain()
    assert seats() == [["Mona"]]


def test_deputy_who_sits_there_already_does_not_speak_for_two() -> None:
    made = company()
    another_manager(made)
    one_rule(made, StageInput("site_role", "site_manager", completion="all"))
    requisition = submitted(made, MIDDLE)

    away(made, deputy="mark")

    assert seats() == [["Mona", "Mark"]]
    assert approve(requisition, made.mark).state == "submitted"


def test_voice_of_the_deputy_is_in_the_audit_trail_the_history_and_the_explanation() -> None:
    made = company()
    requisition = submitted(made, LARGE)
    away(made, deputy="harry")

    approve(requisition, made.harry)

    row = AuditEvent.objects.get(action="decide_for")
    assert (row.actor, row.on_behalf_of, row.data["verdict"]) == (made.harry, made.mona, "approved")
    said = StringIO()
    call_command("policy", "explain", requisition.number, stdout=said)
    assert "(Harry for Mona): Harry for Mona approved" in said.getvalue()
    told = [words_of(event)[0] for event in DomainEvent.objects.filter(kind="workflow.step.decided")]
    assert told == ["Site manager of Leeds: approved for Mona"]


def test_moving_again_moves_nothing() -> None:
    made = company()
    submitted(made, LARGE)
    away(made, deputy="harry")

    assert move_tasks(person_id=made.mona.pk, at=SOON) == 0
    assert StepAssignee.objects.filter(why="deputy").count() == 1


def test_moving_many_tasks_costs_few_statements(django_assert_max_num_queries: Any) -> None:
    made = company()
    for _ in range(3):
        submitted(made, MIDDLE)
    plan = AbsencePlan(NOW, NOW + 5 * DAY, made.harry.pk)
    declare_absence(person_id=made.mona.pk, plan=plan, actor=made.mona, at=NOW)

    with django_assert_max_num_queries(20):
        assert move_tasks(person_id=made.mona.pk, at=SOON) == 3
