"""Goods arrive (GR-1 to GR-3): counters move under the order's lock; what does not fit is recorded, never lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef

from foundation import audit, money, outbox
from foundation.documents import content_hash, drawn, lock_first, require_unchanged, touch, with_number
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import UnitOfMeasure, User
from foundation.quantity import UnitTable, to_base
from foundation.selectors import unit_tables
from procurement import access
from procurement.decisions.quantities import overall, quantities
from procurement.decisions.receipt import Delivered, Received, receive
from procurement.events import GoodsReceiptPosted
from procurement.models import (
    Condition,
    GoodsReceipt,
    GoodsReceiptLine,
    OrderLineSource,
    OrderState,
    PurchaseOrder,
    PurchaseOrderLine,
)
from procurement.selectors.orders import counters_of, open_amount
from procurement.services.issue_order import chains_of
from workflow.services import DoneOn, record_duty, require_duty

MOVE = """
update procurement_purchaseorderline line
   set delivered = line.delivered + moved.delivered, accepted = line.accepted + moved.accepted,
       rejected = line.rejected + moved.rejected
  from unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[]) as moved(id, delivered, accepted, rejected)
 where line.id = moved.id
"""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What arrived for one order line, in the unit it was counted in."""

    line_no: int
    quantity: Decimal
    unit_code: str = ""  # empty: the order line's unit
    condition: str = Condition.GOOD
    note: str = ""


@use_case
def post_goods_receipt(
    *,
    order_number: str,
    source: str,
    external_id: str,
    received_at: datetime,
    lines: Sequence[ReceiptLine],
    actor: User,
    at: datetime,
    delivery_note: str = "",
    note: str = "",
    expected_version: int | None = None,
) -> GoodsReceipt:
    """Post a receipt; the same source and id again returns the first and changes nothing.

    :raises ConflictError: the same id came before with other content.
    :raises NotFoundError: no such order at a site of the person.
    :raises NotPermittedError: not a receiver there, or a hard duty pair such as order/receive (SD-1).
    :raises InvalidError: nothing arrived, an unknown line or unit, or more than the tolerance lets in (GR-3).
    :raises StaleError: the order changed since it was opened.
    """
    asked = with_number(access.visible_orders(actor).filter(number=order_number))
    order = lock_first(asked, "ship_to", "supplier", "changed_by")
    if order is None:
        raise NotFoundError("order_unknown", f"There is no order {order_number} at your sites.", value=order_number)
    earlier = GoodsReceipt.objects.filter(source=source, external_id=external_id).first()
    if earlier is not None:
        return _same_or_conflict(earlier, order, lines)
    require_unchanged(order, expected_version)
    require(access.can_receive_on(actor, order))
    order_lines, chains = _lock_lines(order)
    judged = require_duty(duty="receive", person=actor, chains=chains, at=at)
    counted = _count(order_lines, lines)
    receipt = GoodsReceipt.objects.create(
        number=drawn(order, "GR", order.ship_to.code),
        order=order,
        supplier_id=order.supplier_id,
        site=order.ship_to,
        source=source,
        external_id=external_id,
        delivery_note=delivery_note[:40],
        received_at=received_at,
        note=note[:2000],
        content_hash=content_hash(_plain(lines)),
        created_at=at,
        created_by=actor,
        changed_at=at,
        changed_by=actor,
    )
    _store(receipt, counted)
    move_counters(order, order_lines, counted, sign=1, actor=actor, at=at)
    record_duty(judged=judged, on=_received(receipt, counted, order.currency), at=at)
    audit.record(receipt, "post_receipt", actor=actor, at=at, order=order.number, lines=len(counted))
    posted = GoodsReceiptPosted(**about(receipt, order, actor, at), lines=told(counted), billed=order.invoice_status)
    outbox.publish(posted)
    return receipt


def _lock_lines(order: PurchaseOrder) -> tuple[dict[int, PurchaseOrderLine], list[str]]:
    """Lock the order's lines; returns them by their number, and the order's duty chains."""
    needs = OrderLineSource.objects.filter(order_line=OuterRef("pk")).values("requisition_line__requisition_id")
    rows = order.lines.select_for_update(of=("self",), no_key=True).select_related("unit", "item")
    held = list(rows.annotate(needs=ArraySubquery(needs)))
    lines: dict[int, PurchaseOrderLine] = {line.line_no: line for line in held}
    return lines, chains_of(order, (need for line in held for need in line.needs))


@dataclass(frozen=True, slots=True)
class Counted:
    """A receipt line judged: the written quantity and its base units."""

    order_line: PurchaseOrderLine
    typed: ReceiptLine
    unit: UnitOfMeasure
    delivered: Decimal
    result: Received


def _same_or_conflict(earlier: GoodsReceipt, order: PurchaseOrder, lines: Sequence[ReceiptLine]) -> GoodsReceipt:
    if earlier.order_id != order.pk or earlier.content_hash != content_hash(_plain(lines)):
        raise ConflictError(
            "receipt_conflict", f"A receipt with the id {earlier.external_id} came before and said something else."
        )
    return earlier


def _plain(lines: Sequence[ReceiptLine]) -> list[list[Any]]:
    """Return what a receipt says, whatever the order of its lines."""
    return sorted([x.line_no, x.quantity, x.unit_code, x.condition] for x in lines)


def _received(receipt: GoodsReceipt, counted: Sequence[Counted], currency: str) -> DoneOn:
    """Say what was received and what it is worth at the order's prices."""
    worth = money.total(
        money.line_amount(c.delivered / c.order_line.base_factor, c.order_line.unit_price, currency) for c in counted
    )
    return DoneOn("receipt", receipt.pk, receipt.number, receipt.site, worth, currency)


def _count(order_lines: dict[int, PurchaseOrderLine], lines: Sequence[ReceiptLine]) -> list[Counted]:
    """Judge every line against what is already accepted, in the order they are written."""
    if not lines:
        raise InvalidError("nothing_received", "Enter what arrived for at least one line.", field="lines")
    other = [order_lines[x.line_no] for x in lines if x.unit_code and x.line_no in order_lines]
    tables = unit_tables(x.item_id for x in other if x.item_id) if other else {}
    typed_units = {x.unit_code for x in lines if x.unit_code}
    units = {u.code: u for u in UnitOfMeasure.objects.filter(code__in=typed_units)} if typed_units else {}
    accepted = {no: line.accepted for no, line in order_lines.items()}
    counted = []
    for number, typed in enumerate(lines):
        line = order_lines.get(typed.line_no)
        if line is None:
            raise InvalidError(
                "line_unknown",
                f"The order has no line {typed.line_no}.",
                field=f"lines[{number}].line_no",
                value=typed.line_no,
            )
        if not typed.quantity.is_finite() or typed.quantity <= 0 or typed.quantity >= 10**9:
            raise InvalidError(
                "quantity_not_positive",
                f"Line {typed.line_no}: enter a quantity above zero.",
                field=f"lines[{number}].quantity",
                value=str(typed.quantity),
            )
        if typed.condition not in Condition.values:
            raise InvalidError(
                "condition_unknown",
                f"Line {typed.line_no}: {typed.condition} is no condition we know.",
                field=f"lines[{number}].condition",
                value=typed.condition,
            )
        unit = units.get(typed.unit_code, line.unit) if typed.unit_code else line.unit
        if typed.unit_code and unit.code != typed.unit_code:
            raise InvalidError(
                "unit_unknown",
                f"Line {typed.line_no}: {typed.unit_code} is not a unit we know.",
                field=f"lines[{number}].unit",
                value=typed.unit_code,
            )
        delivered = _base(line, typed, unit, tables)
        result = receive(
            Delivered(
                line.ordered, line.cancelled, line.closed_short, accepted[typed.line_no], delivered, typed.condition,
                line.over_receipt_percent,
            )
        )  # fmt: skip
        if result.over > 0:
            most = (delivered - result.over) / line.base_factor
            raise InvalidError(
                "over_receipt",
                f"Line {typed.line_no}: at most {most.normalize():f} {line.unit} more may be received.",
                field=f"lines[{number}].quantity",
                value=str(typed.quantity),
                cure="Receive what is within tolerance and send the rest back, or ask the buyer to change the order.",
            )
        accepted[typed.line_no] += result.accepted
        counted.append(Counted(line, typed, unit, delivered, result))
    return counted


def _base(line: PurchaseOrderLine, typed: ReceiptLine, unit: UnitOfMeasure, tables: dict[int, UnitTable]) -> Decimal:
    if unit.pk == line.unit_id:
        return typed.quantity * line.base_factor
    if line.item_id is None:
        raise InvalidError(
            "unit_not_convertible",
            f"Line {typed.line_no} was ordered in {line.unit}; count in that.",
            field="unit",
            value=unit.code,
        )
    return to_base(typed.quantity, unit.code, tables[line.item_id])


def _store(receipt: GoodsReceipt, counted: Sequence[Counted]) -> None:
    GoodsReceiptLine.objects.bulk_create(
        GoodsReceiptLine(
            receipt=receipt,
            supplier_id=receipt.supplier_id,
            order_line=c.order_line,
            quantity=c.typed.quantity,
            unit=c.unit,
            delivered=c.delivered,
            accepted=c.result.accepted,
            rejected=c.result.rejected,
            condition=c.typed.condition,
            note=c.typed.note[:200],
        )
        for c in counted
    )


def move_counters(
    order: PurchaseOrder,
    order_lines: dict[int, PurchaseOrderLine],
    counted: Sequence[Counted],
    *,
    sign: int,
    actor: User,
    at: datetime,
) -> None:
    """Move the counters in the database, then derive the head from what the lines now say."""
    moved: dict[int, list[Decimal]] = {}
    for c in counted:
        sums = moved.setdefault(c.order_line.pk, [Decimal(0)] * 3)
        for place, (name, value) in enumerate(
            (("delivered", c.delivered), ("accepted", c.result.accepted), ("rejected", c.result.rejected))
        ):
            sums[place] += sign * value
            setattr(c.order_line, name, getattr(c.order_line, name) + sign * value)
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [list(moved), *(list(column) for column in zip(*moved.values(), strict=True))])
    refresh_head(order, list(order_lines.values()), actor=actor, at=at)


def refresh_head(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], *, actor: User, at: datetime) -> None:
    """Derive receipt status and commitment from the lines (PO-1); the order is locked."""
    order.receipt_status = overall([quantities(counters_of(line)).receipt for line in lines])
    order.open_amount = open_amount(lines, order.currency) if order.state == OrderState.ISSUED else Decimal(0)
    order.save(update_fields=["receipt_status", "open_amount", *touch(order, by_id=actor.pk, at=at)])


def told(counted: Sequence[Counted]) -> tuple[tuple[int, Decimal, Decimal], ...]:
    """Return order line, delivered and accepted of each line, for the event."""
    return tuple((c.order_line.pk, c.delivered, c.result.accepted) for c in counted)


def about(receipt: GoodsReceipt, order: PurchaseOrder, actor: User, at: datetime) -> dict[str, Any]:
    """Return what every event of a receipt says."""
    return {
        "subject_id": receipt.pk,
        "subject_number": receipt.number,
        "at": at,
        "version": receipt.version,
        "site_id": receipt.site_id,
        "supplier_id": receipt.supplier_id,
        "actor_id": actor.pk,
        "is_human": actor.kind != User.Kind.SYSTEM,
        "related": (("order", order.pk, order.number),),
        "order_id": order.pk,
        "order_number": order.number,
    }
