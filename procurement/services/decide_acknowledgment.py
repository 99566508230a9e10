"""A buyer takes a supplier's terms, or insists on the order; what raises it is a change of the order (AK-2, AP-7)."""

from collections.abc import Sequence
from datetime import date, datetime

from foundation.documents import lock, touch
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from policies.selectors import ordering_policy_in_force
from procurement import access
from procurement.decisions.changes import WantedLine, rewritten, wanted_by_answer
from procurement.events import AcknowledgmentDecided
from procurement.models import (
    AcknowledgmentLine,
    AckState,
    ChangeState,
    OrderAcknowledgment,
    OrderChange,
    PurchaseOrder,
    PurchaseOrderLine,
)
from procurement.selectors.changes import today_at
from procurement.selectors.orders import content_of
from procurement.services.answer_told import finish_answer
from procurement.services.change_order import locked_lines, propose_change


@use_case
def decide_acknowledgment(
    *, acknowledgment_id: int, expected_version: int, accept: bool, actor: User, reason: str, at: datetime
) -> OrderAcknowledgment:
    """Take the supplier's terms, or insist on the order, by a buyer.

    Accepting moves promised dates. Other prices and more than ordered are a change of the order: in force at once within
    policy, else the answer waits with it for whoever the matrix names (AP-7); a price raised outside tolerance is asked
    for as a price exception (AK-2).

    :raises InvalidError: the reason is missing, or the terms cannot be a version of the order.
    :raises NotFoundError: there is no such answer.
    :raises NotPermittedError: not a buyer of the site, or the order can not be changed now.
    :raises ConflictError: it was decided or overtaken meanwhile, or a change waits.
    """
    found = OrderAcknowledgment.objects.filter(pk=acknowledgment_id).values_list("order_id", flat=True).first()
    if found is None:
        raise NotFoundError("not_found", "There is no such answer.")
    order = lock(PurchaseOrder, found, with_=("supplier", "ship_to__region", "ship_to__calendar", "changed_by"))
    require(access.can_order(actor, order.ship_to))
    acknowledgment = OrderAcknowledgment.objects.select_for_update(of=("self",), no_key=True).get(pk=acknowledgment_id)
    if acknowledgment.version != expected_version or acknowledgment.state != AckState.REVIEW:
        raise ConflictError("changed_since_opened", f"{acknowledgment.number} was already decided or overtaken.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    if not accept:
        _require_not_asked(acknowledgment, order)
        return settle_answer(acknowledgment, order, accept=False, reason=reason, actor=actor, at=at)
    lines = locked_lines(order)
    said = list(acknowledgment.lines.all())
    wanted = _wanted(lines, said)
    if not wanted:
        _accept_dates(order, lines, said, actor, at)
        return settle_answer(acknowledgment, order, accept=True, reason=reason, actor=actor, at=at)
    require(access.can_change_order(actor, order))
    change = propose_change(
        order, lines, rewritten(content_of(order, lines), wanted, today=today_at(order, at)), reason=reason, actor=actor,
        at=at, matter=_matter(lines, wanted, at), answer=acknowledgment,
    )  # fmt: skip
    if change.state == ChangeState.APPLIED:
        settle_answer(acknowledgment, order, accept=True, reason=reason, actor=actor, at=at)
    return acknowledgment


def settle_answer(
    acknowledgment: OrderAcknowledgment, order: PurchaseOrder, *, accept: bool, reason: str, actor: User, at: datetime
) -> OrderAcknowledgment:
    """Accept or refuse an answer that waits for the buyer, of an order the caller has locked, and tell it."""
    if accept:
        acknowledgment.accept(by_id=actor.pk, at=at, reason=reason.strip()[:300])
    else:
        acknowledgment.refuse(by_id=actor.pk, at=at, reason=reason.strip()[:300])
    acknowledgment.version += 1
    acknowledgment.save(update_fields=["state", "version", "decided_at", "decided_by", "decision_reason"])
    return finish_answer(acknowledgment, order, AcknowledgmentDecided, actor, at, accepted=accept)


def _require_not_asked(acknowledgment: OrderAcknowledgment, order: PurchaseOrder) -> None:
    """Refuse to insist while somebody is asked whether the terms may be taken."""
    waiting = OrderChange.objects.filter(acknowledgment=acknowledgment, state=ChangeState.PROPOSED).first()
    if order.is_changing and waiting is not None:
        raise ConflictError("change_open", f"{waiting.number} waits for approval of these terms. Take it back first.")


def _wanted(lines: Sequence[PurchaseOrderLine], said: Sequence[AcknowledgmentLine]) -> list[WantedLine]:
    """Return what the order would have to say for the answer to be right: other prices, and more than ordered."""
    known = {line.pk: line for line in lines}
    answers: dict[int, list[AcknowledgmentLine]] = {}
    for one in said:
        answers.setdefault(one.order_line_id, []).append(one)
    found = [
        wanted_by_answer(
            known[pk].line_no, known[pk].quantity, known[pk].unit_price,
            [(one.quantity, one.unit_price) for one in rows],
        )
        for pk, rows in answers.items()
    ]  # fmt: skip
    return [one for one in found if one is not None]


def _matter(lines: Sequence[PurchaseOrderLine], wanted: Sequence[WantedLine], at: datetime) -> str:
    """Return as what the matrix knows it: a price exception when a price is above its tolerance, else a change (AK-2)."""
    most = 1 + ordering_policy_in_force(at).ack_price_percent / 100
    known = {line.line_no: line.first_approved_price for line in lines}
    if any(one.unit_price is not None and one.unit_price > known[one.line_no] * most for one in wanted):
        return OrderChange.Matter.PRICE_EXCEPTION
    return OrderChange.Matter.CHANGE


def _accept_dates(
    order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], said: Sequence[AcknowledgmentLine], actor: User, at: datetime
) -> None:  # fmt: skip
    known = {line.pk: line for line in lines}
    promised: dict[int, date] = {}
    for one in said:
        pk = one.order_line_id
        promised[pk] = max(promised.get(pk, date.min), one.promised or known[pk].need_by)
    for pk, day in promised.items():
        known[pk].promised = day
        known[pk].first_promise = known[pk].first_promise or day
    PurchaseOrderLine.objects.bulk_update([known[pk] for pk in promised], ["promised", "first_promise"])
    order.save(update_fields=touch(order, by_id=actor.pk, at=at))
