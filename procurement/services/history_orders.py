"""Past orders with their lines, frozen versions and what they used of contracts."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import audit
from foundation.documents import content_hash, next_numbers
from foundation.errors import NotFoundError
from foundation.models import User
from foundation.money import line_amount, total
from foundation.selectors import working_deadline
from policies.decisions.tolerances import Place, ToleranceTable
from policies.selectors import tolerances_in_force
from procurement.decisions.quantities import overall, quantities
from procurement.events import OrderCreated, OrderIssued
from procurement.models import (
    AckStatus,
    OrderLineSource,
    OrderState,
    OrderVersion,
    PurchaseOrder,
    PurchaseOrderLine,
    Requisition,
)
from procurement.selectors.orders import content_of, counters_of, open_amount
from procurement.services.history_commands import Ledger, PastLine, PastOrder, Written
from procurement.services.history_needs import Need
from procurement.services.issue_order import UNLIMITED_OVER_RECEIPT, consume_contracts


def write_orders(
    orders: Sequence[PastOrder], needs: Sequence[Need | None], *, source: str, actor: User
) -> list[Written]:
    """Store issued orders with lines, sources and the version the supplier had."""
    numbers = next_numbers("PO", [past.site.code for past in orders])
    written = [
        _build(past, need, past.number or number, source, actor)
        for past, need, number in zip(orders, needs, numbers, strict=True)
    ]
    PurchaseOrder.objects.bulk_create([one.order for one in written], batch_size=500)
    for one in written:
        for line in one.lines:
            line.order = one.order
    PurchaseOrderLine.objects.bulk_create([line for one in written for line in one.lines], batch_size=500)
    OrderLineSource.objects.bulk_create(
        (
            OrderLineSource(order_line=line, requisition_line=asked, quantity=asked.base_quantity)
            for one, need in zip(written, needs, strict=True)
            if need is not None
            for line, asked in zip(one.lines, need[1], strict=True)
        ),
        batch_size=1000,
    )
    OrderVersion.objects.bulk_create((_version(one, actor) for one in written), batch_size=500)
    by_currency: dict[str, list[PurchaseOrderLine]] = {}
    for one in written:
        by_currency.setdefault(one.order.currency, []).extend(one.lines)
        _tell(one, source, actor)
    for currency, lines in sorted(by_currency.items()):
        consume_contracts(lines, sign=1, currency=currency)
        consume_contracts([x for x in lines if x.closed_short], sign=-1, currency=currency, part="closed_short")
    return written


def _build(past: PastOrder, need: Need | None, number: str, source: str, actor: User) -> Written:
    at, currency = past.ordered_at, past.currency or past.site.currency
    order = PurchaseOrder(
        number=number, supplier=past.supplier, ship_to=past.site, legal_entity=past.site.legal_entity, currency=currency,
        payment_terms_days=past.supplier.payment_terms_days, need_by=min(line.need_by for line in past.lines),
        is_touchless=need is not None and past.need is not None and past.need.approved_at == past.need.submitted_at,
        state=OrderState.ISSUED, revision=1, version=2, issued_at=at, created_at=at, created_by=actor, changed_at=at,
        changed_by=actor,
    )  # fmt: skip
    authority = _authority(past, need, source)
    if past.is_answer_due:
        order.ack_due_at = working_deadline(past.site, at, past.supplier.acknowledge_hours)
    table = _tolerances(at)
    lines = [
        _line(order, line, (place + 1) * 10, authority, table, need[0] if need else None)
        for place, line in enumerate(past.lines)
    ]
    order.total_amount = total(line.line_amount for line in lines)
    _settle(past, order, lines)
    order.content_hash = content_hash(content_of(order, lines))
    return Written(past, order, lines, need[2] if need else Ledger(), need[0] if need else None)


def _settle(past: PastOrder, order: PurchaseOrder, lines: list[PurchaseOrderLine]) -> None:
    """Bring lines and head to where answers, receipts and the end left them; what never came is closed short (PO-3)."""
    for count in (c for receipt in past.receipts for c in receipt.counts):
        line = lines[count.place]
        line.delivered += count.quantity * line.base_factor
        line.rejected += count.damaged * line.base_factor
        line.accepted += (count.quantity - count.damaged) * line.base_factor
    if past.answered_at is not None:
        order.ack_status, order.acknowledged_at = AckStatus.CONFIRMED, past.answered_at
        for line in lines:
            line.ack_status = "accepted"
            line.promised = line.first_promise = past.promised or line.need_by
    order.receipt_status = overall([quantities(counters_of(line)).receipt for line in lines])
    if past.closed_at is None:
        order.open_amount = open_amount(lines, order.currency)
        return
    for line in lines:
        line.closed_short = quantities(counters_of(line)).open
    short = any(line.closed_short for line in lines)
    order.close(at=past.closed_at, reason="The rest never came" if short else "Received in full")
    order.version, order.changed_at = order.version + 1, past.closed_at


def _authority(past: PastOrder, need: Need | None, source: str) -> dict[str, Any]:
    if need is None:
        return {"imported": source, "reference": past.reference}
    head, lines, _ = need
    return {
        "requisition": head.number,
        "requisition_lines": [line.line_no for line in lines],
        "requisition_hash": head.content_hash,
        "approved_at": head.approved_at.isoformat() if head.approved_at else "",
    }


def _line(
    order: PurchaseOrder,
    line: PastLine,
    line_no: int,
    authority: dict[str, Any],
    table: ToleranceTable | None,
    head: Requisition | None,
) -> PurchaseOrderLine:
    category = line.item.category if line.item else line.category
    assert category is not None  # noqa: S101 - checked by the service; for the type checker
    place = Place(
        item=line.item.code if line.item else "", supplier=order.supplier.code,
        category_path=tuple(category.path.strip("/").split("/")), site=order.ship_to.code,
    )  # fmt: skip
    limit = table.policy_for(place).over_receipt_percent if table else Decimal(0)
    return PurchaseOrderLine(
        supplier=order.supplier, line_no=line_no, item=line.item, supplier_part=line.supplier_part[:40],
        description=line.item.name if line.item else line.description[:300], category=category,
        contract_id=line.contract_id, ship_to=order.ship_to, cost_centre_id=head.cost_centre_id if head else None,
        base_rate=head.base_rate if head else Decimal(1), quantity=line.quantity, unit=line.unit,
        base_factor=line.base_factor, ordered=line.quantity * line.base_factor, unit_price=line.unit_price,
        first_approved_price=line.unit_price, need_by=line.need_by, authority=authority,
        line_amount=line_amount(line.quantity, line.unit_price, order.currency),
        over_receipt_percent=UNLIMITED_OVER_RECEIPT if limit is None else limit,
    )  # fmt: skip


def _tolerances(at: datetime) -> ToleranceTable | None:
    """Return the tolerances of an instant; before our first policy there were none, and nothing came over."""
    try:
        return tolerances_in_force(at)[0]
    except NotFoundError:
        return None


def _version(one: Written, actor: User) -> OrderVersion:
    order = one.order
    return OrderVersion(
        order=order, supplier=order.supplier, revision=1, content=content_of(order, one.lines),
        content_hash=order.content_hash, issued_at=one.past.ordered_at, issued_by=actor,
    )  # fmt: skip


def _tell(one: Written, source: str, actor: User) -> None:
    order, at = one.order, one.past.ordered_at
    about = about_order(order, actor, at) | {
        "related": (("requisition", one.need.pk, one.need.number),) if one.need else ()
    }
    due = order.ack_due_at.isoformat() if order.ack_due_at else ""
    one.ledger.events += [
        OrderCreated(**about | {"version": 1}),
        OrderIssued(**about | {"version": 2}, revision=1, touchless=order.is_touchless, ack_due_at=due),
    ]
    said: dict[str, Any] = {"total": str(order.total_amount)} | (
        {} if one.need else {"imported": source, "reference": one.past.reference}
    )
    one.ledger.rows += [
        (at, audit.row("procurement.purchaseorder", order.pk, order.number, "create_order", actor=actor, at=at, **said)),
        (
            at,
            audit.row(
                "procurement.purchaseorder", order.pk, order.number, "issue", actor=actor, at=at, revision=1,
                hash=order.content_hash, total=str(order.total_amount),
            ),
        ),
    ]  # fmt: skip


def about_order(order: PurchaseOrder, actor: User, at: datetime) -> dict[str, Any]:
    """Return what every event of a past order says."""
    return {
        "subject_id": order.pk, "subject_number": order.number, "at": at, "version": order.version,
        "site_id": order.ship_to_id, "supplier_id": order.supplier_id, "actor_id": actor.pk,
        "is_human": actor.kind != User.Kind.SYSTEM, "total_amount": order.total_amount, "currency": order.currency,
    }  # fmt: skip
