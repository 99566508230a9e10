"""RQ-5: lines for one supplier, site, currency and terms leave in one order a day, where policy says so."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from foundation.errors import DomainError
from foundation.models import AuditEvent, DomainEvent
from foundation.relay import drain
from foundation.selectors import timeline
from foundation.selectors.breaches import breaches
from procurement.models import OrderLineSource, PurchaseOrder, PurchaseOrderLine, Requisition, RequisitionLine
from procurement.selectors.combining import combining_at, due_to_go
from procurement.services import approve_requisition, cancel_requisition, place_combined, place_orders
from procurement.tasks import place_combined_orders
from suppliers.models import ContractPrice
from tests.factories import NOW, Company, approved, company
from tests.policies.factories import with_switches
from tests.workflow.factories import at_once
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db
THREE = datetime.fromisoformat("2026-03-10T15:00:00+00:00")  # the Tuesday of the small company, Leeds time
WRAP, TAPE = ("SW-500", "3"), ("TAPE-48", "4")


def combining(until: str = "15:00", *, combine: bool = True) -> Company:
    """Return the company with a policy that combines what is approved until an hour."""
    made = company()
    with_switches("sourcing", combine=combine, combine_until=until)
    return made


def hold(made: Company, *lines: tuple[str, str], at: datetime = NOW, **fields: object) -> Requisition:
    """Let a requisition be approved and reach ordering at an instant."""
    requisition = approved(made, *lines, **fields)
    place_orders(requisition_id=requisition.pk, at=at)
    requisition.refresh_from_db()
    return requisition


def go(made: Company, at: datetime = THREE) -> list[PurchaseOrder]:
    return [o for site, supplier in due_to_go(at) for o in place_combined(ship_to_id=site, supplier_id=supplier, at=at)]


def test_two_requisitions_of_a_day_leave_in_one_order() -> None:
    made = combining()
    first, second = hold(made, WRAP), hold(made, ("SW-500", "4"), TAPE)
    assert (PurchaseOrder.objects.count(), first.state, second.state) == (0, "approved", "approved")

    (order,) = go(made)

    wrap, tape = order.lines.order_by("line_no")
    assert (order.state, order.total_amount, order.is_touchless) == ("issued", Decimal(480), True)
    assert (wrap.quantity, tape.quantity) == (Decimal(7), Decimal(4))
    assert sorted((s.requisition_line.requisition.number, s.quantity) for s in wrap.sources.all()) == [
        (first.number, Decimal(18)), (second.number, Decimal(24)),
    ]  # fmt: skip
    assert (wrap.authority["requisition"], [w["requisition"] for w in wrap.authority["with"]]) == (
        first.number, [second.number],
    )  # fmt: skip
    assert (tape.authority["requisition"], "with" in tape.authority) == (second.number, False)
    states = Requisition.objects.order_by("pk").values_list("state", flat=True)
    related = DomainEvent.objects.get(kind="procurement.order.issued").related
    assert (list(states), len(related), breaches()) == (["ordered", "ordered"], 2, [])


@pytest.mark.parametrize(
    ("_case", "until", "combine", "fields", "orders"),
    [
        ("policy says when",              "15:00", True,  {},                                              0),
        ("as before: nothing waits",      "",      True,  {},                                              1),
        ("policy does not combine",       "15:00", False, {},                                              1),
        ("what is urgent never waits",    "15:00", True,  {"is_urgent": True, "urgent_reason": "Line down"}, 1),
    ],
)  # fmt: skip
def test_when_a_requisition_waits(
    _case: str, until: str, combine: bool, fields: dict[str, object], orders: int
) -> None:
    made = combining(until, combine=combine)

    hold(made, WRAP, **fields)

    assert PurchaseOrder.objects.count() == orders


@pytest.mark.parametrize(
    ("_case", "at", "goes_out"),
    [
        ("before the hour",       "2026-03-10T09:00", "2026-03-10T15:00"),
        ("at the hour itself",    "2026-03-10T15:00", "2026-03-10T15:00"),
        ("after it: tomorrow",    "2026-03-10T15:01", "2026-03-11T15:00"),
        ("Friday evening",        "2026-03-13T18:00", "2026-03-16T15:00"),
        ("Saturday: Monday",      "2026-03-14T10:00", "2026-03-16T15:00"),
        ("summer time at Leeds",  "2026-03-30T09:00", "2026-03-30T14:00"),
    ],
)  # fmt: skip
def test_when_it_goes_out(_case: str, at: str, goes_out: str) -> None:
    made = combining()

    hold(made, WRAP, at=datetime.fromisoformat(f"{at}+00:00"))

    assert RequisitionLine.objects.get().goes_out_at == datetime.fromisoformat(f"{goes_out}+00:00")


def test_nothing_goes_before_its_hour_and_being_told_again_changes_nothing() -> None:
    made = combining()
    requisition = hold(made, WRAP)

    place_orders(requisition_id=requisition.pk, at=NOW)  # the event told twice
    early = go(made, THREE - timedelta(seconds=1))
    once, twice = go(made), go(made)

    assert (early, len(once), twice) == ([], 1, [])
    assert OrderLineSource.objects.count() == 1
    assert AuditEvent.objects.filter(action="hold_back").count() == 1


def test_each_supplier_and_site_has_its_own_order() -> None:
    made = combining()
    hold(made, WRAP)
    hold(made, WRAP, by=made.hugo)
    labels = hold(made, ("LBL-46", "1"), TAPE)
    RequisitionLine.objects.filter(requisition=labels, item__code="TAPE-48").update(
        supplier=made.bolt, price_source="typed"
    )

    orders = go(made)

    assert sorted((o.supplier.code, o.ship_to.code, o.lines.count()) for o in orders) == [
        ("ACME", "HUL", 1), ("ACME", "LDS", 2), ("BOLT", "LDS", 1),
    ]  # fmt: skip
    labels.refresh_from_db()
    assert (labels.state, breaches()) == ("ordered", [])


def test_lines_of_other_cost_centres_and_prices_stay_apart_in_the_order() -> None:
    made = combining()
    hold(made, WRAP)
    other = hold(made, WRAP)
    RequisitionLine.objects.filter(requisition=other).update(need_by=NOW.date() + timedelta(days=30))

    (order,) = go(made)

    assert [(x.line_no, x.quantity) for x in order.lines.order_by("line_no")] == [(10, 3), (20, 3)]


def test_buyer_sees_what_is_in_the_making_and_places_it_now() -> None:
    made = combining()
    hold(made, WRAP)
    hold(made, TAPE)
    (one,) = combining_at(type(made.leeds).objects.all())
    assert (one.supplier, one.site_code, one.lines, one.requisitions, one.amount, one.goes_out_at) == (
        "Acme Packaging", "LDS", 2, 2, Decimal(288), THREE,
    )  # fmt: skip

    (order,) = place_combined(ship_to_id=made.leeds.pk, supplier_id=made.acme.pk, actor=made.boris, at=NOW)

    assert (order.buyer, order.is_touchless, order.state) == (made.boris, False, "issued")
    assert (combining_at(type(made.leeds).objects.all()), go(made), breaches()) == ([], [], [])


@pytest.mark.parametrize(("who", "code"), [("rita", "not_your_duty"), ("walt", "not_found")])
def test_only_a_buyer_of_the_site_places_it(who: str, code: str) -> None:
    made = combining()
    hold(made, WRAP)

    with pytest.raises(DomainError) as refusal:
        place_combined(ship_to_id=made.leeds.pk, supplier_id=made.acme.pk, actor=made.people[who], at=NOW)

    assert (refusal.value.code, PurchaseOrder.objects.count()) == (code, 0)


def test_price_that_rises_while_it_waits_is_asked_for_again_and_the_others_go() -> None:
    made = combining()
    dear, steady = hold(made, WRAP, TAPE), hold(made, TAPE)
    ContractPrice.objects.filter(item__code="SW-500").update(unit_price=Decimal(55))

    (order,) = go(made)

    for requisition in (dear, steady):
        requisition.refresh_from_db()
    assert (dear.state, steady.state, order.lines.get().quantity) == ("submitted", "ordered", Decimal(4))
    assert not dear.lines.exclude(goes_out_at=None).exists()
    approve_requisition(pk=dear.pk, expected_version=None, seen_hash=None, actor=made.mona, reason="", at=NOW)
    place_orders(requisition_id=dear.pk, at=THREE + timedelta(minutes=5))
    assert dear.lines.filter(goes_out_at=THREE + timedelta(days=1)).count() == 2  # in tomorrow's
    assert breaches() == []


def test_supplier_that_is_stopped_meanwhile_sends_the_line_to_the_buyer() -> None:
    made = combining()
    requisition = hold(made, WRAP)
    type(made.acme).objects.filter(pk=made.acme.pk).update(state="restricted")

    assert go(made) == []

    line = requisition.lines.get()
    assert (line.waiting_reason, line.goes_out_at) == ("supplier_not_active", None)
    assert ExceptionCase.objects.get(state="open").cause == "supplier_not_active"


def test_requisition_that_is_cancelled_while_it_waits_is_not_ordered() -> None:
    made = combining()
    requisition, other = hold(made, WRAP), hold(made, TAPE)
    cancel_requisition(
        requisition_id=requisition.pk,
        expected_version=requisition.version,
        actor=made.rita,
        reason="Found some",
        at=NOW,
    )

    (order,) = go(made)

    assert order.lines.get().sources.get().requisition_line.requisition == other


def test_requester_reads_until_when_it_waits() -> None:
    made = combining()
    requisition = hold(made, WRAP)

    assert [e.text for e in timeline("requisition", requisition.pk)][-1] == (
        "Waits for the combined order, goes out 10 Mar, 15:00 at the site"
    )


def test_beat_places_what_is_due_and_nothing_twice() -> None:
    made = combining()
    hold(made, WRAP)
    hold(made, TAPE)  # the hour of both has come by the clock of this machine

    assert [place_combined_orders(), place_combined_orders()] == [1, 0]
    assert Requisition.objects.filter(state="ordered").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_order_every_line_once() -> None:
    made = combining()
    for _ in range(3):
        hold(made, WRAP)
    late = approved(made, TAPE)
    jobs = [lambda: place_combined(ship_to_id=made.leeds.pk, supplier_id=made.acme.pk, at=THREE)] * 3

    at_once([*jobs, lambda: place_orders(requisition_id=late.pk, at=NOW)])
    drain()
    go(made)

    assert sum((x.quantity for x in PurchaseOrderLine.objects.all()), Decimal(0)) == Decimal(13)
    assert (OrderLineSource.objects.count(), PurchaseOrder.objects.count() in {1, 2}, breaches()) == (4, True, [])
