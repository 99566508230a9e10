"""Orders of the past in bulk: the same books as the single services leave, and nobody is told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from foundation import audit
from foundation.errors import InvalidError
from foundation.models import CostCentre, DomainEvent, Item, UnitOfMeasure
from foundation.relay import drain
from foundation.selectors import system_user
from foundation.selectors.breaches import breaches
from procurement.models import GoodsReceipt, PurchaseOrder, Requisition
from procurement.services import PastCount, PastLine, PastNeed, PastOrder, PastReceipt, record_history
from tests.factories import NOW, Company, company
from workflow.models import ApprovalDecision
from workflow.selectors import redecided

pytestmark = pytest.mark.django_db
THEN = NOW - timedelta(days=20)


def past(
    made: Company, *, quantity: str = "10", came: str = "10", damaged: str = "0", need: bool = False, **fields: Any
) -> PastOrder:
    line = PastLine(
        quantity=Decimal(quantity), unit=UnitOfMeasure.objects.get(code="XCS"), unit_price=Decimal("48.00"),
        need_by=THEN.date() + timedelta(days=5), base_factor=Decimal(6), contract_id=made.contract.pk,
        item=Item.objects.select_related("category").get(code="SW-500"),
    )  # fmt: skip
    receipt = PastReceipt("R1", THEN + timedelta(days=4), (PastCount(0, Decimal(came), Decimal(damaged)),), made.wanda)
    asked = PastNeed(made.rita, CostCentre.objects.get(code="LDS-6410"), "Wrap", THEN - timedelta(hours=5), THEN)
    return PastOrder(
        made.acme, made.leeds, THEN, (line,), (receipt,) if Decimal(came) else (), need=asked if need else None, reference="OLD-1",
        **fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "quantity", "came", "damaged", "closes", "expected"),
    [
        #                          ordered  came  damaged closes   state     receipt    committed
        ("all came and it ended",    "10",   "10",  "0",  True,  ("closed", "full",    "0")),
        ("all came, still open",     "10",   "10",  "0",  False, ("issued", "full",    "0")),
        ("a part came, it waits",    "10",   "4",   "0",  False, ("issued", "partial", "288.00")),
        ("the rest never came",      "10",   "4",   "0",  True,  ("closed", "partial", "0")),
        ("some was damaged",         "10",   "10",  "2",  False, ("issued", "partial", "96.00")),
        ("nothing came yet",         "10",   "0",   "0",  False, ("issued", "none",    "480.00")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("need", [True, False])
def test_books_agree_after(
    _case: str, quantity: str, came: str, damaged: str, closes: bool, expected: tuple[str, str, str], need: bool
) -> None:
    made = company()
    told = past(
        made, quantity=quantity, came=came, damaged=damaged, need=need, answered_at=THEN + timedelta(hours=2),
        closed_at=THEN + timedelta(days=9) if closes else None,
    )  # fmt: skip

    record_history(orders=[told], source="old-erp", actor=system_user("ordering"))

    order = PurchaseOrder.objects.get()
    assert (order.state, order.receipt_status, order.open_amount) == (*expected[:2], Decimal(expected[2]))
    assert (breaches(), audit.first_fault()) == ([], None)
    assert [r.different for r in redecided()] == ([()] if need else [])
    assert not DomainEvent.objects.filter(done_at=None).exclude(subject_type="person").exists()


def test_requisition_behind_an_order_was_decided_by_whom_the_policy_names() -> None:
    made = company()

    record_history(
        orders=[past(made, quantity="60", came="60", need=True)], source="old-erp", actor=system_user("ordering")
    )

    decision = ApprovalDecision.objects.get()
    assert (decision.actor, decision.decided_at, Requisition.objects.get().state) == (made.mona, THEN, "ordered")


def test_several_orders_come_back_in_the_order_given_and_the_relay_finds_nothing_to_do() -> None:
    made = company()
    drain()  # of the people's roles
    orders = [replace(past(made, need=n % 2 == 0), reference=f"OLD-{n}", receipts=()) for n in range(4)]

    written = record_history(orders=orders, source="old-erp", actor=system_user("ordering"))

    assert [o.lines.get().authority.get("reference") for o in written] == [None, "OLD-1", None, "OLD-3"]
    assert drain() == 0


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("no_lines", lambda told: replace(told, lines=())),
        ("line_without_item", lambda told: replace(told, lines=(replace(told.lines[0], item=None),))),
        ("quantity_not_positive", lambda told: replace(told, lines=(replace(told.lines[0], quantity=Decimal(0)),))),
        ("over_receipt", lambda told: replace(told, receipts=(*told.receipts, *told.receipts))),
    ],
)
def test_refuses_a_batch_and_stores_nothing_of_it(code: str, change: Any) -> None:
    made = company()

    with pytest.raises(InvalidError) as refusal:
        record_history(orders=[past(made), change(past(made))], source="old-erp", actor=system_user("ordering"))

    assert refusal.value.code == code
    assert not PurchaseOrder.objects.exists()
    assert not GoodsReceipt.objects.exists()
