"""RQ-4: a price that rises after approval is asked for again before anything is ordered."""

from decimal import Decimal

import pytest

from foundation.errors import InvalidError, NotPermittedError
from foundation.models import AuditEvent
from foundation.relay import drain
from procurement.models import PurchaseOrder, PurchaseOrderLine, Requisition
from procurement.services import approve_requisition, assign_source, reject_requisition
from suppliers.models import ContractPrice, Supplier
from tests.factories import NOW, Company, approved, company, submitted
from workflow.models import ApprovalRequest, ExceptionCase

pytestmark = pytest.mark.django_db


def prices_rise(item: str, to: str) -> None:
    ContractPrice.objects.filter(item__code=item).update(unit_price=Decimal(to))


def decide(made: Company, requisition: Requisition, verb: object = approve_requisition, reason: str = "") -> None:
    requisition.refresh_from_db()
    verb(  # type: ignore[operator]
        pk=requisition.pk, expected_version=requisition.version, seen_hash=requisition.content_hash, actor=made.mona,
        reason=reason, at=NOW,
    )  # fmt: skip
    drain()
    requisition.refresh_from_db()


@pytest.mark.parametrize(
    ("_case", "price_now", "state", "orders"),
    [
        # 48.00 approved, tolerance 2 %
        ("the price stands", "48.00", "ordered", 1),
        ("the price fell", "40.00", "ordered", 1),
        ("the limit itself is allowed", "48.96", "ordered", 1),
        ("one step above", "48.97", "submitted", 0),
    ],
)
def test_risen_price_sends_the_requisition_back_before_anything_is_ordered(
    _case: str, price_now: str, state: str, orders: int
) -> None:
    made = company()
    requisition = approved(made, ("SW-500", "50"), ("TAPE-48", "2"))
    prices_rise("SW-500", price_now)

    drain()

    requisition.refresh_from_db()
    assert (requisition.state, PurchaseOrder.objects.count()) == (state, orders)


def test_source_contract_and_what_changed_are_frozen_with_each_request() -> None:  # AP-1
    made = company()
    requisition = approved(made, ("SW-500", "50"), ("TAPE-48", "2"))
    prices_rise("SW-500", "55")
    drain()

    frozen = [request.facts for request in ApprovalRequest.objects.order_by("pk")]

    axes = ("sourcing_authorities", "contract_coverage", "change_deltas")
    assert [[facts[axis] for axis in axes] for facts in frozen] == [
        [["contract"], "full", []],
        [["contract"], "full", ["amount", "unit_price"]],
    ]
    requisition.refresh_from_db()
    assert requisition.state == "submitted"


def test_it_is_ordered_at_the_new_price_once_that_is_approved() -> None:
    made = company()
    requisition = approved(made, ("SW-500", "50"))
    prices_rise("SW-500", "55")
    drain()

    requisition.refresh_from_db()
    assert requisition.flags == ["changed_after_approval"]
    assert requisition.state_reason == "Line 10: 48 became 55 GBP after approval"
    assert requisition.total_amount == Decimal("2750.00")
    decide(made, requisition)

    line = PurchaseOrderLine.objects.get()
    newest = ApprovalRequest.objects.order_by("-pk")[0]
    assert (requisition.state, line.unit_price) == ("ordered", Decimal(55))
    assert line.authority["requisition_hash"] == newest.content_hash
    assert line.authority["policy_version"] == "approval/1"
    assert list(AuditEvent.objects.filter(action="reopen_approval").values_list("object_number", flat=True)) == [
        requisition.number
    ]


def test_touchless_requisition_is_looked_at_by_a_person_when_its_price_rose() -> None:
    made = company()
    requisition = submitted(made, ("SW-500", "10"))
    assert requisition.state == "approved"
    prices_rise("SW-500", "60")

    drain()

    requisition.refresh_from_db()
    request = ApprovalRequest.objects.order_by("-pk")[0]
    assert (requisition.state, request.is_touchless, request.state) == ("submitted", False, "open")


def test_rejected_new_price_ends_it_with_nothing_ordered() -> None:
    made = company()
    requisition = approved(made, ("SW-500", "50"))
    prices_rise("SW-500", "55")
    drain()

    decide(made, requisition, reject_requisition, "Too dear")

    assert (requisition.state, PurchaseOrder.objects.count()) == ("rejected", 0)


def a_line_without_a_source(made: Company) -> Requisition:
    """Labels that nobody may deliver any more when they come to be ordered."""
    requisition = approved(made, ("LBL-46", "20"), note="labels")
    made.acme.__class__.objects.update(state="restricted")
    drain()
    made.bolt.__class__.objects.filter(code="BOLT").update(state="active")
    requisition.refresh_from_db()
    assert requisition.lines.get().waiting_reason == "supplier_not_active"
    return requisition


@pytest.mark.parametrize(
    ("_case", "approved_supplier", "price", "state", "orders", "deltas"),
    [
        ("AP-7 nobody was approved, cheaper",  "",     "29.00", "ordered",   1, []),
        ("AP-7 nobody was approved, the same", "",     "30.00", "ordered",   1, []),
        ("AP-7 nobody was approved, dearer",   "",     "31.00", "submitted", 0, ["amount", "unit_price"]),
        ("AP-7 the approved one, cheaper",     "BOLT", "29.00", "ordered",   1, []),
        ("AP-7 another one, as approved",      "ACME", "30.00", "submitted", 0, ["supplier"]),
        ("AP-7 another one, cheaper",          "ACME", "29.00", "submitted", 0, ["supplier"]),
        ("AP-7 another one, dearer",           "ACME", "31.00", "submitted", 0, ["amount", "supplier", "unit_price"]),
    ],
)  # fmt: skip
def test_buyer_gives_a_line_its_source(
    _case: str, approved_supplier: str, price: str, state: str, orders: int, deltas: list[str]
) -> None:
    made = company()
    requisition = a_line_without_a_source(made)
    requisition.lines.update(supplier=Supplier.objects.filter(code=approved_supplier).first())

    assign_source(
        line_id=requisition.lines.get().pk, supplier=made.bolt, unit_price=Decimal(price), actor=made.boris,
        reason="Acme may not deliver", at=NOW,
    )  # fmt: skip
    drain()

    requisition.refresh_from_db()
    assert (requisition.state, PurchaseOrder.objects.count()) == (state, orders)
    assert sorted(ApprovalRequest.objects.latest("pk").facts["change_deltas"]) == deltas
    assert not ExceptionCase.objects.filter(state="open").exists()


def test_replaced_supplier_is_named_to_who_decides_and_ordered_from_once_they_agree() -> None:
    made = company()
    requisition = a_line_without_a_source(made)
    assign_source(
        line_id=requisition.lines.get().pk, supplier=made.bolt, unit_price=Decimal(29), actor=made.boris,
        reason="Acme may not deliver", at=NOW,
    )  # fmt: skip
    requisition.refresh_from_db()
    assert (
        requisition.state_reason == "Line 10: Bolt Trading instead of Acme Packaging, 30 became 29 GBP after approval"
    )

    decide(made, requisition)

    order = PurchaseOrder.objects.get()
    assert (order.supplier, order.lines.get().unit_price) == (made.bolt, Decimal(29))


def test_approved_supplier_is_not_replaced_when_a_part_is_ordered_already() -> None:
    made = company()
    requisition = approved(made, ("LBL-46", "20"), ("SW-500", "10"))
    labels = requisition.lines.get(item__code="LBL-46")
    requisition.lines.filter(pk=labels.pk).update(supplier=None)
    drain()
    requisition.lines.filter(pk=labels.pk).update(supplier=made.acme)

    with pytest.raises(InvalidError) as refusal:
        assign_source(
            line_id=labels.pk, supplier=made.bolt, unit_price=Decimal(30), actor=made.boris, reason="Sooner", at=NOW
        )

    labels.refresh_from_db()
    assert (refusal.value.code, labels.supplier) == ("supplier_approved", made.acme)


def test_dearer_source_is_ordered_at_that_price_and_from_that_supplier_once_approved() -> None:
    made = company()
    requisition = a_line_without_a_source(made)
    assign_source(
        line_id=requisition.lines.get().pk, supplier=made.bolt, unit_price=Decimal(31), actor=made.boris,
        reason="Acme may not deliver", at=NOW,
    )  # fmt: skip

    decide(made, requisition)

    order = PurchaseOrder.objects.get()
    assert (order.supplier, order.lines.get().unit_price) == (made.bolt, Decimal(31))


def test_dearer_source_is_refused_when_a_part_is_ordered_already() -> None:
    made = company()
    requisition = approved(made, ("LBL-46", "20"), ("SW-500", "10"))
    labels = requisition.lines.get(item__code="LBL-46")
    requisition.lines.filter(pk=labels.pk).update(supplier=None)
    drain()
    before = PurchaseOrder.objects.count()

    with pytest.raises(InvalidError) as refusal:
        assign_source(
            line_id=labels.pk, supplier=made.bolt, unit_price=Decimal(31), actor=made.boris, reason="Only offer", at=NOW
        )

    labels.refresh_from_db()
    assert refusal.value.code == "above_approved"
    assert (labels.supplier, labels.unit_price, PurchaseOrder.objects.count()) == (None, Decimal(30), before)


def test_who_brought_the_higher_price_may_not_approve_it() -> None:
    """AP-4: a buyer who is also asked as site manager is on both sides."""
    made = company()
    requisition = a_line_without_a_source(made)
    from foundation.services import grant_role  # noqa: PLC0415 - only this test needs it

    grant_role(user=made.boris, role="site_manager", actor=None, at=NOW, site=made.leeds)
    assign_source(
        line_id=requisition.lines.get().pk, supplier=made.bolt, unit_price=Decimal(31), actor=made.boris,
        reason="Acme may not deliver", at=NOW,
    )  # fmt: skip
    requisition.refresh_from_db()

    with pytest.raises(NotPermittedError):
        approve_requisition(
            pk=requisition.pk, expected_version=None, seen_hash=None, actor=made.boris, reason="", at=NOW
        )

    requisition.refresh_from_db()
    assert requisition.state == "submitted"
