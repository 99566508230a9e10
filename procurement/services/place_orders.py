"""From approved lines to purchase orders, with no touch (RQ-4, RQ-5)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from foundation import audit, outbox
from foundation.documents import drawn, lock_first, touch, with_number
from foundation.errors import NotFoundError
from foundation.journal import use_case
from foundation.models import User
from foundation.selectors import system_user
from policies.selectors import OrderingPolicy, ordering_policy_in_force
from procurement.decisions.ordering import drifted
from procurement.events import RequisitionHeldBack, RequisitionOrdered
from procurement.models import PurchaseOrder, Requisition, RequisitionLine, RequisitionState
from procurement.selectors.combining import departure
from procurement.services.ask_approval import about
from procurement.services.build_orders import build_orders
from procurement.services.reopen_approval import NewPrice, reopen_approval
from suppliers.decisions.spend_cells import covers
from suppliers.models import Contract
from suppliers.selectors import LineNeed, sources_for, standing
from suppliers.selectors.authority import cells_of
from suppliers.selectors.contracts import left_of
from workflow.services import open_case

ACTOR = "ordering"


@use_case
def place_orders(*, requisition_id: int, at: datetime, actor: User | None = None) -> list[PurchaseOrder]:
    """Order every approved, unordered line that has a source; the others wait in the buyer's queue with the reason.

    What was struck is never ordered (AP-4). Where policy combines a day's lines, those with a source wait for the
    order of their site and supplier instead (RQ-5), unless it is urgent or a buyer places it by hand.

    A price that rose beyond tolerance sends the requisition back to approval before anything of it is ordered (RQ-4);
    once a part is ordered, the line waits for the buyer instead. Running it again orders nothing twice: a line is
    ordered when it says so.

    :raises NotFoundError: there is no such requisition.
    """
    asked = with_number(Requisition.objects.filter(pk=requisition_id))  # of the first order: nearly always the only one
    requisition = lock_first(
        asked, "ship_to__region", "ship_to__legal_entity", "ship_to__calendar", "requester", "cost_centre"
    )
    if requisition is None:
        raise NotFoundError("not_found", "There is no such requisition.")
    if requisition.state != RequisitionState.APPROVED:
        return []
    person = actor or system_user(ACTOR)
    policy = ordering_policy_in_force(at)
    lines = _unordered(requisition)
    held = [line for line in lines if line.goes_out_at]
    fresh = [line for line in lines if not line.is_struck and not line.goes_out_at]
    ready, waiting, risen = sort_out(requisition, fresh, policy, at)
    if risen and not requisition.lines.exclude(ordered_at=None).exists():
        reopen_approval(requisition, lines, risen, actor=person, at=at)
        return []
    departs = None if actor or not ready else departure(requisition, policy, at)
    if departs:
        hold_back(requisition, ready, departs, actor=person, at=at)
        ready, held = [], ready
    number = drawn(requisition, "PO", requisition.ship_to.code)
    orders = build_orders(ready, policy, actor=person, at=at, number=number)
    tell_waiting(requisition, waiting, at)
    if not waiting and not held:
        complete(requisition, person, at)
    return orders


def _unordered(requisition: Requisition) -> list[RequisitionLine]:
    rows = requisition.lines.select_for_update(of=("self",), no_key=True).filter(ordered_at=None)
    return list(
        rows.select_related("item__category", "unit", "category", "catalogue_item", "supplier", "contract").order_by(
            "line_no"
        )
    )


def sort_out(
    requisition: Requisition, lines: Sequence[RequisitionLine], policy: OrderingPolicy, at: datetime
) -> tuple[list[RequisitionLine], dict[RequisitionLine, str], dict[int, NewPrice]]:
    """Split lines into those that can be ordered and those that wait, with the named reason and the risen prices."""
    _follow_merges(lines)
    needs = [
        LineNeed(x.pk, x.item_id, x.quantity, x.unit.code, at.date()) for x in lines if x.item_id and x.supplier_id
    ]
    items = {x.item.pk: x.item for x in lines if x.item}
    now = sources_for(requisition.ship_to, needs, items) if needs else {}
    cells = cells_of({x.supplier_id for x in lines if x.supplier_id})
    ready: list[RequisitionLine] = []
    waiting: dict[RequisitionLine, str] = {}
    risen: dict[int, NewPrice] = {}
    for line in lines:
        supplier = line.supplier
        sourcing = now.get(line.pk)
        price_now = (
            sourcing.offer.unit_price
            if sourcing and sourcing.offer and sourcing.offer.supplier_id == line.supplier_id
            else line.unit_price
        )
        if supplier is None:
            waiting[line] = str((line.sourcing or {}).get("waiting") or "no_offer")
        elif supplier.state != "active":
            waiting[line] = "supplier_not_active"
        elif not covers(cells.get(supplier.pk, ()), line.category.path, requisition.ship_to.code):
            waiting[line] = "supplier_not_authorised"
        elif line.unit_price == 0:
            waiting[line] = "price_unknown"
        elif line.price_source != "typed" and drifted(line.unit_price, price_now, policy.price_drift_percent):
            waiting[line] = "price_drift"
            risen[line.pk] = NewPrice(price_now, sourcing)
        else:
            ready.append(line)
    for line in over_ceiling(ready):
        ready.remove(line)
        waiting[line] = "ceiling_reached"
    return ready, waiting, risen


def _follow_merges(lines: Sequence[RequisitionLine]) -> None:
    """Let lines that name a merged supplier go to the record that stands for it (SU-3)."""
    for line in lines:
        if line.supplier is not None and line.supplier.merged_into_id is not None:
            line.supplier = standing(line.supplier)
            line.save(update_fields=["supplier"])


def over_ceiling(lines: Sequence[RequisitionLine]) -> list[RequisitionLine]:
    """Return the lines for which their contract has not enough left, in their order (SO-2).

    The contracts stay locked until the orders are counted under them. One statement, none when no contract has a ceiling.
    """
    named = {line.contract.pk for line in lines if line.contract and line.contract.ceiling_amount is not None}
    if not named:
        return []
    held = Contract.objects.select_for_update(of=("self",), no_key=True).exclude(ceiling_amount=None)
    left = {contract.pk: left_of(contract) or Decimal(0) for contract in held.filter(pk__in=named).order_by("pk")}
    over = []
    for line in lines:
        if line.contract_id not in left:
            continue
        if line.line_amount > left[line.contract_id]:
            over.append(line)
        else:
            left[line.contract_id] -= line.line_amount
    return over


def tell_waiting(requisition: Requisition, waiting: dict[RequisitionLine, str], at: datetime) -> None:
    """Put lines into the buyer's queue, each with its reason and its case (RQ-4)."""
    for line, reason in waiting.items():
        line.waiting_reason, line.goes_out_at = reason, None
        line.save(update_fields=["waiting_reason", "goes_out_at"])
        open_case(
            key=f"no_source:{line.pk}",
            category="price_drift" if reason == "price_drift" else "no_source",
            cause=reason,
            sentence=f"{requisition.number} line {line.line_no}, {line.description[:120]}: {REASONS[reason]}",
            subject_type="requisition",
            subject_id=requisition.pk,
            subject_number=requisition.number,
            site=requisition.ship_to,
            amount=line.line_amount,
            currency=requisition.currency,
            evidence={"line_no": line.line_no, "sourcing": line.sourcing},
            at=at,
        )


def hold_back(
    requisition: Requisition, lines: Sequence[RequisitionLine], departs: datetime, *, actor: User, at: datetime
) -> None:
    """Let lines wait for the combined order of their supplier, and say until when (RQ-5)."""
    RequisitionLine.objects.filter(pk__in=[line.pk for line in lines]).update(goes_out_at=departs, waiting_reason="")
    local = departs.astimezone(ZoneInfo(requisition.ship_to.time_zone))
    numbers = [line.line_no for line in lines]
    audit.record(requisition, "hold_back", actor=actor, at=at, lines=numbers, goes_out_at=departs.isoformat())
    outbox.publish(
        RequisitionHeldBack(
            **about(requisition, actor, at), outcome=f"goes out {local.day} {local:%b, %H:%M} at the site"
        )
    )


REASONS = {
    "no_offer": "nobody offers it at this site.",
    "no_usable_supplier": "no supplier that offers it may be used here.",
    "supplier_not_active": "its supplier may not receive orders.",
    "supplier_not_authorised": "its supplier may not sell this to the site.",
    "price_unknown": "no price is known.",
    "ceiling_reached": "its contract has not enough left of its ceiling.",
    "price_drift": "the price rose beyond tolerance since approval.",
}


def complete(requisition: Requisition, actor: User, at: datetime) -> None:
    """End a requisition of which every line is on an order."""
    requisition.complete(at=at)
    requisition.save(update_fields=["state", "closed_at", *touch(requisition, by_id=actor.pk, at=at)])
    audit.record(requisition, "complete", actor=actor, at=at)
    outbox.publish(RequisitionOrdered(**about(requisition, actor, at)))
