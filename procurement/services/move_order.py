"""Holding, cancelling and closing an order (PO-1, PO-3): commitments and contract consumption follow."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import audit, outbox
from foundation.documents import lock, require_unchanged, touch
from foundation.errors import InvalidError, require
from foundation.journal import use_case
from foundation.models import User
from procurement import access
from procurement.decisions.quantities import is_settled, overall, quantities
from procurement.events import AnswerOverdue, OrderCancelled, OrderClosed, OrderHeld, OrderReopened
from procurement.models import AckStatus, OrderState, PurchaseOrder, PurchaseOrderLine
from procurement.selectors.orders import counters_of, open_amount
from procurement.services.decide_change import drop_open_change
from procurement.services.follow_budgets import follow_order
from procurement.services.issue_order import consume_contracts, require_spend
from suppliers.models import MAY_ORDER


def _about(order: PurchaseOrder, actor: User | None, at: datetime) -> dict[str, Any]:
    return {
        "subject_id": order.pk,
        "subject_number": order.number,
        "at": at,
        "version": order.version,
        "site_id": order.ship_to_id,
        "supplier_id": order.supplier_id,
        "actor_id": actor.pk if actor else None,
        "is_human": actor is not None and actor.kind != User.Kind.SYSTEM,
        "total_amount": order.total_amount,
        "currency": order.currency,
    }


def _open_for(order_id: int, expected_version: int | None, actor: User, reason: str) -> PurchaseOrder:
    order = lock(PurchaseOrder, order_id, with_=("ship_to", "supplier", "changed_by"))
    require_unchanged(order, expected_version)
    require(access.can_order(actor, order.ship_to))
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    return order


@use_case
def hold_order(*, order_id: int, expected_version: int, actor: User, reason: str, at: datetime) -> PurchaseOrder:
    """Stop an order: nothing is issued while it is on hold.

    :raises InvalidError: the order has ended, or the reason is missing.
    """
    order = _open_for(order_id, expected_version, actor, reason)
    if order.state in {OrderState.CLOSED, OrderState.CANCELLED}:
        raise InvalidError("order_ended", f"{order.number} is {order.get_state_display().lower()}.")
    order.hold_reason, order.hold_by_id = reason.strip()[:200], actor.pk
    order.save(update_fields=["hold_reason", "hold_by", *touch(order, by_id=actor.pk, at=at)])
    audit.record(order, "hold", actor=actor, at=at, reason=reason)
    outbox.publish(OrderHeld(**_about(order, actor, at), reason=order.hold_reason))
    return order


@use_case
def unhold_order(*, order_id: int, expected_version: int, actor: User, reason: str, at: datetime) -> PurchaseOrder:
    """Let an order go on.

    :raises InvalidError: it is not on hold, or the reason is missing.
    """
    order = _open_for(order_id, expected_version, actor, reason)
    if not order.hold_reason:
        raise InvalidError("not_on_hold", f"{order.number} is not on hold.")
    order.hold_reason, order.hold_by_id = "", None
    order.save(update_fields=["hold_reason", "hold_by", *touch(order, by_id=actor.pk, at=at)])
    audit.record(order, "unhold", actor=actor, at=at, reason=reason)
    outbox.publish(OrderHeld(**_about(order, actor, at), reason=""))
    return order


@use_case
def cancel_order(*, order_id: int, expected_version: int, actor: User, reason: str, at: datetime) -> PurchaseOrder:
    """Take the whole order back, before anything of it was received or billed.

    :raises InvalidError: goods or an invoice came already; close the rest short instead.
    """
    order = _open_for(order_id, expected_version, actor, reason)
    lines = list(order.lines.select_related("cost_centre").select_for_update(of=("self",), no_key=True))
    if any(line.delivered or line.invoiced for line in lines):
        raise InvalidError("already_received", "Goods or an invoice came already. Close the rest short instead.")
    if order.is_changing:
        drop_open_change(order, reason="The order is cancelled.", actor=actor, at=at)
    was_issued = order.state == OrderState.ISSUED
    order.cancel(at=at, reason=reason.strip()[:500])
    for line in lines:
        line.cancelled = line.ordered - line.closed_short
    PurchaseOrderLine.objects.bulk_update(lines, ["cancelled"])
    order.open_amount = Decimal(0)
    order.save(
        update_fields=["state", "closed_at", "state_reason", "open_amount", *touch(order, by_id=actor.pk, at=at)]
    )
    if was_issued:
        consume_contracts(lines, sign=-1, currency=order.currency)
    audit.record(order, "cancel", actor=actor, at=at, reason=reason)
    outbox.publish(OrderCancelled(**_about(order, actor, at), reason=order.state_reason))
    follow_order(order.pk, lines, why="cancel", at=at)
    return order


@use_case
def close_order(*, order_id: int, expected_version: int, actor: User, reason: str, at: datetime) -> PurchaseOrder:
    """End an issued order; what is still open is closed short and its commitment ends (PO-3)."""
    order = _open_for(order_id, expected_version, actor, reason)
    lines = list(
        order.lines.select_related("cost_centre").select_for_update(of=("self",), no_key=True).order_by("line_no")
    )
    return _close(order, lines, actor=actor, reason=reason, at=at)


@use_case
def close_settled_order(*, order_id: int, actor: User, at: datetime) -> bool:
    """Close an order by itself when everything ordered is received and billed; returns whether it closed (PO-1).

    The caller knows that no bill of it is still in work. On hold it waits for the person who holds it,
    and while a change of it waits, for whoever decides that. Told twice, it closes once.
    """
    order = lock(PurchaseOrder, order_id, with_=("ship_to", "supplier", "changed_by"))
    if order.state != OrderState.ISSUED or order.hold_reason or order.is_changing:
        return False
    lines = list(
        order.lines.select_related("cost_centre").select_for_update(of=("self",), no_key=True).order_by("line_no")
    )
    if not is_settled(quantities(counters_of(line)) for line in lines):
        return False
    _close(order, lines, actor=actor, reason="Received, billed and in the books in full", at=at)
    return True


def _close(
    order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], *, actor: User, reason: str, at: datetime
) -> PurchaseOrder:
    if order.is_changing:
        drop_open_change(order, reason="The order is closed.", actor=actor, at=at)
    short: list[PurchaseOrderLine] = []
    for line in lines:
        rest = quantities(counters_of(line)).open
        if rest:
            line.closed_short += rest
            short.append(line)
    order.close(at=at, reason=reason.strip()[:500])
    PurchaseOrderLine.objects.bulk_update(short, ["closed_short"])
    order.open_amount = Decimal(0)
    order.save(
        update_fields=["state", "closed_at", "state_reason", "open_amount", *touch(order, by_id=actor.pk, at=at)]
    )
    consume_contracts(short, sign=-1, currency=order.currency, part="closed_short")
    audit.record(order, "close", actor=actor, at=at, reason=reason, short=[x.line_no for x in short])
    outbox.publish(OrderClosed(**_about(order, actor, at), reason=order.state_reason))
    follow_order(order.pk, short, why="close", at=at)
    return order


@use_case
def reopen_order(*, order_id: int, expected_version: int, actor: User, reason: str, at: datetime) -> PurchaseOrder:
    """Open a closed order again, by a buyer: what was closed short is wanted after all (PO-3).

    :raises InvalidError: it is not closed, its supplier gets no orders, or the reason is missing.
    :raises NotPermittedError: what it orders may not be bought from the supplier at the site any more (SU-1).
    """
    order = _open_for(order_id, expected_version, actor, reason)
    if order.state != OrderState.CLOSED:
        raise InvalidError("not_closed", f"{order.number} is {order.get_state_display().lower()}.")
    if order.supplier.state not in MAY_ORDER:
        raise InvalidError("supplier_not_active", f"{order.supplier} gets no orders.")
    lines = list(
        order.lines.select_related("cost_centre", "category")
        .select_for_update(of=("self",), no_key=True)
        .order_by("line_no")
    )
    require_spend(order, lines)
    short = [line for line in lines if line.closed_short]
    consume_contracts(short, sign=1, currency=order.currency, part="closed_short")
    for line in short:
        line.closed_short = Decimal(0)
    PurchaseOrderLine.objects.bulk_update(short, ["closed_short"])
    return reopen_locked(order, lines, actor=actor, reason=reason.strip(), at=at)


def reopen_locked(
    order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], *, actor: User, reason: str, at: datetime
) -> PurchaseOrder:
    """Open a closed order that the caller has locked with its lines; what is open is committed again (PO-0, PO-3)."""
    order.reopen()
    order.open_amount = open_amount(lines, order.currency)
    order.receipt_status = overall([quantities(counters_of(line)).receipt for line in lines])
    order.invoice_status = overall([quantities(counters_of(line)).invoicing for line in lines])
    fields = ["state", "closed_at", "state_reason", "open_amount", "receipt_status", "invoice_status"]
    order.save(update_fields=[*fields, *touch(order, by_id=actor.pk, at=at)])
    audit.record(order, "reopen", actor=actor, at=at, reason=reason, open_amount=str(order.open_amount))
    outbox.publish(OrderReopened(**_about(order, actor, at), reason=reason[:500]))
    follow_order(order.pk, lines, why="reopen", at=at)
    return order


@use_case
def mark_answer_overdue(*, order_id: int, actor: User, at: datetime) -> bool:
    """Note that a supplier has not answered in time (AK-4); returns whether anything changed."""
    order = lock(PurchaseOrder, order_id, with_=("changed_by",))
    late = (
        order.state == OrderState.ISSUED
        and order.acknowledged_at is None
        and order.ack_due_at
        and order.ack_due_at < at
    )
    if not late or order.ack_status == AckStatus.OVERDUE:
        return False
    order.ack_status = AckStatus.OVERDUE
    order.save(update_fields=["ack_status", *touch(order, by_id=actor.pk, at=at)])
    audit.record(order, "answer_overdue", actor=actor, at=at)
    outbox.publish(AnswerOverdue(**_about(order, actor, at)))
    return True
