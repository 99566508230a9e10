"""A buyer changes an issued order: at once within policy, else by whoever the matrix names (PO-2, AP-7)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from foundation.errors import DomainError
from foundation.models import AuditEvent, DomainEvent, Role
from foundation.relay import drain
from foundation.selectors.breaches import breaches
from foundation.services import AbsencePlan, declare_absence
from procurement.decisions.changes import WantedLine
from procurement.models import OrderChange, OrderVersion, PurchaseOrder
from procurement.services import (
    approve_change,
    cancel_order,
    change_order,
    hold_order,
    reject_change,
    return_change,
    withdraw_change,
)
from tests.factories import NOW, Company, an_issued_order, company, receive_all
from tests.policies.budgets import a_budget, held
from tests.policies.factories import with_switches
from tests.workflow.factories import asked, chain
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db
MORE = WantedLine(10, Decimal(60))  # of 50 cases at 48.00: 2,880 instead of 2,400
LATER = NOW + timedelta(hours=2)


def an_order(made: Company) -> PurchaseOrder:
    return an_issued_order(made, ("SW-500", "50"))


def change(made: Company, order: PurchaseOrder, *lines: WantedLine, by: str = "boris", **more: Any) -> OrderChange:
    order.refresh_from_db()
    return change_order(
        order_id=order.pk, expected_version=order.version, lines=lines or [MORE], reason="They need more",
        actor=made.people[by], at=LATER, **more,
    )  # fmt: skip


def decide(act: Any, made: Company, found: OrderChange, by: str = "mona", seen: str | None = None) -> OrderChange:
    return act(  # type: ignore[no-any-return]  # one of the three services of one shape
        pk=found.pk, expected_version=None, seen_hash=seen, actor=made.people[by], reason="Because", at=LATER
    )


def stands(order: PurchaseOrder) -> str:
    """Say in one line what an order says now."""
    order.refresh_from_db()
    line = order.lines.get(line_no=10)
    flag = " changing" if order.is_changing else ""
    return f"rev {order.revision}: {line.quantity:.0f} at {line.unit_price:.2f}, {order.total_amount:.2f}{flag}"


WAS = "rev 1: 50 at 48.00, 2400.00"
WILL = "rev 2: 60 at 48.00, 2880.00"


@pytest.mark.parametrize(
    ("_case", "lines", "terms", "state", "expected"),
    [
        ("AP-7 fewer, at once",               [WantedLine(10, Decimal(40))],               None, "applied",  "rev 2: 40 at 48.00, 1920.00"),
        ("AP-7 cheaper, at once",             [WantedLine(10, None, Decimal(40))],         None, "applied",  "rev 2: 50 at 40.00, 2000.00"),
        ("AP-7 within 2 %, the limit itself", [WantedLine(10, Decimal(51))],               None, "applied",  "rev 2: 51 at 48.00, 2448.00"),
        ("AP-7 longer terms, at once",        [],                                          60,   "applied",  "rev 2: 50 at 48.00, 2400.00"),
        ("AP-7 beyond 2 %",                   [WantedLine(10, Decimal(52))],               None, "proposed", WAS + " changing"),
        ("AP-7 dearer",                       [WantedLine(10, None, Decimal(49))],         None, "proposed", WAS + " changing"),
        ("AP-7 sooner payment",               [],                                          7,    "proposed", WAS + " changing"),
    ],
)  # fmt: skip
def test_change_passes_at_once_or_asks(
    _case: str, lines: list[WantedLine], terms: int | None, state: str, expected: str
) -> None:
    made = company()
    order = an_order(made)
    order.refresh_from_db()

    found = change_order(
        order_id=order.pk, expected_version=order.version, lines=lines, terms_days=terms, reason="Demand", at=LATER,
        actor=made.boris,
    )  # fmt: skip

    assert (found.state, stands(order)) == (state, expected)
    assert list(breaches()) == []


def test_agreed_change_goes_to_the_supplier_as_a_new_version_with_what_was_authorised() -> None:
    made = company()
    order = an_order(made)
    found = change(made, order)
    assert (stands(order), chain(), asked().amount) == (f"{WAS} changing", [("open", ["mona"])], Decimal(2880))
    assert OrderVersion.objects.filter(order=order).count() == 1, "the supplier sees nothing of it"

    done = decide(approve_change, made, found, seen=found.content_hash)

    order.refresh_from_db()
    version = OrderVersion.objects.get(order=order, revision=2)
    line = order.lines.get()
    assert (done.state, done.revision, stands(order)) == ("applied", 2, WILL)
    assert version.content_hash == order.content_hash == found.content_hash == asked().content_hash  # invariant 1
    assert line.authority["change"]["number"] == found.number
    assert (line.first_approved_price, order.open_amount) == (Decimal(48), Decimal(2880))
    assert (order.ack_status, order.acknowledged_at) == ("none", None)  # the supplier confirms the new version
    drain()
    assert list(breaches()) == []
    call_command("redecide")


def test_small_raises_add_up_until_one_asks_and_what_people_agreed_to_counts_from_then() -> None:
    made = company()
    order = an_order(made)
    first = change(made, order, WantedLine(10, Decimal("50.5")))
    second = change(made, order, WantedLine(10, Decimal("51.2")))
    assert (first.state, second.state) == ("applied", "proposed")  # 2.4 % above what was approved, 1.4 % above the last

    decide(approve_change, made, second)
    third = change(made, order, WantedLine(10, Decimal(52)))

    assert (third.state, third.deltas) == ("applied", [])  # 1.6 % above what people agreed to now


@pytest.mark.parametrize(
    ("act", "state"), [(reject_change, "rejected"), (return_change, "returned")], ids=["rejected", "sent back"]
)
def test_refused_change_leaves_the_order_as_it_was(act: Any, state: str) -> None:
    made = company()
    order = an_order(made)
    before = (order.content_hash, order.revision)
    found = decide(act, made, change(made, order))

    assert (found.state, found.ended_reason, stands(order)) == (state, "Because", WAS)
    assert (order.content_hash, order.revision) == before
    again = change(made, order)
    assert again.state == "proposed", "and it may be asked for again"
    assert list(breaches()) == []


def test_change_taken_back_asks_nobody_any_more() -> None:
    made = company()
    order = an_order(made)
    found = change(made, order)

    withdraw_change(change_id=found.pk, expected_version=1, actor=made.boris, reason="A mistake", at=LATER)

    found.refresh_from_db()
    assert (found.state, asked().state, stands(order)) == ("withdrawn", "withdrawn", WAS)


def test_order_that_is_cancelled_takes_its_waiting_change_back() -> None:
    made = company()
    order = an_order(made)
    found = change(made, order)
    order.refresh_from_db()

    cancel_order(order_id=order.pk, expected_version=order.version, actor=made.boris, reason="Not wanted", at=LATER)

    found.refresh_from_db()
    assert (found.state, found.ended_reason, asked().state) == ("withdrawn", "The order is cancelled.", "withdrawn")
    assert list(breaches()) == []


def refused(code: str, act: Any) -> None:
    with pytest.raises(DomainError) as refusal:
        act()
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("_case", "lines", "by", "code"),
    [
        ("nothing changes",         [WantedLine(10, Decimal(50))], "boris", "nothing_changes"),
        ("not a buyer",             [MORE],                        "rita",  "not_permitted"),
        ("another site's, unseen",  [MORE],                        "hugo",  "not_found"),
        ("below what came",         [WantedLine(10, Decimal(1))],  "boris", "below_what_came"),
    ],
)  # fmt: skip
def test_change_is_refused_and_nothing_is_kept(_case: str, lines: list[WantedLine], by: str, code: str) -> None:
    made = company()
    order = an_order(made)
    if code == "below_what_came":
        receive_all(made, order)

    if code == "not_permitted":
        with pytest.raises(DomainError):
            change(made, order, *lines, by=by)
    else:
        refused(code, lambda: change(made, order, *lines, by=by))

    assert OrderChange.objects.count() == 0


def test_one_change_is_open_at_a_time_and_none_on_hold() -> None:
    made = company()
    order = an_order(made)
    change(made, order)
    refused("change_open", lambda: change(made, order))

    other = an_order(made)
    other.refresh_from_db()
    hold_order(order_id=other.pk, expected_version=other.version, actor=made.boris, reason="Quality", at=LATER)
    refused("order_on_hold", lambda: change(made, other))


def test_goods_that_came_while_it_waited_stop_a_change_to_less() -> None:
    made = company()
    order = an_order(made)
    found = change(made, order, WantedLine(10, Decimal(20), Decimal(60)))
    receive_all(made, order)

    refused("below_what_came", lambda: decide(approve_change, made, found))

    found.refresh_from_db()
    assert (found.state, asked().state) == ("proposed", "open"), "the decision did not stand either"


def test_contract_that_has_not_enough_left_is_not_overdrawn() -> None:
    made = company()
    order = an_order(made)
    made.contract.refresh_from_db()
    made.contract.ceiling_amount = Decimal(2500)
    made.contract.save(update_fields=["ceiling_amount"])
    found = change(made, order)

    refused("ceiling_reached", lambda: decide(approve_change, made, found))

    made.contract.refresh_from_db()
    assert made.contract.ordered_amount == Decimal(2400)


# Must hold: who may decide when things move between opening and pressing.


def test_second_who_presses_reads_who_was_faster_and_what_they_did() -> None:
    made = company()
    found = change(made, an_order(made))
    decide(approve_change, made, found)

    with pytest.raises(DomainError) as refusal:
        decide(reject_change, made, found, by="frank")

    assert (refusal.value.code, refusal.value.message) == (
        "already_decided",
        f"{found.number} is already approved by Mona.",
    )
    assert refusal.value.details["changed_at"] == LATER.isoformat()


def test_role_lost_between_opening_and_pressing_decides_nothing() -> None:
    made = company()
    order = an_order(made)
    found = change(made, order)
    made.mona.role_assignments.filter(role=Role.SITE_MANAGER).delete()

    refused("role_lost", lambda: decide(approve_change, made, found))
    assert stands(order) == f"{WAS} changing"


def test_buyer_who_asked_decides_it_neither_themselves_nor_as_a_deputy() -> None:
    made = company()
    order = an_order(made)
    away = AbsencePlan(NOW - timedelta(hours=1), NOW + timedelta(days=3), reason="Leave", deputy_id=made.boris.pk)
    declare_absence(person_id=made.mona.pk, plan=away, actor=made.mona, at=NOW - timedelta(hours=2))
    found = change(made, order)
    assert "boris" not in chain()[0][1]

    refused("own_request", lambda: decide(approve_change, made, found, by="boris"))
    assert stands(order) == f"{WAS} changing"


def test_history_names_the_change_and_everything_is_audited_once() -> None:
    made = company()
    order = an_order(made)
    found = decide(approve_change, made, change(made, order))

    kinds = DomainEvent.objects.filter(kind__startswith="procurement.change").values_list("kind", flat=True)
    acts = AuditEvent.objects.filter(object_id=found.pk, object_type="procurement.orderchange")
    assert sorted(kinds) == ["procurement.change.ended", "procurement.change.proposed"]
    assert sorted(acts.values_list("action", flat=True)) == ["apply_order_change", "propose_order_change"]
    assert AuditEvent.objects.filter(action="change_order").count() == 1
    assert ExceptionCase.objects.count() == 0


@pytest.mark.parametrize(
    ("_case", "mode", "amount", "outcome", "flags", "asks"),
    [
        #                                      GBP for the year, of which the order holds 2,400 and the change adds 480
        ("RQ-6 it fits",                       "warn",          "2880", "proposed",        [],              1),
        ("RQ-6 beyond, told to who decides",   "warn",          "2879", "proposed",        ["over_budget"], 1),
        ("RQ-6 beyond, one more approver",     "approve_extra", "2879", "proposed",        ["over_budget"], 2),
        ("RQ-6 beyond, refused",               "refuse",        "2879", "budget_exceeded", [],              0),
    ],
)  # fmt: skip
def test_change_that_no_budget_covers(
    _case: str, mode: str, amount: str, outcome: str, flags: list[str], asks: int
) -> None:
    made = company()
    with_switches("sourcing", budget_mode=mode)
    a_budget(made, amount)
    order = an_order(made)

    try:
        found = change(made, order).state
    except DomainError as refusal:
        found = refusal.code

    assert found == outcome
    if asks:
        assert (asked().facts["flags"], asked().steps.count()) == (flags, asks)
    else:
        assert OrderChange.objects.count() == 0


def test_budget_and_contract_follow_an_agreed_change() -> None:
    made = company()
    budget = a_budget(made, "9000")
    order = an_order(made)

    decide(approve_change, made, change(made, order, WantedLine(10, Decimal(60), Decimal(49))))
    raised = held(budget)
    change(made, order, WantedLine(10, Decimal(30)))

    made.contract.refresh_from_db()
    assert (raised, held(budget)) == ("0 2940 0", "0 1470 0")
    assert made.contract.ordered_amount == Decimal(1470)
    assert list(breaches()) == []
