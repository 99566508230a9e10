"""PO-1, PO-3, SO-2: holding, cancelling and closing an order; commitment and contract follow."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import ConflictError, DomainError, NotPermittedError, StaleError
from foundation.models import AuditEvent
from foundation.selectors.breaches import breaches
from procurement.models import OrderVersion, PurchaseOrder, PurchaseOrderLine
from procurement.services import (
    ReceiptLine,
    cancel_order,
    close_order,
    hold_order,
    issue_order,
    post_goods_receipt,
    reopen_order,
    reverse_goods_receipt,
    unhold_order,
)
from suppliers.models import Contract
from tests.factories import NOW, Company, an_issued_order, company
from tests.policies.factories import with_switches

pytestmark = pytest.mark.django_db


def act(verb: Callable[..., PurchaseOrder], made: Company, order: PurchaseOrder, **fields: Any) -> PurchaseOrder:
    given = {"expected_version": order.version, "actor": made.boris, "reason": "Because", "at": NOW, **fields}
    done = verb(order_id=order.pk, **given)
    order.refresh_from_db()
    return done


def receive(made: Company, order: PurchaseOrder, cases: str) -> None:
    post_goods_receipt(
        order_number=order.number, source="wms", external_id="d-1", received_at=NOW,
        lines=[ReceiptLine(10, Decimal(cases))], actor=made.wanda, at=NOW,
    )  # fmt: skip
    order.refresh_from_db()


def consumed() -> Decimal:
    return Contract.objects.get().ordered_amount


def test_cancelled_order_commits_nothing_and_gives_its_contract_back() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    before = (order.open_amount, consumed())

    act(cancel_order, made, order)

    line = order.lines.get()
    assert before == (Decimal(480), Decimal(480))
    assert (order.state, order.open_amount, consumed()) == ("cancelled", 0, 0)
    assert (line.cancelled, order.state_reason) == (Decimal(60), "Because")


def test_closing_ends_what_is_open_and_keeps_what_came() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive(made, order, "4")

    act(close_order, made, order)

    line = order.lines.get()
    assert (order.state, order.open_amount, line.closed_short, line.accepted) == ("closed", 0, 36, 24)
    assert consumed() == Decimal(192)


def test_closed_order_opens_again_with_its_rest_its_commitment_and_its_contract() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive(made, order, "4")
    act(close_order, made, order)

    act(reopen_order, made, order, reason="They found the rest")

    line = order.lines.get()
    assert (order.state, order.closed_at, order.state_reason) == ("issued", None, "")
    assert (order.open_amount, line.closed_short, order.receipt_status, consumed()) == (288, 0, "partial", 480)
    assert AuditEvent.objects.get(action="reopen").data["reason"] == "They found the rest"
    assert breaches() == []


@pytest.mark.parametrize(
    ("_case", "spoil", "code"),
    [
        ("PO-3 it is not closed",         lambda _o: None, "not_closed"),
        ("PO-3 the supplier is stopped",  lambda o: type(o.supplier).objects.update(state="blocked"), "supplier_not_active"),
    ],
)  # fmt: skip
def test_order_that_may_not_open_again(_case: str, spoil: Callable[[PurchaseOrder], Any], code: str) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    if code != "not_closed":
        act(close_order, made, order)
    before = order.state
    spoil(order)

    with pytest.raises(DomainError) as refusal:
        act(reopen_order, made, order)

    order.refresh_from_db()
    assert (refusal.value.code, order.state) == (code, before)


def test_reversal_after_closing_short_opens_only_what_was_reversed() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive(made, order, "4")
    act(close_order, made, order)
    receipt = order.receipts.get()

    reverse_goods_receipt(
        receipt_id=receipt.pk, expected_version=receipt.version, actor=made.wanda, reason="Wrong pallet", at=NOW
    )

    order.refresh_from_db()
    line = order.lines.get()
    assert (order.state, order.open_amount, line.closed_short, consumed()) == ("issued", 192, 36, 192)
    assert breaches() == []


def test_order_of_which_goods_came_is_closed_and_not_cancelled() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive(made, order, "4")

    with pytest.raises(DomainError) as refusal:
        act(cancel_order, made, order)

    assert (refusal.value.code, order.state, order.lines.get().cancelled) == ("already_received", "issued", 0)


def test_hold_says_why_and_by_whom_and_is_taken_off_again() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    act(hold_order, made, order)
    held = (order.hold_reason, order.hold_by)
    act(unhold_order, made, order)

    assert held == ("Because", made.boris)
    assert (order.hold_reason, order.hold_by) == ("", None)


@pytest.mark.parametrize("verb", [hold_order, cancel_order, close_order, reopen_order])
@pytest.mark.parametrize(
    ("_case", "who", "fields", "refusal"),
    [
        ("somebody changed it", "boris", {"expected_version": 0}, StaleError),
        ("not a buyer", "rita", {}, NotPermittedError),
        ("no reason", "boris", {"reason": "  "}, DomainError),
    ],
)
def test_refused_moves_change_nothing(
    verb: Callable[..., PurchaseOrder], _case: str, who: str, fields: dict[str, Any], refusal: type[DomainError]
) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    before = PurchaseOrder.objects.values().get(pk=order.pk)

    with pytest.raises(refusal):
        act(verb, made, order, actor=made.people[who], **fields)

    assert PurchaseOrder.objects.values().get(pk=order.pk) == before


def approved_order(made: Company) -> PurchaseOrder:
    """An order that policy leaves for the buyer to send."""
    with_switches("sourcing", auto_issue=False)
    return an_issued_order(made, ("SW-500", "10"))


def test_buyer_sends_an_order_that_policy_leaves_to_them_and_its_version_is_frozen() -> None:
    made = company()
    order = approved_order(made)
    assert (order.state, order.revision) == ("approved", 0)

    issue_order(order_id=order.pk, expected_version=order.version, actor=made.boris, at=NOW)

    order.refresh_from_db()
    version = OrderVersion.objects.get()
    assert (order.state, order.revision, order.open_amount) == ("issued", 1, Decimal(480))
    assert (version.content_hash, version.issued_by) == (order.content_hash, made.boris)


@pytest.mark.parametrize(
    ("_case", "spoil", "code"),
    [
        ("on hold", lambda o: PurchaseOrder.objects.filter(pk=o.pk).update(hold_reason="Wait", hold_by=o.created_by), "order_on_hold"),
        ("supplier blocked", lambda o: type(o.supplier).objects.update(state="blocked"), "supplier_not_active"),
        ("a line nobody agreed to", lambda o: o.lines.update(authority={}), "no_authority"),
        ("a price changed behind its back", lambda o: o.lines.update(unit_price=99), "not_as_authorised"),
        ("a quantity too", lambda o: o.lines.update(quantity=99), "not_as_authorised"),
    ],
)  # fmt: skip
def test_order_that_may_not_leave_stays(_case: str, spoil: Callable[[PurchaseOrder], Any], code: str) -> None:
    made = company()
    order = approved_order(made)
    spoil(order)

    with pytest.raises((NotPermittedError, ConflictError, DomainError)) as refusal:
        issue_order(order_id=order.pk, expected_version=order.version, actor=made.boris, at=NOW)

    order.refresh_from_db()
    assert (refusal.value.code, order.state, OrderVersion.objects.count()) == (code, "approved", 0)
    assert PurchaseOrderLine.objects.get().ordered == Decimal(60)
