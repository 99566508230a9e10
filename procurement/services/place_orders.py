"""From approved lines to purchase orders, with no touch (RQ-4, RQ-5)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import audit, money, outbox
from foundation.documents import content_hash, lock, next_number, touch
from foundation.journal import use_case
from foundation.models import User
from foundation.selectors import system_user
from policies.selectors import OrderingPolicy, ordering_policy_in_force
from procurement.decisions.ordering import Approved, drifted, order_lines_of, orders_of
from procurement.events import OrderCreated, RequisitionOrdered
from procurement.models import (
    OrderLineSource,
    PurchaseOrder,
    PurchaseOrderLine,
    Requisition,
    RequisitionLine,
    RequisitionState,
)
from procurement.selectors.orders import content_of
from procurement.services.issue_order import issue_locked_order
from procurement.services.reopen_approval import NewPrice, reopen_approval
from suppliers.models import Supplier
from suppliers.selectors import LineNeed, sources_for
from workflow.models import ApprovalRequest, RequestState
from workflow.services import cure_case, open_case

ACTOR = "ordering"


@use_case
def place_orders(*, requisition_id: int, at: datetime, actor: User | None = None) -> list[PurchaseOrder]:
    """Order every approved, unordered line that has a source and was not struck (AP-4); the others wait in the buyer's queue with the reason.

    A price that rose beyond tolerance sends the requisition back to approval before anything of it is ordered (RQ-4);
    once a part is ordered, the line waits for the buyer instead. Running it again orders nothing twice: a line is
    ordered when it says so.
    """
    requisition = lock(
        Requisition,
        requisition_id,
        with_=("ship_to__region", "ship_to__legal_entity", "ship_to__calendar", "requester", "cost_centre"),
    )
    if requisition.state != RequisitionState.APPROVED:
        return []
    person = actor or system_user(ACTOR)
    policy = ordering_policy_in_force(at)
    lines = list(
        requisition.lines.select_for_update(of=("self",), no_key=True)
        .filter(ordered_at=None)
        .select_related("item__category", "unit", "category", "catalogue_item")
        .order_by("line_no")
    )
    ready, waiting, risen = _sort_out(requisition, [line for line in lines if not line.is_struck], policy, at)
    if risen and not requisition.lines.exclude(ordered_at=None).exists():
        reopen_approval(requisition, lines, risen, actor=person, at=at)
        return []
    orders = _create_orders(requisition, ready, policy, person, at)
    _tell_waiting(requisition, waiting, at)
    if not waiting:
        _complete(requisition, person, at)
    if policy.auto_issue:
        for order in orders:
            issue_locked_order(order, actor=person, at=at)
    return orders


def _sort_out(
    requisition: Requisition, lines: Sequence[RequisitionLine], policy: OrderingPolicy, at: datetime
) -> tuple[list[RequisitionLine], dict[RequisitionLine, str], dict[int, NewPrice]]:
    """Split lines into those that can be ordered and those that wait, with the named reason and the risen prices."""
    suppliers = Supplier.objects.in_bulk({x.supplier_id for x in lines if x.supplier_id})
    needs = [
        LineNeed(x.pk, x.item_id, x.quantity, x.unit.code, at.date()) for x in lines if x.item_id and x.supplier_id
    ]
    now = sources_for(requisition.ship_to, needs) if needs else {}
    ready: list[RequisitionLine] = []
    waiting: dict[RequisitionLine, str] = {}
    risen: dict[int, NewPrice] = {}
    for line in lines:
        supplier = suppliers.get(line.supplier_id or 0)
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
        elif line.unit_price == 0:
            waiting[line] = "price_unknown"
        elif line.price_source != "typed" and drifted(line.unit_price, price_now, policy.price_drift_percent):
            waiting[line] = "price_drift"
            risen[line.pk] = NewPrice(price_now, sourcing)
        else:
            line.supplier = supplier
            ready.append(line)
    return ready, waiting, risen


def _create_orders(
    requisition: Requisition, ready: Sequence[RequisitionLine], policy: OrderingPolicy, actor: User, at: datetime
) -> list[PurchaseOrder]:
    rows = {line.pk: line for line in ready}
    groups = orders_of((_approved(requisition, line) for line in ready), combine=policy.combine)
    authority = _authority(requisition)
    orders = [
        _create_order(requisition, [rows[a.line_id] for a in group], group, authority, actor, at) for group in groups
    ]
    if ready:
        RequisitionLine.objects.filter(pk__in=rows).update(ordered_at=at, waiting_reason="")
        for line in ready:
            cure_case(key=f"no_source:{line.pk}", outcome="The line is on an order.", at=at)
    return orders


def _approved(requisition: Requisition, line: RequisitionLine) -> Approved:
    assert line.supplier is not None  # noqa: S101 - sorted out above; for the type checker
    return Approved(
        line_id=line.pk,
        requisition_id=requisition.pk,
        supplier_id=line.supplier.pk,
        ship_to_id=requisition.ship_to_id,
        currency=requisition.currency,
        terms_days=line.supplier.payment_terms_days,
        merge_key=(line.item_id, line.description, line.unit_id, line.unit_price, line.need_by, line.contract_id),
    )


def _create_order(
    requisition: Requisition,
    lines: Sequence[RequisitionLine],
    group: Sequence[Approved],
    authority: dict[str, Any],
    actor: User,
    at: datetime,
) -> PurchaseOrder:
    supplier = lines[0].supplier
    assert supplier is not None  # noqa: S101 - sorted out above; for the type checker
    order = PurchaseOrder(
        number=next_number("PO", requisition.ship_to.code),
        supplier=supplier,
        ship_to=requisition.ship_to,
        legal_entity=requisition.ship_to.legal_entity,
        buyer=None if actor.kind == User.Kind.SYSTEM else actor,
        currency=requisition.currency,
        payment_terms_days=supplier.payment_terms_days,
        need_by=min(line.need_by for line in lines),
        is_touchless=actor.kind == User.Kind.SYSTEM and authority["touchless"],
        created_at=at,
        created_by=actor,
        changed_at=at,
        changed_by=actor,
    )
    rows = {line.pk: line for line in lines}
    order_lines, sources = [], []
    for number, merged in enumerate(order_lines_of(group), start=1):
        members = [rows[a.line_id] for a in merged]
        order_line = _order_line(order, number * 10, members, requisition, authority)
        order_lines.append(order_line)
        sources += [
            OrderLineSource(order_line=order_line, requisition_line=member, quantity=member.base_quantity)
            for member in members
        ]
    order.total_amount = money.total(line.line_amount for line in order_lines)
    order.approve()
    order.content_hash = content_hash(content_of(order, order_lines))
    order.save(force_insert=True)
    for order_line in order_lines:
        order_line.order = order
    PurchaseOrderLine.objects.bulk_create(order_lines)
    OrderLineSource.objects.bulk_create(sources)
    audit.record(
        order, "create_order", actor=actor, at=at, requisition=requisition.number, total=str(order.total_amount)
    )
    outbox.publish(
        OrderCreated(
            subject_id=order.pk,
            subject_number=order.number,
            at=at,
            version=order.version,
            site_id=order.ship_to_id,
            supplier_id=order.supplier_id,
            actor_id=actor.pk,
            is_human=actor.kind != User.Kind.SYSTEM,
            related=(("requisition", requisition.pk, requisition.number),),
            total_amount=order.total_amount,
            currency=order.currency,
        )
    )
    return order


def _order_line(
    order: PurchaseOrder,
    line_no: int,
    members: Sequence[RequisitionLine],
    requisition: Requisition,
    authority: dict[str, Any],
) -> PurchaseOrderLine:
    first = members[0]
    quantity = sum((m.quantity for m in members), Decimal(0))
    base = sum((m.base_quantity for m in members), Decimal(0))
    return PurchaseOrderLine(
        order=order,
        supplier=order.supplier,
        line_no=line_no,
        item=first.item,
        description=first.description,
        supplier_part=first.catalogue_item.supplier_part if first.catalogue_item else "",
        category=first.category,
        contract_id=first.contract_id,
        ship_to=requisition.ship_to,
        cost_centre_id=requisition.cost_centre_id,
        quantity=quantity,
        unit=first.unit,
        base_factor=base / quantity,
        ordered=base,
        unit_price=first.unit_price,
        first_approved_price=first.unit_price,
        line_amount=money.line_amount(quantity, first.unit_price, order.currency),
        need_by=first.need_by,
        authority={**authority, "requisition_lines": [m.line_no for m in members]},
    )


def _authority(requisition: Requisition) -> dict[str, Any]:
    """Return who said yes to what: the approved content by its hash, the policy version, and whether nobody had to."""
    found = (
        ApprovalRequest.objects.filter(
            subject_type="requisition", subject_id=requisition.pk, state=RequestState.APPROVED
        )
        .order_by("-pk")
        .values_list("decision__version", "is_touchless")
        .first()
    )
    version, untouched = found or ("", False)
    return {
        "requisition": requisition.number,
        "requisition_hash": requisition.content_hash,
        "policy_version": version,
        "touchless": untouched,
        "approved_at": requisition.approved_at.isoformat() if requisition.approved_at else "",
    }


def _tell_waiting(requisition: Requisition, waiting: dict[RequisitionLine, str], at: datetime) -> None:
    for line, reason in waiting.items():
        line.waiting_reason = reason
        line.save(update_fields=["waiting_reason"])
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


REASONS = {
    "no_offer": "nobody offers it at this site.",
    "no_usable_supplier": "no supplier that offers it may be used here.",
    "supplier_not_active": "its supplier may not receive orders.",
    "price_unknown": "no price is known.",
    "price_drift": "the price rose beyond tolerance since approval.",
}


def _complete(requisition: Requisition, actor: User, at: datetime) -> None:
    requisition.complete(at=at)
    requisition.save(update_fields=["state", "closed_at", *touch(requisition, by_id=actor.pk, at=at)])
    audit.record(requisition, "complete", actor=actor, at=at)
    outbox.publish(
        RequisitionOrdered(
            subject_id=requisition.pk,
            subject_number=requisition.number,
            at=at,
            version=requisition.version,
            site_id=requisition.ship_to_id,
            actor_id=actor.pk,
            is_human=actor.kind != User.Kind.SYSTEM,
            total_amount=requisition.total_amount,
            currency=requisition.currency,
        )
    )
