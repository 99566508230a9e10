"""From need to order, answer and goods, by the services and the relay."""

from decimal import Decimal

import pytest

from foundation import audit
from foundation.models import DomainEvent
from foundation.relay import drain
from procurement.models import OrderAcknowledgment, PurchaseOrder, Requisition
from procurement.services import AnswerLine, record_acknowledgment
from tests.factories import NOW, approved, company, receive_all, submitted
from workflow.models import ApprovalStep, ExceptionCase

pytestmark = pytest.mark.django_db


def test_small_contract_requisition_is_ordered_untouched_when_nothing_is_unusual() -> None:
    made = company()

    requisition = submitted(made, ("SW-500", "10"))
    drain()

    requisition.refresh_from_db()
    order = PurchaseOrder.objects.get()
    assert (requisition.state, requisition.flags) == ("ordered", [])
    assert (order.state, order.revision, order.total_amount, order.open_amount) == (
        "issued",
        1,
        Decimal("480.00"),
        Decimal("480.00"),
    )
    assert order.is_touchless
    assert not ApprovalStep.objects.exists()


def test_larger_requisition_asks_the_site_manager_and_is_ordered_when_she_agrees() -> None:
    made = company()

    requisition = submitted(made, ("SW-500", "50"))
    assert requisition.state == "submitted"
    step = ApprovalStep.objects.get()
    assert [a.person for a in step.assignees.all()] == [made.mona]
    approved_one = approved(made, ("TAPE-48", "60"))
    drain()

    approved_one.refresh_from_db()
    assert approved_one.state == "ordered"
    assert Requisition.objects.get(pk=requisition.pk).state == "submitted"


def test_order_is_answered_and_received_and_its_commitment_follows() -> None:
    made = company()
    submitted(made, ("SW-500", "10"), ("TAPE-48", "2"))
    drain()
    order = PurchaseOrder.objects.get()

    record_acknowledgment(
        order_number=order.number, supplier_id=made.acme.pk, source="portal", external_id="a-1", answered_at=NOW,
        header="accept_all", actor=made.acme_person, at=NOW,
    )  # fmt: skip
    receive_all(made, order)

    order.refresh_from_db()
    assert (order.ack_status, order.receipt_status, order.open_amount) == ("confirmed", "full", Decimal(0))
    assert audit.first_fault() is None


def test_late_answer_waits_for_the_buyer_with_one_case_that_closes_when_a_better_answer_comes() -> None:
    made = company()
    submitted(made, ("SW-500", "10"))
    drain()
    order = PurchaseOrder.objects.get()
    late = order.need_by.replace(day=order.need_by.day + 5)
    common = {
        "order_number": order.number,
        "supplier_id": made.acme.pk,
        "source": "portal",
        "answered_at": NOW,
        "actor": made.acme_person,
        "at": NOW,
    }

    record_acknowledgment(
        external_id="a-1", lines=[AnswerLine(10, "date_changed", Decimal(10), promised=late)], **common
    )
    record_acknowledgment(
        external_id="a-1", lines=[AnswerLine(10, "date_changed", Decimal(10), promised=late)], **common
    )
    drain()
    case = ExceptionCase.objects.get()
    assert (case.state, case.owner_role, OrderAcknowledgment.objects.count()) == ("open", "buyer", 1)
    record_acknowledgment(external_id="a-2", header="accept_all", **common)
    drain()

    case.refresh_from_db()
    assert case.state == "cured"
    assert list(OrderAcknowledgment.objects.order_by("pk").values_list("state", flat=True)) == ["superseded", "applied"]
    assert not DomainEvent.objects.filter(done_at=None).exists()


def test_order_is_touchless_only_when_nobody_decided_it() -> None:
    """MX-9."""
    made = company()
    submitted(made, ("SW-500", "10"))
    approved(made, ("TAPE-48", "60"))
    drain()

    assert list(PurchaseOrder.objects.order_by("pk").values_list("total_amount", "is_touchless")) == [
        (Decimal("480.00"), True),
        (Decimal("2160.00"), False),
    ]
