from datetime import date, datetime
from decimal import Decimal

from foundation.documents import lock, touch
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from procurement import access
from procurement.events import AcknowledgmentDecided
from procurement.models import AckState, OrderAcknowledgment, PurchaseOrder, PurchaseOrderLine
from procurement.services.record_acknowledgment import finish_answer


@use_case
def decide_acknowledgment(
    *, acknowledgment_id: int, expected_version: int, accept: bool, actor: User, reason: str, at: datetime
) -> OrderAcknowledgment:
    """Take the supplier's terms, or insist on the order, by a buyer.

    Accepting moves promised dates; a changed quantity or price is a change order and is refused here with the reason.

    :raises InvalidError: the answer changes price or quantity, or the reason is missing.
    :raises NotFoundError: there is no such answer.
    :raises NotPermittedError: not a buyer of the site.
    :raises ConflictError: it was decided or overtaken meanwhile.
    """
    found = OrderAcknowledgment.objects.filter(pk=acknowledgment_id).values_list("order_id", flat=True).first()
    if found is None:
        raise NotFoundError("not_found", "There is no such answer.")
    order = lock(PurchaseOrder, found, with_=("ship_to", "changed_by"))
    require(access.can_order(actor, order.ship_to))
    acknowledgment = OrderAcknowledgment.objects.select_for_update(of=("self",), no_key=True).get(pk=acknowledgment_id)
    if acknowledgment.version != expected_version or acknowledgment.state != AckState.REVIEW:
        raise ConflictError("changed_since_opened", f"{acknowledgment.number} was already decided or overtaken.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    if accept:
        _accept_dates(order, acknowledgment, actor, at)
        acknowledgment.accept(by_id=actor.pk, at=at, reason=reason[:300])
    else:
        acknowledgment.refuse(by_id=actor.pk, at=at, reason=reason[:300])
    acknowledgment.version += 1
    acknowledgment.save(update_fields=["state", "version", "decided_at", "decided_by", "decision_reason"])
    return finish_answer(acknowledgment, order, AcknowledgmentDecided, actor, at, accepted=accept)


def _accept_dates(order: PurchaseOrder, acknowledgment: OrderAcknowledgment, actor: User, at: datetime) -> None:
    lines = {x.pk: x for x in order.lines.all()}
    promised: dict[int, date] = {}
    offered: dict[int, Decimal] = {}
    for said in acknowledgment.lines.all():
        line = lines[said.order_line_id]
        if said.unit_price is not None and said.unit_price > line.unit_price:
            raise InvalidError(
                "needs_change_order",
                f"Line {line.line_no}: a higher price needs a change order and its approval.",
                field="unit_price",
            )
        offered[line.pk] = offered.get(line.pk, Decimal(0)) + said.quantity
        promised[line.pk] = max(promised.get(line.pk, date.min), said.promised or line.need_by)
    for pk, quantity in offered.items():
        if quantity > lines[pk].quantity:
            raise InvalidError(
                "needs_change_order",
                f"Line {lines[pk].line_no}: more than ordered needs a change order.",
                field="quantity",
            )
        lines[pk].promised = promised[pk]
        lines[pk].first_promise = lines[pk].first_promise or promised[pk]
    PurchaseOrderLine.objects.bulk_update([lines[pk] for pk in promised], ["promised", "first_promise"])
    order.save(update_fields=touch(order, by_id=actor.pk, at=at))
