"""A supplier's answer to an order, whichever door it comes through (AK-1 to AK-3, AK-6)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from foundation import audit
from foundation.documents import drawn, lock_first, touch, with_number
from foundation.errors import NotFoundError, NotPermittedError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.portal_role import as_owner
from foundation.selectors import system_user
from policies.selectors import ordering_policy_in_force
from procurement import access
from procurement.decisions.acknowledgment import AckTolerance, AckVerdict, Answer, Ordered, ack_status, judge
from procurement.events import (
    AcknowledgmentApplied,
    AcknowledgmentInReview,
    AcknowledgmentSuperseded,
)
from procurement.models import (
    AcknowledgmentLine,
    AckState,
    OrderAcknowledgment,
    OrderState,
    PurchaseOrder,
    PurchaseOrderLine,
)
from procurement.services.answer_lines import LINES, AnswerLine, check_answers, expand, same_or_conflict
from procurement.services.answer_told import finish_answer
from procurement.services.decide_change import drop_changes_of
from suppliers.access import judge_role, role_of
from suppliers.decisions.company_roles import Act


@use_case
def record_acknowledgment(
    *,
    order_number: str,
    supplier_id: int,
    source: str,
    external_id: str,
    answered_at: datetime,
    actor: User | None,
    at: datetime,
    header: str = LINES,
    lines: Sequence[AnswerLine] = (),
    revision: int | None = None,
    supplier_reference: str = "",
    note: str = "",
) -> OrderAcknowledgment:
    """Store an answer and apply what is within tolerance; the rest waits for the buyer.

    The same source and id again returns the first answer and changes nothing.

    :raises NotFoundError: no such order of this supplier; foreign looks exactly like missing.
    :raises ConflictError: the same id came before with other content.
    :raises InvalidError: a quantity, price or answer that cannot be, named by its line.
    :raises NotPermittedError: the order is neither issued nor closed, or the person of the supplier may not answer (SU-4).
    """
    asked = with_number(access.orders_of_supplier(supplier_id).filter(number=order_number))
    is_theirs = actor is not None and actor.kind == User.Kind.SUPPLIER
    order = lock_first(asked.annotate(company_role=role_of(actor, "supplier")) if actor and is_theirs else asked)
    if order is None:
        raise NotFoundError("order_unknown", f"There is no order {order_number} for this supplier.", value=order_number)
    if is_theirs:
        require(judge_role(getattr(order, "company_role", None), Act.ANSWER))
    order_lines = list(order.lines.select_related("unit").order_by("line_no"))
    answers = expand(order_lines, header, lines, note)
    check_answers(answers)
    same_id = Q(supplier_id=supplier_id, source=source, external_id=external_id)
    known = list(OrderAcknowledgment.objects.filter(same_id | Q(order=order)).order_by("pk"))
    for earlier in known:
        if (earlier.source, earlier.external_id) == (source, external_id):
            return same_or_conflict(earlier, order, answers)
    if order.state not in {OrderState.ISSUED, OrderState.CLOSED}:
        raise NotPermittedError("order_not_open", f"{order.number} is {order.get_state_display().lower()}.")
    acknowledgment = OrderAcknowledgment(
        number=drawn(order, "ACK"),
        order=order,
        supplier_id=supplier_id,
        revision=revision if revision is not None else order.revision,
        source=source,
        external_id=external_id,
        supplier_reference=supplier_reference[:40],
        note=note[:2000],
        answered_at=answered_at,
        received_at=at,
        received_by=actor,
    )
    said, overtaken = _sort_by_age(acknowledgment, known, answers)
    if acknowledgment.revision != order.revision or not said:
        acknowledgment.supersede()
        _store(acknowledgment, order_lines, answers, overtaken)
        return finish_answer(acknowledgment, order, AcknowledgmentSuperseded, actor, at)
    verdict = judge(_ordered(order_lines), [_pure(a) for a in said], _limits(at))
    codes = overtaken | {v.line_no: v.code for v in verdict.lines}
    if verdict.needs_buyer:
        acknowledgment.send_to_review()
    else:
        acknowledgment.apply()
    _store(acknowledgment, order_lines, answers, codes)
    _overtake_older(order, known, acknowledgment, actor, at)
    _mark(order, order_lines, verdict, said, actor, at, promises=not verdict.needs_buyer)
    if verdict.needs_buyer:
        return finish_answer(acknowledgment, order, AcknowledgmentInReview, actor, at, sentence=verdict.sentence[:300])
    return finish_answer(acknowledgment, order, AcknowledgmentApplied, actor, at)


def _ordered(lines: Sequence[PurchaseOrderLine]) -> list[Ordered]:
    return [Ordered(x.line_no, x.quantity, x.unit_price, x.first_approved_price, x.need_by) for x in lines]


def _pure(line: AnswerLine) -> Answer:
    return Answer(
        line.line_no, line.answer, line.quantity, line.unit_price, line.promised, line.substitute, line.reason
    )


def _limits(at: datetime) -> AckTolerance:
    with as_owner():  # a supplier's request may not read policies
        policy = ordering_policy_in_force(at)
    return AckTolerance(policy.ack_quantity_percent, policy.ack_price_percent, policy.ack_late_days)


def _sort_by_age(
    acknowledgment: OrderAcknowledgment, known: Sequence[OrderAcknowledgment], answers: Sequence[AnswerLine]
) -> tuple[list[AnswerLine], dict[int, str]]:
    """Return what is the newest word about its line, and the lines a later statement already spoke about (AK-3).

    The supplier's own instant decides; of two at the same instant the one that arrived last.
    """
    later = [
        old.pk
        for old in known
        if old.revision == acknowledgment.revision and old.answered_at > acknowledgment.answered_at
    ]
    rows = AcknowledgmentLine.objects.filter(acknowledgment__in=later).values_list("order_line__line_no", flat=True)
    spoken = set(rows) if later else set()
    overtaken = {a.line_no: "overtaken" for a in answers if a.line_no in spoken}
    return [a for a in answers if a.line_no not in spoken], overtaken


def _store(
    acknowledgment: OrderAcknowledgment,
    order_lines: Sequence[PurchaseOrderLine],
    answers: Sequence[AnswerLine],
    codes: dict[int, str],
) -> None:
    acknowledgment.version += 1
    acknowledgment.save(force_insert=True)
    known = {x.line_no: x for x in order_lines}
    counts: dict[int, int] = {}
    rows = []
    for answer in answers:
        if answer.line_no not in known:
            continue  # told to the buyer in the verdict; there is no line to hang it on
        counts[answer.line_no] = counts.get(answer.line_no, 0) + 1
        rows.append(
            AcknowledgmentLine(
                acknowledgment=acknowledgment,
                supplier_id=acknowledgment.supplier_id,
                order_line=known[answer.line_no],
                schedule_no=counts[answer.line_no],
                answer=answer.answer,
                quantity=answer.quantity,
                unit_price=answer.unit_price,
                promised=answer.promised,
                substitute=answer.substitute[:80],
                reason=answer.reason[:200],
                verdict=codes.get(answer.line_no, ""),
            )
        )
    AcknowledgmentLine.objects.bulk_create(rows)


def _overtake_older(
    order: PurchaseOrder,
    known: Sequence[OrderAcknowledgment],
    newest: OrderAcknowledgment,
    actor: User | None,
    at: datetime,
) -> None:
    """A newer answer takes the place of those the buyer has not decided yet, and of what was asked for them (AK-3)."""
    overtaken = []
    for old in known:
        if old.state != AckState.REVIEW or old.answered_at > newest.answered_at:
            continue
        old.overtake()
        old.version += 1
        old.save(update_fields=["state", "version"])
        audit.record(old, "acknowledgment_overtaken", actor=actor, at=at, order=order.number, by=newest.number)
        overtaken.append(old.pk)
    if order.is_changing and overtaken:
        with as_owner():  # a supplier's request may not read what we ask ourselves
            drop_changes_of(overtaken, order, actor=system_user("answers"), at=at)


def _mark(
    order: PurchaseOrder,
    order_lines: Sequence[PurchaseOrderLine],
    verdict: AckVerdict,
    answers: Sequence[AnswerLine],
    actor: User | None,
    at: datetime,
    *,
    promises: bool,
) -> None:
    """Bring lines and head up to date; promises move only when the answer applies (AK-6 freezes the first)."""
    said = {a.line_no: a.answer for a in answers}
    found = {v.line_no: v for v in verdict.lines}
    changed = []
    for line in order_lines:
        if line.line_no not in said:
            continue
        line.ack_status = "accepted" if found[line.line_no].code == "as_ordered" else said[line.line_no]
        if promises:
            line.promised = found[line.line_no].promised
            line.first_promise = line.first_promise or line.promised
        changed.append(line)
    PurchaseOrderLine.objects.bulk_update(changed, ["ack_status", "promised", "first_promise"])
    order.ack_status = ack_status([x.ack_status for x in order_lines])
    if order.acknowledged_at is None and all(x.ack_status for x in order_lines):
        order.acknowledged_at = at
    who = actor.pk if actor else order.changed_by_id
    order.save(update_fields=["ack_status", "acknowledged_at", *touch(order, by_id=who, at=at)])
