"""Putting a change of an order in force: the order says it, a new version is frozen, commitments follow (PO-2, PO-3)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from foundation import audit, outbox
from foundation.documents import content_hash, touch
from foundation.errors import ConflictError, InvalidError, NotPermittedError
from foundation.models import User
from foundation.selectors import working_deadline
from procurement.decisions.acknowledgment import ACCEPTS, ack_status
from procurement.decisions.changes import Counted, below_what_came
from procurement.decisions.quantities import overall, quantities
from procurement.events import ChangeEnded, OrderChanged
from procurement.models import (
    AckState,
    OrderAcknowledgment,
    OrderChange,
    OrderState,
    OrderVersion,
    PurchaseOrder,
    PurchaseOrderLine,
)
from procurement.selectors.orders import content_of, counters_of, open_amount
from procurement.services.follow_budgets import follow_order
from procurement.services.issue_order import consume_contracts, require_spend
from suppliers.models import MAY_ORDER, Contract
from suppliers.selectors.sites import order_from

_LINE = [
    "quantity", "ordered", "unit_price", "line_amount", "need_by", "first_approved_price", "authority", "ack_status",
    "promised", "first_promise",
]  # fmt: skip
_HEAD = [
    "payment_terms_days", "need_by", "total_amount", "open_amount", "revision", "content_hash", "receipt_status",
    "invoice_status", "ack_status", "acknowledged_at", "ack_due_at", "is_changing",
]  # fmt: skip


def apply_change(
    change: OrderChange, order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], *, actor: User, at: datetime
) -> None:
    """Put an agreed change on its locked order and lines, and send the supplier the new version (PO-2).

    :raises NotPermittedError: the order is on hold or not issued, or its supplier gets no orders any more.
    :raises InvalidError: less than came meanwhile, or more than its contract has left.
    :raises ConflictError: the order moved on, so that it would not say what was agreed.
    """
    _check(change, order, lines)
    before = content_of(order, lines)
    _count_contracts(order, lines, sign=-1)
    changed = put(order, lines, change.content)
    if content_hash(content_of(order, lines)) != change.content_hash:
        raise ConflictError(
            "not_as_authorised", f"{order.number} moved on. Withdraw {change.number} and change it anew."
        )
    _check_ceilings(order, lines)
    _count_contracts(order, lines, sign=1)
    for line in changed:
        _authorise(line, change)
    order.revision += 1
    order.content_hash, order.is_changing = change.content_hash, False
    _count_progress(order, lines)
    _ask_answer(order, lines, change, at)
    PurchaseOrderLine.objects.bulk_update(lines if change.acknowledgment else changed, _LINE)
    order.save(update_fields=[*_HEAD, *touch(order, by_id=actor.pk, at=at)])
    _freeze(order, change, actor, at)
    _overtake_answers(order, change, actor, at)
    audit.record(
        order, "change_order", actor=actor, at=at, change=change.number, revision=order.revision, hash=order.content_hash,
        before=before["total"], after=change.content["total"], summary=change.summary, reason=change.reason,
    )  # fmt: skip
    follow_order(order.pk, lines, why="change", at=at)
    end_change(change, order, "apply_order_change", actor=actor, at=at)
    _tell(order, change, actor, at)


def _check(change: OrderChange, order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> None:
    if order.state != OrderState.ISSUED:
        raise NotPermittedError("order_not_issued", f"{order.number} is {order.get_state_display().lower()}.")
    if order.hold_reason:
        raise NotPermittedError("order_on_hold", f"{order.number} is on hold: {order.hold_reason}.")
    if order.supplier.state not in MAY_ORDER:
        state = order.supplier.get_state_display().lower()
        raise NotPermittedError("supplier_not_active", f"{order.supplier} is {state} and gets no orders.")
    require_spend(order, lines)
    check_floor(lines, change.content)


def check_floor(lines: Sequence[PurchaseOrderLine], content: dict[str, Any]) -> None:
    """Refuse a quantity below what was received or billed (PO-2).

    :raises InvalidError: names the line and the least it may be.
    """
    said = {line["line_no"]: Decimal(line["quantity"]) for line in content["lines"]}
    counted = [
        Counted(
            line.line_no, line.ordered, said[line.line_no] * line.base_factor, line.delivered - line.rejected, line.invoiced
        )
        for line in lines
    ]  # fmt: skip
    found = below_what_came(counted)
    if found is None:
        return
    line_no, what = found
    line = next(one for one in lines if one.line_no == line_no)
    least = max(line.delivered - line.rejected, line.invoiced) / line.base_factor
    raise InvalidError(
        "below_what_came", f"Line {line_no}: {least.normalize():f} of it are {what} already. Order at least as much.",
        field=f"quantity_{line_no}", value=f"{said[line_no].normalize():f}",
    )  # fmt: skip


def put(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], content: dict[str, Any]) -> list[PurchaseOrderLine]:
    """Let rows in memory say what a content says; returns the lines that changed."""
    said = {line["line_no"]: line for line in content["lines"]}
    changed = []
    for line in lines:
        row = said[line.line_no]
        quantity, price = Decimal(row["quantity"]), Decimal(row["unit_price"])
        need_by = date.fromisoformat(row["need_by"])
        if (quantity, price, need_by) == (line.quantity, line.unit_price, line.need_by):
            continue
        line.quantity, line.ordered = quantity, quantity * line.base_factor
        line.unit_price, line.line_amount, line.need_by = price, Decimal(row["amount"]), need_by
        changed.append(line)
    order.payment_terms_days = int(content["terms_days"])
    order.need_by = date.fromisoformat(content["need_by"])
    order.total_amount = Decimal(content["total"])
    return changed


def _count_contracts(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], *, sign: int) -> None:
    """Take what the lines say off their contracts, or count it; what was closed short counts the other way (SO-2)."""
    consume_contracts(lines, sign=sign, currency=order.currency)
    consume_contracts([x for x in lines if x.closed_short], sign=-sign, currency=order.currency, part="closed_short")


def _check_ceilings(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> None:
    """Refuse what a contract has not left; the lines are taken off it already, so what is left includes them."""
    wanted: dict[int, Decimal] = {}
    for line in lines:
        if line.contract_id:
            wanted[line.contract_id] = wanted.get(line.contract_id, Decimal(0)) + line.line_amount
    held = Contract.objects.filter(pk__in=wanted).exclude(ceiling_amount=None)
    for contract in held.order_by("pk"):
        left = (contract.ceiling_amount or Decimal(0)) - contract.ordered_amount
        if wanted[contract.pk] > left:
            raise InvalidError(
                "ceiling_reached",
                f"{contract.number} has {left.normalize():f} {order.currency} left for these lines, which come to"
                f" {wanted[contract.pk].normalize():f}. Order less, or amend the contract.",
            )


def _authorise(line: PurchaseOrderLine, change: OrderChange) -> None:
    """Name beside the requisition who agreed to what the line says now: people, or the tolerance of a policy."""
    line.authority = {
        **line.authority,
        "change": {
            "number": change.number, "hash": change.content_hash, "policy_version": change.policy_version,
            "within_policy": not change.deltas,
        },
    }  # fmt: skip
    if change.deltas:
        line.first_approved_price = line.unit_price
    line.ack_status = ""


def _count_progress(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> None:
    order.open_amount = open_amount(lines, order.currency)
    order.receipt_status = overall([quantities(counters_of(line)).receipt for line in lines])
    order.invoice_status = overall([quantities(counters_of(line)).invoicing for line in lines])


def _ask_answer(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], change: OrderChange, at: datetime) -> None:
    """Let the supplier confirm what changed (PO-2); its own terms need no second word."""
    if change.acknowledgment is not None:
        _keep_answer(lines, change.acknowledgment)
    order.ack_status = ack_status([line.ack_status for line in lines])
    if any(not line.ack_status for line in lines):
        order.acknowledged_at = None
        order.ack_due_at = working_deadline(order.ship_to, at, order.supplier.acknowledge_hours)
    else:
        order.acknowledged_at = order.acknowledged_at or at


def _keep_answer(lines: Sequence[PurchaseOrderLine], answer: OrderAcknowledgment) -> None:
    known = {line.pk: line for line in lines}
    promised: dict[int, date] = {}
    for said in answer.lines.all():
        line = known[said.order_line_id]
        line.ack_status = "accepted" if said.answer in ACCEPTS else said.answer
        promised[line.pk] = max(promised.get(line.pk, date.min), said.promised or line.need_by)
    for pk, day in promised.items():
        known[pk].promised = day
        known[pk].first_promise = known[pk].first_promise or day


def _freeze(order: PurchaseOrder, change: OrderChange, actor: User, at: datetime) -> None:
    place = order_from(order.supplier, ship_to_id=order.ship_to_id, currency=order.currency)
    OrderVersion.objects.create(
        order=order, supplier_id=order.supplier_id, revision=order.revision, content=change.content,
        content_hash=change.content_hash, issued_at=at, issued_by=actor, sent_to=place.kept(),
    )  # fmt: skip
    change.apply(at=at, revision=order.revision)


def _overtake_answers(order: PurchaseOrder, change: OrderChange, actor: User, at: datetime) -> None:
    """Answers to the version before that wait for the buyer wait for nothing any more (AK-3)."""
    waiting = order.acknowledgments.select_for_update(of=("self",), no_key=True).filter(state=AckState.REVIEW)
    for answer in waiting:
        if answer.pk == change.acknowledgment_id:
            continue
        answer.overtake()
        answer.version += 1
        answer.save(update_fields=["state", "version"])
        audit.record(answer, "acknowledgment_overtaken", actor=actor, at=at, order=order.number, by=change.number)


def end_change(change: OrderChange, order: PurchaseOrder, action: str, *, actor: User, at: datetime) -> None:
    """Store a change that ended, whatever way, with its audit row, and tell it."""
    fields = ["state", "ended_at", "ended_reason", "revision"]
    change.save(update_fields=[*fields, *touch(change, by_id=actor.pk, at=at)])
    audit.record(change, action, actor=actor, at=at, order=order.number, after=change.state, reason=change.ended_reason)
    outbox.publish(
        ChangeEnded(**about_change(change, order, actor, at), outcome=change.state, reason=change.ended_reason)
    )


def about_change(change: OrderChange, order: PurchaseOrder, actor: User, at: datetime) -> dict[str, Any]:
    """Return what every event of a change says."""
    return {
        "subject_id": change.pk, "subject_number": change.number, "at": at, "version": change.version,
        "site_id": order.ship_to_id, "supplier_id": order.supplier_id, "actor_id": actor.pk,
        "is_human": actor.kind != User.Kind.SYSTEM, "related": (("order", order.pk, order.number),),
        "order_id": order.pk, "order_number": order.number,
    }  # fmt: skip


def _tell(order: PurchaseOrder, change: OrderChange, actor: User, at: datetime) -> None:
    outbox.publish(
        OrderChanged(
            subject_id=order.pk, subject_number=order.number, at=at, version=order.version, site_id=order.ship_to_id,
            supplier_id=order.supplier_id, actor_id=actor.pk, is_human=actor.kind != User.Kind.SYSTEM,
            total_amount=order.total_amount, currency=order.currency, revision=order.revision,
            channel=order.supplier.order_channel, outcome="; ".join(change.summary)[:300], change=change.number,
            related=(("change", change.pk, change.number),),
        )
    )  # fmt: skip
