"""Answers to past orders, their deliveries, and how they ended."""

from collections.abc import Sequence
from decimal import Decimal

from foundation import audit
from foundation.documents import next_numbers
from foundation.models import DutyRecord, User
from procurement.events import AcknowledgmentApplied, GoodsReceiptPosted, OrderClosed
from procurement.models import (
    AcknowledgmentLine,
    AckState,
    Condition,
    GoodsReceipt,
    GoodsReceiptLine,
    OrderAcknowledgment,
    ReceiptState,
)
from procurement.services.history_commands import PastReceipt, Written
from procurement.services.history_orders import about_order


def write_answers(written: Sequence[Written], *, source: str, actor: User) -> None:
    """Store that suppliers accepted, with the day they promised."""
    answered = [(one, at) for one in written if (at := one.past.answered_at) is not None]
    numbers = next_numbers("ACK", [""] * len(answered))
    made = [
        OrderAcknowledgment(
            number=number, order=one.order, supplier_id=one.order.supplier_id, revision=1, state=AckState.APPLIED, version=2,
            source=source, external_id=one.order.number, answered_at=at, received_at=at, received_by=actor,
        )
        for (one, at), number in zip(answered, numbers, strict=True)
    ]  # fmt: skip
    OrderAcknowledgment.objects.bulk_create(made, batch_size=500)
    rows = []
    for (one, _), answer in zip(answered, made, strict=True):
        for line in one.lines:
            rows.append(
                AcknowledgmentLine(
                    acknowledgment=answer, supplier_id=answer.supplier_id, order_line=line, answer="accepted",
                    quantity=line.quantity, promised=line.promised, verdict="as_ordered",
                )
            )  # fmt: skip
        _tell_answer(one, answer, source, actor)
    AcknowledgmentLine.objects.bulk_create(rows, batch_size=1000)


def _tell_answer(one: Written, answer: OrderAcknowledgment, source: str, actor: User) -> None:
    order, at = one.order, answer.answered_at
    one.ledger.events.append(
        AcknowledgmentApplied(
            subject_id=answer.pk, subject_number=answer.number, at=at, version=2, site_id=order.ship_to_id,
            supplier_id=order.supplier_id, actor_id=actor.pk, is_human=False, order_id=order.pk,
            related=(("order", order.pk, order.number),), order_number=order.number, revision=1, complete=True,
        )
    )  # fmt: skip
    row = audit.row(
        "procurement.orderacknowledgment", answer.pk, answer.number, "acknowledgment_applied", actor=actor, at=at,
        order=order.number, source=source, revision=1,
    )  # fmt: skip
    one.ledger.rows.append((at, row))


def write_receipts(written: Sequence[Written], *, source: str, actor: User) -> None:
    """Store deliveries, line by line."""
    pairs = [(one, past) for one in written for past in one.past.receipts]
    numbers = next_numbers("GR", [one.order.ship_to.code for one, _ in pairs])
    made = [
        GoodsReceipt(
            number=number, order=one.order, supplier_id=one.order.supplier_id, site=one.order.ship_to,
            state=ReceiptState.POSTED, source=source, external_id=past.external_id, received_at=past.received_at,
            delivery_note=past.delivery_note[:40], note=past.note[:2000], created_at=past.received_at, created_by=past.receiver or actor,
            changed_at=past.received_at, changed_by=past.receiver or actor,
        )
        for (one, past), number in zip(pairs, numbers, strict=True)
    ]  # fmt: skip
    GoodsReceipt.objects.bulk_create(made, batch_size=500)
    rows, duties = [], []
    for (one, past), receipt in zip(pairs, made, strict=True):
        lines = _lines(one, past, receipt)
        rows += lines
        duties += _duties(one, past, receipt)
        _tell_receipt(one, past, receipt, lines, actor)
    GoodsReceiptLine.objects.bulk_create(rows, batch_size=1000)
    DutyRecord.objects.bulk_create(duties, batch_size=1000)


def _lines(one: Written, past: PastReceipt, receipt: GoodsReceipt) -> list[GoodsReceiptLine]:
    rows = []
    for count in past.counts:
        line = one.lines[count.place]
        for quantity, condition in (
            (count.quantity - count.damaged, Condition.GOOD),
            (count.damaged, Condition.DAMAGED),
        ):
            if quantity <= 0:
                continue
            came = quantity * line.base_factor
            good = came if condition == Condition.GOOD else Decimal(0)
            rows.append(
                GoodsReceiptLine(
                    receipt=receipt, supplier_id=receipt.supplier_id, order_line=line, quantity=quantity, unit=line.unit,
                    delivered=came, accepted=good, rejected=came - good, condition=condition,
                )
            )  # fmt: skip
    return rows


def _duties(one: Written, past: PastReceipt, receipt: GoodsReceipt) -> list[DutyRecord]:
    if past.receiver is None:
        return []
    chains = [f"order:{one.order.pk}", *([f"requisition:{one.need.pk}"] if one.need else [])]
    return [
        DutyRecord(
            chain=chain, document_type="receipt", document_id=receipt.pk, duty="receive", person=past.receiver,
            at=past.received_at,
        )
        for chain in chains
    ]  # fmt: skip


def _tell_receipt(
    one: Written, past: PastReceipt, receipt: GoodsReceipt, lines: list[GoodsReceiptLine], actor: User
) -> None:
    order, at, who = one.order, past.received_at, past.receiver or actor
    one.ledger.events.append(
        GoodsReceiptPosted(
            subject_id=receipt.pk, subject_number=receipt.number, at=at, version=1, site_id=receipt.site_id,
            supplier_id=receipt.supplier_id, actor_id=who.pk, is_human=who.kind != User.Kind.SYSTEM,
            related=(("order", order.pk, order.number),), order_id=order.pk, order_number=order.number,
            lines=tuple((x.order_line_id, x.delivered, x.accepted) for x in lines),
        )
    )  # fmt: skip
    row = audit.row(
        "procurement.goodsreceipt", receipt.pk, receipt.number, "post_receipt", actor=who, at=at, order=order.number,
        lines=len(lines),
    )  # fmt: skip
    one.ledger.rows.append((at, row))


def tell_ends(written: Sequence[Written], *, actor: User) -> None:
    """Tell of the orders that ended."""
    for one in written:
        order, at = one.order, one.past.closed_at
        if at is None:
            continue
        one.ledger.events.append(OrderClosed(**about_order(order, actor, at), reason=order.state_reason))
        row = audit.row(
            "procurement.purchaseorder", order.pk, order.number, "close", actor=actor, at=at, reason=order.state_reason,
            short=[x.line_no for x in one.lines if x.closed_short],
        )  # fmt: skip
        one.ledger.rows.append((at, row))
