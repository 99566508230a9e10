"""What must hold of every approval, each with its exact outcome (AP-3 to AP-5, MQ-1).

The outcome reads: state of the requisition | of its request | who sits in each stage | how it was refused | exceptions.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from foundation import duties
from foundation.errors import DomainError
from foundation.models import Category, CostCentre, RoleAssignment, User
from foundation.relay import drain
from foundation.selectors import rate_on
from foundation.services import AbsencePlan, declare_absence, record_rate, revoke_role
from policies.decisions.stored import facts_from_json
from policies.models import PolicyVersion
from policies.services import StageInput
from procurement.models import Requisition
from procurement.selectors.approval_facts import preview
from tests.factories import NOW, Company, a_requisition, company, submitted
from tests.policies.factories import one_rule
from tests.workflow.factories import LARGE, MIDDLE, another_manager, approve, asked, at_once
from workflow.models import ApprovalDecision, ApprovalRequest, ExceptionCase
from workflow.selectors import freeze_amount, redecided, route
from workflow.services import Asking, escalate_overdue, open_approval, record_decision

LATER = NOW + timedelta(minutes=5)


def seats() -> str:
    steps = asked().steps.order_by("position")
    return ", ".join(" or ".join(str(seat) for seat in step.assignees.order_by("pk")) for step in steps)


def outcome(requisition: Requisition, refused: str = "") -> str:
    requisition.refresh_from_db()
    cases = ",".join(f"{case.cause} {case.state}" for case in ExceptionCase.objects.order_by("pk"))
    return " | ".join([requisition.state, str(asked().state), seats(), refused, cases])


def refusal(requisition: Requisition, by: User) -> str:
    decisions = ApprovalDecision.objects.count()
    with pytest.raises(DomainError) as refused:
        approve(requisition, by)
    assert ApprovalDecision.objects.count() == decisions
    return refused.value.code


def away(person: User, deputy: User | None = None) -> None:
    plan = AbsencePlan(NOW, NOW + timedelta(days=300), deputy.pk if deputy else None)
    declare_absence(person_id=person.pk, plan=plan, actor=person, at=NOW)
    drain()


def role_lost_between_opening_and_pressing(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    revoke_role(assignment=RoleAssignment.objects.get(user=made.mona), actor=made.ursula, at=NOW)
    return outcome(requisition, refusal(requisition, made.mona))


def role_of_who_is_away_lost(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    away(made.mona, made.harry)
    revoke_role(assignment=RoleAssignment.objects.get(user=made.mona), actor=made.ursula, at=NOW)
    return outcome(requisition, refusal(requisition, made.harry))


def delegate_is_the_requester(made: Company) -> str:
    away(made.mona, made.rita)
    requisition = submitted(made, MIDDLE)
    return outcome(requisition, refusal(requisition, made.rita))


def delegate_became_the_one_who_changed_it(made: Company) -> str:
    requisition = submitted(made, MIDDLE)
    away(made.mona, made.harry)
    duties.record(
        f"requisition:{requisition.pk}", "requisition", requisition.pk, "request", person_id=made.harry.pk, at=NOW
    )
    return outcome(requisition, refusal(requisition, made.harry))


def rule_deleted_while_it_waits(made: Company) -> str:
    requisition = submitted(made, LARGE)
    one_rule(made, StageInput("enterprise_role", "finance_director"))
    approve(requisition, made.mona)
    approve(requisition, made.regina)
    return outcome(requisition)


def site_without_any_approver(made: Company) -> str:
    revoke_role(assignment=RoleAssignment.objects.get(user=made.mona), actor=None, at=NOW)
    draft = a_requisition(made, MIDDLE)
    _, routing = preview(draft, list(draft.lines.all()), NOW)
    assert routing.unstaffed == ("Site manager of Leeds",)  # found before submission
    return outcome(submitted(made, MIDDLE))


def nobody_at_all_may_decide(made: Company) -> str:
    for name in ("mona", "frank"):
        revoke_role(assignment=RoleAssignment.objects.get(user=made.people[name]), actor=None, at=NOW)
    return outcome(submitted(made, MIDDLE))


def approver_on_leave_on_the_last_rung(made: Company) -> str:
    away(made.frank)
    requisition = submitted(made, MIDDLE)
    for days in (2, 4, 6, 100):
        escalate_overdue(at=NOW + timedelta(days=days))
    return outcome(requisition)


def deputy_of_the_approver_on_the_last_rung(made: Company) -> str:
    away(made.frank, made.erin)
    requisition = submitted(made, MIDDLE)
    for days in (2, 4, 6, 100):
        escalate_overdue(at=NOW + timedelta(days=days))
    approve(requisition, made.erin)
    return outcome(requisition)


SCENES: list[tuple[Callable[[Company], str], str]] = [
    (role_lost_between_opening_and_pressing, "submitted | open | Mona | role_lost | "),
    (role_of_who_is_away_lost,               "submitted | open | Harry for Mona | role_lost | "),
    (delegate_is_the_requester,
     "submitted | open | Mona or Frank (fallback owner) | own_request | no_eligible_approver open"),
    (delegate_became_the_one_who_changed_it, "submitted | open | Harry for Mona | duty_conflict | "),
    (rule_deleted_while_it_waits,            "approved | approved | Mona, Regina |  | "),
    (site_without_any_approver,
     "submitted | open | Frank (fallback owner) |  | no_eligible_approver open"),
    (nobody_at_all_may_decide,               "submitted | open |  |  | no_eligible_approver open"),
    (approver_on_leave_on_the_last_rung,
     "submitted | open | Mona or Regina (the same role one level up) or Frank (fallback owner) |  | nobody_decided open"),
    (deputy_of_the_approver_on_the_last_rung,
     "approved | approved | Mona or Regina (the same role one level up) or Erin for Frank |  | nobody_decided cured"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("scene", "expected"), SCENES, ids=[scene.__name__ for scene, _ in SCENES])
def test_outcome_is_exact(scene: Callable[[Company], str], expected: str) -> None:
    assert scene(company()) == expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_people_pressing_at_once_make_one_decision() -> None:
    made = company()
    another_manager(made)
    requisition = submitted(made, MIDDLE)

    results = at_once([lambda: approve(requisition, made.mona).state, lambda: approve(requisition, made.mark).state])

    assert sorted(map(str, results)) == ["already_decided", "approved"]
    assert ApprovalDecision.objects.count() == 1
    assert outcome(requisition) == "approved | approved | Mona or Mark |  | "


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_pressing_while_the_task_moves_to_the_deputy_decides_once() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    plan = AbsencePlan(NOW, NOW + timedelta(days=5), made.harry.pk)

    def leave() -> str:
        declare_absence(person_id=made.mona.pk, plan=plan, actor=made.mona, at=NOW)
        drain()
        return "left"

    results = at_once(
        [leave, lambda: approve(requisition, made.mona).state, lambda: approve(requisition, made.harry).state]
    )

    decision = ApprovalDecision.objects.get()
    decided = [str(result) for result in results[1:]]
    assert results[0] == "left"
    assert decided.count("approved") == 1
    assert (decision.who, set(decided) - {"approved"}) in (
        ("Mona", {"already_decided"}), ("Mona", {"not_asked"}), ("Harry for Mona", {"already_decided"}),
        ("Harry for Mona", {"not_asked"}),
    )  # fmt: skip


@pytest.mark.django_db
def test_rate_that_moved_changes_neither_amount_nor_route() -> None:
    made = company()
    facts = facts_from_json({**_facts(made), "base_amount": "4250.00"})
    base, rate = freeze_amount(Decimal("5000.00"), "EUR", NOW.date())
    asking = Asking(
        subject_type="order", subject_id=7, subject_number="PO-7", subject_version=1, content_hash="h", title="Pallets",
        site=made.leeds, requester=made.rita, amount=Decimal("5000.00"), currency="EUR", need_by=None, rate=rate,
        duty="approve_order", chains=("order:7",),
    )  # fmt: skip
    open_approval(asking=asking, facts=facts, actor=made.rita, at=NOW)
    assert base == Decimal("4250.00")  # up to 5,000: the site manager alone

    record_rate(
        currency="EUR", rate=Decimal("1.30"), day=NOW.date(), source="test", actor=made.ursula, at=NOW
    )  # 6,500 by now
    said = {"subject_type": "order", "subject_id": 7, "content_hash": "h", "reason": "", "at": LATER}
    request = record_decision(**said, verdict="approved", actor=made.mona)

    assert rate_on("EUR", NOW.date()).rate == Decimal("1.30")
    assert (request.state, request.base_amount, request.rate) == ("approved", Decimal("4250.00"), Decimal("0.85"))
    assert {again.different for again in redecided()} == {()}


def _facts(made: Company) -> dict[str, object]:
    submitted(made, MIDDLE)
    facts: dict[str, object] = {**asked().facts, "document_type": "order"}
    return facts


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("_case", "stages", "most"),
    [
        ("three roles",                  [("site_role", "site_manager"), ("region_role", "region_manager"),
                                          ("enterprise_role", "finance_director")],               3),
        ("a climb of four managers",     [("climb", "")],                                         4),
        ("owner, manager of a category", [("cost_centre_owner", ""), ("category_manager", "")],   6),
    ],
)  # fmt: skip
def test_routing_costs_at_most_six_statements(
    _case: str, stages: list[tuple[str, str]], most: int, django_assert_max_num_queries: Callable[..., object]
) -> None:
    made = company()
    people = [made.rita, made.mona, made.regina, made.frank, made.erin]
    for person, manager in pairwise(people):
        person.manager = manager
        person.save()
    made.hugo.manager = made.mona
    made.hugo.save()
    _name_owners(made)
    one_rule(made, *(StageInput(who, role) for who, role in stages))
    draft = a_requisition(made, LARGE)
    judged, _ = preview(draft, list(draft.lines.all()), NOW)
    centre = draft.cost_centre

    with django_assert_max_num_queries(most):  # type: ignore[attr-defined]  # a context manager of pytest-django
        routing = route(
            judged.facts, site=made.leeds, requester=made.rita, at=NOW, duty="approve_requisition",
            chains=(f"requisition:{draft.pk}",), cost_centres=(centre,),
        )  # fmt: skip

    assert routing.unstaffed == ()


def _name_owners(made: Company) -> None:
    CostCentre.objects.update(owner=made.boris)
    Category.objects.update(manager=made.sue)


@pytest.mark.django_db
def test_version_that_decided_stays_with_the_request() -> None:
    made = company()
    submitted(made, LARGE)
    before = PolicyVersion.objects.get(kind="approval", state="published")

    one_rule(made, StageInput("enterprise_role", "finance_director"))

    assert ApprovalRequest.objects.get().policy == before
    assert [again.different for again in redecided()] == [()]
