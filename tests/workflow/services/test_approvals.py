from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from foundation import duties
from foundation.errors import ConflictError, DomainError, NotFoundError
from foundation.models import AuditEvent, DomainEvent, Role, RoleAssignment
from foundation.services import grant_role, revoke_role
from policies.decisions.stored import facts_from_json
from policies.services import StageInput
from procurement.models import Requisition
from procurement.services import submit_requisition, withdraw_requisition
from tests.factories import NOW, a_requisition, company, submitted
from tests.policies.factories import MANAGER, REGION, draft, one_rule, publish
from tests.workflow.factories import (
    LARGE,
    MIDDLE,
    SMALL,
    another_manager,
    approve,
    asked,
    chain,
    managers_with_limits,
    reject,
)
from workflow.models import ApprovalDecision, ApprovalRequest, ExceptionCase
from workflow.selectors import freeze_amount
from workflow.services import Asking, open_approval, record_decision

pytestmark = pytest.mark.django_db


def test_two_stages_are_asked_one_after_the_other_and_the_last_approves() -> None:
    made = company()
    requisition = submitted(made, LARGE)
    assert chain() == [("open", ["mona"]), ("waiting", ["regina"])]
    assert asked().steps.get(position=1).due_at == datetime(2026, 3, 10, 17, 0, tzinfo=UTC)  # 8 hours, Leeds

    halfway = approve(requisition, made.mona)

    assert (halfway.state, chain()) == ("submitted", [("approved", ["mona"]), ("open", ["regina"])])
    done = approve(requisition, made.regina)
    assert (done.state, asked().state, asked().closed_at) == ("approved", "approved", NOW)
    kinds = list(DomainEvent.objects.filter(kind__startswith="workflow.").order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "workflow.step.opened", "workflow.step.decided", "workflow.step.opened", "workflow.step.decided",
        "workflow.approval.closed",
    ]  # fmt: skip


def test_facts_rate_policy_and_reason_are_frozen_with_the_request() -> None:
    made = company()

    submitted(made, MIDDLE)

    request = asked()
    assert (request.base_amount, request.rate, request.policy.label) == (Decimal("2400.00"), Decimal(1), "approval/1")
    assert request.facts == {
        "document_type": "requisition", "base_amount": "2400.00", "site": "LDS", "region": "NORTH",
        "categories": [["PACK"]], "spend_kinds": ["catalogue"], "urgent": False, "flags": [],
        "supplier_states": ["active"], "requester_roles": ["requester"], "sourcing_authorities": ["contract"],
        "supplier_risks": [], "contract_coverage": "full", "budget_state": "", "budget_extra": False, "change_deltas": [],
        "chains": [f"requisition:{request.subject_id}"], "duty": "approve_requisition",
    }  # fmt: skip
    assert request.decision["explanation"] == [  # AP-11
        "Row 2: up to 5,000, the first row of approval/1 that takes it.",
        "Judged at 2,400.00 in base currency, LDS, region NORTH.",
        "Nearest change: at 1,000.00, row 1: Catalogue items up to 1,000, nothing unusual would decide.",
    ]


def test_foreign_amount_compares_in_base_currency_at_the_rate_of_the_day() -> None:
    company()

    amount, rate = freeze_amount(Decimal("1000.00"), "EUR", NOW.date())  # MQ-1

    assert (amount, rate.rate) == (Decimal("850.00"), Decimal("0.85"))


def test_touchless_request_closes_at_once_and_names_the_policy_that_decided() -> None:
    made = company()

    requisition = submitted(made, SMALL)  # AP-8

    request = asked()
    assert (requisition.state, request.state, request.is_touchless, chain()) == ("approved", "approved", True, [])
    row = AuditEvent.objects.get(action="route_for_approval")
    assert (row.policy_version, row.data["facts"]["base_amount"]) == ("approval/1", "480.00")


def test_requester_is_never_asked_and_the_fallback_owner_gets_it_with_an_exception() -> None:
    made = company()

    requisition = submitted(made, MIDDLE, by=made.mona)  # AP-3, AP-4

    case = ExceptionCase.objects.get(category="no_approver")
    assert (chain(), case.owner_role, case.cause) == ([("open", ["frank"])], "policy_admin", "no_eligible_approver")
    approve(requisition, made.frank)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("cured", "The approval is approved.")  # EX-2


def test_nobody_decides_two_stages_of_one_document() -> None:
    made = company()
    grant_role(user=made.mona, role=Role.REGION_MANAGER, region=made.leeds.region, actor=None, at=NOW)
    requisition = submitted(made, LARGE)
    assert chain() == [("open", ["mona"]), ("waiting", ["mona", "regina"])]

    approve(requisition, made.mona)  # AP-4

    assert chain() == [("approved", ["mona"]), ("open", ["regina"])]
    with pytest.raises(DomainError) as refusal:
        approve(requisition, made.mona)
    assert refusal.value.code == "already_decided"
    assert chain() == [("approved", ["mona"]), ("open", ["regina"])]


def test_later_stage_goes_to_the_fallback_owner_when_its_only_person_decided_before() -> None:
    made = company()
    revoke_role(assignment=RoleAssignment.objects.get(user=made.regina), actor=None, at=NOW)
    grant_role(user=made.mona, role=Role.REGION_MANAGER, region=made.leeds.region, actor=None, at=NOW)
    requisition = submitted(made, LARGE)

    approve(requisition, made.mona)  # AP-3, AP-4

    assert chain() == [("approved", ["mona"]), ("open", ["frank"])]
    assert ExceptionCase.objects.get().sentence.endswith(
        "nobody may decide as Regional operations lead of North; the fallback owner has it."
    )


def test_all_must_agree_when_the_stage_says_so() -> None:
    made = company()
    another_manager(made)
    one_rule(made, StageInput("site_role", "site_manager", completion="all"))
    requisition = submitted(made, SMALL)

    first = approve(requisition, made.mona).state
    second = approve(requisition, made.mark).state

    assert (first, second) == ("submitted", "approved")  # AP-2


def test_climb_asks_each_manager_up_to_the_first_whose_limit_covers_it() -> None:
    made = company()
    managers_with_limits(made)
    one_rule(made, StageInput("climb"))

    submitted(made, MIDDLE)

    assert chain() == [("open", ["mona"]), ("waiting", ["regina"])]  # AP-3: the limit itself covers


@pytest.mark.parametrize(
    ("_case", "name", "code"),
    [("AP-4 own request", "rita", "own_request"), ("not asked", "boris", "not_asked"), ("a stage too early", "regina", "not_asked")],
)  # fmt: skip
def test_decision_is_refused_and_nothing_changes_when_not_asked(_case: str, name: str, code: str) -> None:
    made = company()
    requisition = submitted(made, LARGE)
    before = chain()

    with pytest.raises(DomainError) as refusal:
        approve(requisition, made.people[name])

    assert (refusal.value.code, chain(), ApprovalDecision.objects.count()) == (code, before, 0)


def test_hard_duty_pair_refuses_at_the_moment_of_decision() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    duties.record(
        f"requisition:{requisition.pk}", "requisition", requisition.pk, "request", person_id=made.mona.pk, at=NOW
    )

    with pytest.raises(DomainError) as refusal:  # SD-1, SD-2
        approve(requisition, made.mona)

    assert (refusal.value.code, refusal.value.details["held"]) == ("duty_conflict", "request")
    assert (chain(), ApprovalDecision.objects.count()) == ([("open", ["mona"])], 0)


def test_who_changed_it_may_not_decide_even_when_the_duty_policy_lets_them() -> None:
    made = company()
    lenient = draft(made, "duty")
    lenient.duty_pairs.filter(second="approve_requisition").delete()
    publish(made, lenient)
    requisition = submitted(made, MIDDLE)
    chain_of = f"requisition:{requisition.pk}"
    duties.record(chain_of, "requisition", requisition.pk, "request", person_id=made.mona.pk, at=NOW)

    with pytest.raises(DomainError) as refusal:  # AP-4
        approve(requisition, made.mona)

    assert (refusal.value.code, ApprovalDecision.objects.count()) == ("own_change", 0)


def test_who_takes_a_role_later_is_not_asked_and_decides_nothing() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)

    another_manager(made)  # AP-4: whoever acts for somebody asked is not the one asked

    with pytest.raises(DomainError) as refusal:
        approve(requisition, made.mark)
    assert (refusal.value.code, chain()) == ("not_asked", [("open", ["mona"])])


def test_person_barred_by_a_duty_pair_is_not_asked_at_all() -> None:
    made = company()
    another_manager(made)
    draft = a_requisition(made, MIDDLE)
    duties.record(f"requisition:{draft.pk}", "requisition", draft.pk, "request", person_id=made.mona.pk, at=NOW)

    submit_requisition(requisition_id=draft.pk, expected_version=draft.version, actor=made.rita, at=NOW)

    assert chain() == [("open", ["mark"])]


def test_slower_of_two_reads_who_decided_and_when() -> None:
    made = company()
    another_manager(made)
    requisition = submitted(made, LARGE)
    approve(requisition, made.mark)

    with pytest.raises(DomainError) as open_still:
        approve(requisition, made.mona)
    approve(requisition, made.regina)
    with pytest.raises(DomainError) as closed:
        approve(requisition, made.mona)

    assert [(e.value.code, e.value.details["changed_by"], e.value.details["changed_at"]) for e in (open_still, closed)] == [
        ("already_decided", "Mark", NOW.isoformat()), ("already_decided", "Regina", NOW.isoformat()),
    ]  # fmt: skip
    assert ApprovalDecision.objects.count() == 2


def test_decision_binds_to_what_was_sent() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)

    with pytest.raises(DomainError) as seen:
        approve(requisition, made.mona, seen_hash="0" * 64)
    with pytest.raises(DomainError) as sent:
        record_decision(
            subject_type="requisition", subject_id=requisition.pk, verdict="approved",
            content_hash="f" * 64, actor=made.mona, reason="", at=NOW,
        )  # fmt: skip

    assert (seen.value.code, sent.value.code) == ("changed_since_opened", "changed_since_opened")  # AP-7
    assert (chain(), ApprovalDecision.objects.count()) == ([("open", ["mona"])], 0)


def test_rejection_ends_the_request_and_what_had_not_been_asked() -> None:
    made = company()

    requisition = reject(submitted(made, LARGE), made.mona)

    assert (requisition.state, asked().state) == ("rejected", "rejected")
    assert [state for state, _ in chain()] == ["rejected", "cancelled"]


def test_withdrawal_ends_the_request_and_a_late_decision_is_told() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    withdraw_requisition(
        requisition_id=requisition.pk, expected_version=requisition.version, actor=made.rita, reason="", at=NOW
    )

    with pytest.raises(DomainError) as refusal:
        approve(requisition, made.mona)

    assert (refusal.value.code, asked().state, chain()) == ("already_decided", "withdrawn", [("cancelled", ["mona"])])
    assert Requisition.objects.get().state == "draft"


def test_document_that_never_asked_is_not_found() -> None:
    made = company()

    with pytest.raises(NotFoundError):
        record_decision(
            subject_type="requisition", subject_id=1, verdict="approved", content_hash="",
            actor=made.mona, reason="", at=NOW,
        )  # fmt: skip


def test_one_document_has_one_open_request() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    asking = Asking(
        subject_type="requisition", subject_id=requisition.pk, subject_number=requisition.number, subject_version=1,
        content_hash="", title="Again", site=made.leeds, requester=made.rita, amount=Decimal(1), currency="GBP",
        need_by=None, rate=freeze_amount(Decimal(1), "GBP", NOW.date())[1], duty="approve_requisition", chains=(),
    )  # fmt: skip

    with pytest.raises(ConflictError) as refusal:
        open_approval(asking=asking, facts=facts_from_json(asked().facts), actor=made.rita, at=NOW)

    assert (refusal.value.code, ApprovalRequest.objects.count()) == ("approval_open", 1)


def test_published_later_version_leaves_open_requests_as_they_were_asked() -> None:
    made = company()
    submitted(made, MIDDLE)

    one_rule(made, MANAGER, REGION)

    assert (asked().policy.label, chain()) == ("approval/1", [("open", ["mona"])])
    submitted(made, MIDDLE)
    assert (asked().policy.label, len(chain())) == ("approval/2", 2)


def test_redecide_holds_every_decision_and_fails_on_a_difference(capsys: pytest.CaptureFixture[str]) -> None:
    made = company()
    submitted(made, SMALL)
    submitted(made, LARGE)

    call_command("redecide")  # AP-11

    assert capsys.readouterr().out == "2 decisions come out the same.\n"
    ApprovalRequest.objects.filter(pk=asked().pk).update(decision={**asked().decision, "rule": 2})
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("redecide")
    assert capsys.readouterr().err == f"{asked().subject_number} by approval/1: rule differ\n"
