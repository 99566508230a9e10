"""Roles come and go while documents wait: who is asked then (AP-2 to AP-5, EX-2).

A scene changes who holds what and answers with who sits in each stage and the exceptions.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from foundation.models import AuditEvent, Notice, Role, RoleAssignment, User
from foundation.relay import drain
from foundation.services import AbsencePlan, declare_absence, grant_role, revoke_role, set_active
from policies.services import StageInput
from procurement.models import Requisition
from tests.factories import NOW, Company, company, person, submitted
from tests.policies.factories import one_rule
from tests.workflow.factories import LARGE, MIDDLE, another_manager, approve, asked, managers_with_limits
from workflow.access import waiting_for
from workflow.models import ExceptionCase
from workflow.services import escalate_overdue, seat_anew

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_clock")]
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def revoke(made: Company, name: str) -> None:
    for held in RoleAssignment.objects.filter(user=made.people[name]):
        revoke_role(assignment=held, actor=made.ursula, at=LATER)
    drain()


def grant(made: Company, name: str) -> User:
    if name not in made.people:
        made.people[name] = person(name)
    grant_role(user=made.people[name], role=Role.SITE_MANAGER, site=made.leeds, actor=made.ursula, at=LATER)
    drain()
    return made.people[name]


def shut_out(made: Company, name: str) -> None:
    set_active(person_id=made.people[name].pk, is_active=False, reason="Left", actor=made.ursula, at=LATER)
    drain()


def told(requisition: Requisition) -> str:
    steps = asked().steps.order_by("position")
    seats = ", ".join(" or ".join(str(seat) for seat in step.assignees.order_by("pk")) for step in steps)
    cases = ",".join(f"{case.cause} {case.state}" for case in ExceptionCase.objects.order_by("pk"))
    requisition.refresh_from_db()
    return f"{seats} | {cases} | {requisition.state}"


def role_of_one_of_two_revoked(made: Company) -> str:
    another_manager(made)
    requisition = submitted(made, MIDDLE)
    revoke(made, "mona")
    return told(requisition)


def role_revoked_where_another_was_given_it_since(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    grant(made, "mark")  # asked nothing while Mona holds it
    assert told(requisition).startswith("Mona |")
    revoke(made, "mona")
    approve(requisition, made.mark)
    return told(requisition)


def last_holder_revoked(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    revoke(made, "mona")
    return told(requisition)


def moved_to_another_site_and_replaced_later(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    revoke(made, "mona")
    grant_role(user=made.mona, role=Role.SITE_MANAGER, site=made.hull, actor=made.ursula, at=LATER)
    grant(made, "mark")
    return told(requisition)


def person_shut_out(made: Company) -> str:
    requisition = submitted(made, LARGE)
    shut_out(made, "mona")
    return told(requisition)


def shut_out_and_let_in_again(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    shut_out(made, "mona")
    set_active(person_id=made.mona.pk, is_active=True, reason="Back", actor=made.ursula, at=LATER)
    drain()
    return told(requisition)


def stage_to_come_has_its_people_too(made: Company) -> str:
    requisition = submitted(made, LARGE)
    made.people["rob"] = person("rob")
    grant_role(user=made.rob, role=Role.REGION_MANAGER, region=made.leeds.region, actor=made.ursula, at=LATER)
    revoke(made, "regina")
    approve(requisition, made.mona)
    return told(requisition)


def who_decided_keeps_the_seat(made: Company) -> str:
    requisition = submitted(made, LARGE)
    approve(requisition, made.mona)
    revoke(made, "mona")
    return told(requisition)


def deputy_of_who_lost_the_role(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    declare_absence(
        person_id=made.mona.pk, plan=AbsencePlan(NOW, NOW + timedelta(days=9), made.harry.pk), actor=made.mona, at=NOW
    )
    drain()
    grant(made, "mark")
    revoke(made, "mona")
    return told(requisition)


def deputy_shut_out(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    plan = AbsencePlan(NOW, NOW + timedelta(days=9), made.harry.pk, is_away=False, duties=("approve_requisition",))
    declare_absence(person_id=made.mona.pk, plan=plan, actor=made.mona, at=NOW)
    drain()
    assert told(requisition).startswith("Harry for Mona |")
    shut_out(made, "harry")
    return told(requisition)


def new_holder_is_away_and_has_a_deputy(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    mark = grant(made, "mark")
    plan = AbsencePlan(NOW, NOW + timedelta(days=9), made.harry.pk)
    declare_absence(person_id=mark.pk, plan=plan, actor=mark, at=NOW)
    drain()
    revoke(made, "mona")
    return told(requisition)


def new_holder_is_the_requester(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    grant(made, "rita")
    revoke(made, "mona")
    return told(requisition)


def one_level_up_lost_the_role(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    escalate_overdue(at=NOW + timedelta(days=2))
    drain()
    assert told(requisition).startswith("Mona or Regina (the same role one level up) |")
    revoke(made, "regina")
    return told(requisition)


def manager_on_the_climb_left(made: Company) -> str:
    managers_with_limits(made)
    one_rule(made, StageInput("climb"))
    requisition = submitted(made, ("SW-500", "20"))  # 960: Mona alone covers it
    shut_out(made, "mona")
    return told(requisition)


SCENES: list[tuple[Callable[[Company], str], str]] = [
    (role_of_one_of_two_revoked,                    "Mark |  | submitted"),
    (role_revoked_where_another_was_given_it_since, "Mark |  | approved"),
    (last_holder_revoked,                           "Frank (fallback owner) | no_eligible_approver open | submitted"),
    (moved_to_another_site_and_replaced_later,
     "Frank (fallback owner) or Mark | no_eligible_approver cured | submitted"),
    (person_shut_out,                               "Frank (fallback owner), Regina | no_eligible_approver open | submitted"),
    (shut_out_and_let_in_again,
     "Frank (fallback owner) or Mona | no_eligible_approver cured | submitted"),
    (stage_to_come_has_its_people_too,              "Mona, Rob |  | submitted"),
    (who_decided_keeps_the_seat,                    "Mona, Regina |  | submitted"),
    (deputy_of_who_lost_the_role,                   "Mark |  | submitted"),
    (deputy_shut_out,                               "Mona |  | submitted"),
    (new_holder_is_away_and_has_a_deputy,           "Harry for Mark |  | submitted"),
    (new_holder_is_the_requester,                   "Frank (fallback owner) | no_eligible_approver open | submitted"),
    (one_level_up_lost_the_role,                    "Mona |  | submitted"),
    (manager_on_the_climb_left,                     "Regina |  | submitted"),
]  # fmt: skip


@pytest.mark.parametrize(("scene", "expected"), SCENES, ids=[scene.__name__ for scene, _ in SCENES])
def test_stage_asks_whoever_holds_the_role_now(scene: Callable[[Company], str], expected: str) -> None:
    assert scene(company()) == expected


def test_both_are_told_and_it_is_kept_and_done_once() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    grant(made, "mark")
    revoke(made, "mona")

    bells = [
        (row.person.username, row.read_at is not None)
        for row in Notice.objects.filter(subject_type="step").select_related("person").order_by("pk")
    ]
    kept = AuditEvent.objects.get(action="seat_anew")

    assert bells == [("mona", True), ("mark", False)]
    assert (kept.data["before"], kept.data["after"]) == ([made.mona.pk], [made.mark.pk])
    assert [step.request.subject_number for step in waiting_for(made.mark)] == [requisition.number]
    assert seat_anew(person_id=made.mona.pk, at=LATER) == 0
    assert AuditEvent.objects.filter(action="seat_anew").count() == 1
