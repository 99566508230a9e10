from datetime import datetime, timedelta

from django.conf import settings

from foundation import audit
from foundation.journal import use_case
from foundation.models import Delivery
from foundation.selectors import system_user
from foundation.services import Letter
from foundation.services.letters import store_letters, write_letter
from procurement.models import AcknowledgmentLine, AckState, OrderAcknowledgment

BATCH, PATIENCE = 100, timedelta(days=1)
NEXT = {
    AckState.APPLIED: "It fits the order and is the agreed promise now.",
    AckState.REVIEW: "It differs from the order, so a buyer decides and writes to you. Until then the order stands as sent.",
    AckState.SUPERSEDED: "A newer answer or a newer version of the order took its place.",
}


def mail_answer_copies(*, at: datetime) -> int:
    """Write each portal answer of the last day once to whoever gave it; returns how many letters were stored."""
    waiting = OrderAcknowledgment.objects.filter(source="portal", copied_at=None, received_at__gt=at - PATIENCE)
    return sum(_copy(pk, at) for pk in list(waiting.order_by("received_at").values_list("pk", flat=True)[:BATCH]))


@use_case
def _copy(pk: int, at: datetime) -> int:
    """Mark an answer and store its letter in one transaction, so that it goes once; nothing without an address."""
    free = OrderAcknowledgment.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    answer = free.select_related("order__ship_to", "supplier", "received_by").filter(pk=pk, copied_at=None).first()
    if answer is None:
        return 0
    answer.copied_at = at
    answer.save(update_fields=["copied_at"])
    audit.record(answer, "mail_copy", actor=system_user("sweeper"), at=at)
    address = _address(answer)
    return store_letters([_letter(answer, address)], at) if address else 0


def _address(answer: OrderAcknowledgment) -> str:
    return (answer.received_by.email if answer.received_by else "") or answer.supplier.order_email


def _letter(answer: OrderAcknowledgment, address: str) -> Delivery:
    order = answer.order
    lines = [_line(said) for said in answer.lines.select_related("order_line__unit").order_by("order_line__line_no")]
    differing = answer.lines.exclude(answer="accepted").count()
    what = f"{differing} of {len(lines)} lines changed" if differing else f"all {len(lines)} lines accepted"
    letter = Letter(
        subject=f"Your answer to {order.number}, {order.ship_to.name}: {what}",
        facts=(("Our number for your answer", answer.number),), lines=tuple(lines), verb="Open the order",
        closing=NEXT.get(AckState(answer.state), answer.get_state_display()),
    )  # fmt: skip
    return write_letter(
        address, letter, sentence=f"You answered our order {order.number} for {order.ship_to.name}.",
        url=f"{settings.PUBLIC_URL}/supplier/orders/{order.number}/", subject=("supplier", order.supplier_id, order.supplier.code),
        key=f"answer:{answer.pk}",
    )  # fmt: skip


def _line(said: AcknowledgmentLine) -> str:
    promise = f"{said.quantity.normalize():f} {said.order_line.unit} on {said.promised or said.order_line.need_by}"
    price = f", price {said.unit_price.normalize():f}" if said.unit_price is not None else ""
    reason = f". {said.reason}" if said.reason else ""
    asked = f"Line {said.order_line.line_no}, {said.order_line.description}"
    return f"{asked}: {said.get_answer_display().lower()}, {promise}{price}{reason}"
