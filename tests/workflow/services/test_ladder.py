"""The ladder of people: more are asked as time passes, and time never decides (AP-5)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from foundation.models import AuditEvent, Holiday, Notice, User
from foundation.relay import drain
from foundation.services import AbsencePlan, declare_absence
from policies.selectors import forget
from tests.architecture.world import execute
from tests.factories import NOW, Company, company, submitted
from tests.workflow.factories import LARGE, MIDDLE, approve, asked, chain
from workflow.models import ApprovalDecision, ExceptionCase
from workflow.services import escalate_overdue
from workflow.tasks import climb_ladders

pytestmark = pytest.mark.django_db
# 8 hours from Tuesday 09:00, open 08:00 to 18:00: due on Tuesday at 17:00, the first rung on Wednesday at 15:00.
RUNG_1 = datetime(2026, 3, 11, 15, tzinfo=UTC)
RUNG_2 = datetime(2026, 3, 12, 13, tzinfo=UTC)
RUNG_3 = datetime(2026, 3, 13, 11, tzinfo=UTC)
LONG_AFTER = NOW + timedelta(days=365)
BEFORE = timedelta(minutes=1)


def with_manager(made: Company) -> Company:
    made.mona.manager = made.harry
    made.mona.save()
    return made


def away(person: User, deputy: User | None) -> None:
    plan = AbsencePlan(NOW, NOW + timedelta(days=300), deputy.pk if deputy else None)
    declare_absence(person_id=person.pk, plan=plan, actor=person, at=NOW)
    drain()


def climbed(at: datetime) -> int:
    number = escalate_overdue(at=at)
    drain()
    return number


def seats() -> list[str]:
    return [str(seat) for seat in asked().steps.get(position=1).assignees.order_by("pk")]


def test_each_rung_comes_when_the_hours_have_passed_again_and_each_is_recorded() -> None:
    made = with_manager(company())
    submitted(made, MIDDLE)

    drain()

    counts = [climbed(at) for at in (RUNG_1 - BEFORE, RUNG_1, RUNG_2 - BEFORE, RUNG_2, RUNG_3, LONG_AFTER)]

    assert counts == [0, 1, 0, 1, 1, 0]
    assert seats() == ["Mona", "Harry for Mona", "Regina (the same role one level up)", "Frank (fallback owner)"]
    rungs = AuditEvent.objects.filter(action="escalate").order_by("seq")
    assert [(row.data["rung"], row.data["people"]) for row in rungs] == [
        ("manager", [made.harry.pk]), ("above", [made.regina.pk]), ("fallback", [made.frank.pk]),
    ]  # fmt: skip
    case = ExceptionCase.objects.get()
    assert (case.cause, case.sentence.endswith("did not decide in time; the fallback owner has it.")) == (
        "nobody_decided", True
    )  # fmt: skip
    assert chain()[0][0] == "open"
    assert ApprovalDecision.objects.count() == 0  # time decides nothing
    told = Notice.objects.filter(subject_type="step").order_by("pk").values_list("person__username", flat=True)
    assert list(told) == ["mona", "harry", "regina", "frank"]


def test_holiday_of_the_site_moves_the_rung() -> None:
    made = with_manager(company())
    Holiday.objects.create(calendar=made.leeds.calendar, date=date(2026, 3, 11), name="Stocktake")
    submitted(made, MIDDLE)

    counts = [escalate_overdue(at=at) for at in (RUNG_1, RUNG_1 + timedelta(days=1))]

    assert counts == [0, 1]


@pytest.mark.parametrize(
    ("_case", "who", "behalf"),
    [("who was asked", "mona", None), ("their manager, for them", "harry", "mona"), ("one level up", "regina", None),
     ("the fallback owner", "frank", None)],
)  # fmt: skip
def test_anybody_on_the_ladder_decides(_case: str, who: str, behalf: str | None) -> None:
    made = with_manager(company())
    requisition = submitted(made, MIDDLE)
    for at in (RUNG_1, RUNG_2, RUNG_3):
        escalate_overdue(at=at)

    done = approve(requisition, made.people[who])

    decision = ApprovalDecision.objects.get()
    assert (done.state, decision.actor, decision.on_behalf_of) == (
        "approved", made.people[who], made.people[behalf] if behalf else None,
    )  # fmt: skip
    assert ExceptionCase.objects.get().state == "cured"  # EX-2


def test_rung_that_finds_nobody_is_skipped() -> None:
    made = company()  # Mona has no manager
    submitted(made, MIDDLE)

    escalate_overdue(at=RUNG_1)

    assert seats() == ["Mona", "Regina (the same role one level up)"]


def test_who_sits_elsewhere_in_the_chain_may_be_asked_and_is_asked_once() -> None:
    made = company()
    requisition = submitted(made, LARGE)
    escalate_overdue(at=RUNG_1)

    approve(requisition, made.regina)  # one level up decides the first stage, so the second is somebody else's (AP-4)

    assert chain() == [("approved", ["mona", "regina"]), ("open", ["frank"])]


@pytest.mark.parametrize(
    ("_case", "deputy", "last"),
    [
        ("their deputy has it",                     "erin", "Erin for Frank"),
        ("nobody stands in: it stays with the owner", "",   "Frank (fallback owner)"),
    ],
)  # fmt: skip
def test_approver_on_leave_on_the_last_rung(_case: str, deputy: str, last: str) -> None:
    made = company()
    away(made.frank, made.people[deputy] if deputy else None)
    requisition = submitted(made, MIDDLE)

    for at in (RUNG_1, RUNG_2, LONG_AFTER - timedelta(days=200)):
        escalate_overdue(at=at)

    assert seats() == ["Mona", "Regina (the same role one level up)", last]
    assert (chain()[0][0], ApprovalDecision.objects.count()) == ("open", 0)
    assert ExceptionCase.objects.get().cause == "nobody_decided"
    assert approve(requisition, made.people[deputy or "frank"]).state == "approved"


def test_version_without_a_ladder_only_reminds() -> None:
    made = company()
    execute(
        "update policies_policyversion set settings = '{\"fallback_role\": \"finance_director\"}' where kind = 'approval'"
    )
    forget()
    submitted(made, MIDDLE)

    assert escalate_overdue(at=LONG_AFTER) == 0
    assert seats() == ["Mona"]


def test_sweep_is_named_for_the_clock_and_accepts_unknown_keywords() -> None:
    company()

    assert (climb_ladders.name, climb_ladders(later="x")) == ("workflow.climb_ladders", 0)
