"""Many at once, with real threads and real commits."""

from decimal import Decimal

import pytest

from foundation.models import AuditEvent, DomainEvent
from procurement.models import Requisition
from tests.factories import NOW, company, submitted
from tests.workflow.factories import LARGE, MIDDLE, another_manager, approve, asked, at_once, reject
from workflow.models import ApprovalDecision, ExceptionCase
from workflow.services import open_case

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_two_approvers_at_once_make_one_decision_and_the_slower_is_told() -> None:
    made = company()
    another_manager(made)
    requisition = submitted(made, MIDDLE)

    results = at_once([lambda: approve(requisition, made.mona).state, lambda: approve(requisition, made.mark).state])

    assert sorted(map(str, results)) == ["already_decided", "approved"]
    assert (ApprovalDecision.objects.count(), asked().state) == (1, "approved")
    assert DomainEvent.objects.filter(kind="procurement.requisition.approved").count() == 1


def test_yes_and_no_at_once_leave_one_answer() -> None:
    made = company()
    another_manager(made)
    requisition = submitted(made, MIDDLE)

    at_once([lambda: approve(requisition, made.mona), lambda: reject(requisition, made.mark)])

    decision = ApprovalDecision.objects.get()
    assert Requisition.objects.get().state == asked().state == decision.verdict


def test_one_person_pressing_ten_times_decides_once() -> None:
    made = company()
    requisition = submitted(made, LARGE)

    results = at_once([lambda: approve(requisition, made.mona).state] * 10)

    assert sorted(map(str, results)) == [*["already_decided"] * 9, "submitted"]
    assert AuditEvent.objects.filter(action="approve_step").count() == 1
    assert list(asked().steps.order_by("position").values_list("state", flat=True)) == ["approved", "open"]


def test_one_cause_reported_ten_times_at_once_is_one_case() -> None:
    made = company()

    def report() -> int:
        return open_case(
            key="price:7", category="invoice_price", cause="price_above_tolerance", sentence="Too much.",
            subject_type="invoice", subject_id=7, subject_number="INV-7", site=made.leeds, amount=Decimal(5),
            currency="GBP", at=NOW,
        ).pk  # fmt: skip

    results = at_once([report] * 10)

    assert set(results) == {ExceptionCase.objects.get().pk}
    assert DomainEvent.objects.filter(kind="workflow.case.opened").count() == 1
