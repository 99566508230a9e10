from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage

from foundation import audit
from foundation.journal import use_case
from foundation.selectors import system_user
from procurement.models import AcknowledgmentLine, AckState, OrderAcknowledgment

BATCH, PATIENCE = 100, timedelta(days=1)
NEXT = {
    AckState.APPLIED: "It fits the order and is the agreed promise now.",
    AckState.REVIEW: "It differs from the order, so a buyer decides and writes to you. Until then the order stands as sent.",
    AckState.SUPERSEDED: "A newer answer or a newer version of the order took its place.",
}


def mail_answer_copies(*, at: datetime) -> int:
    """Mail each portal answer of the last day once to whoever gave it; returns how many letters went.

    The answer is marked before the letter goes, so a crash sends none rather than two.
    """
    waiting = OrderAcknowledgment.objects.filter(source="portal", copied_at=None, received_at__gt=at - PATIENCE)
    sent = 0
    for pk in list(waiting.order_by("received_at").values_list("pk", flat=True)[:BATCH]):
        answer = _mark(pk, at)
        address = _address(answer) if answer else ""
        if answer and address:
            _letter(answer, address).send(fail_silently=True)
            sent += 1
    return sent


@use_case
def _mark(pk: int, at: datetime) -> OrderAcknowledgment | None:
    free = OrderAcknowledgment.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    answer = free.select_related("order__ship_to", "supplier", "received_by").filter(pk=pk, copied_at=None).first()
    if answer is not None:
        answer.copied_at = at
        answer.save(update_fields=["copied_at"])
        audit.record(answer, "mail_copy", actor=system_user("sweeper"), at=at)
    return answer


def _address(answer: OrderAcknowledgment) -> str:
    return (answer.received_by.email if answer.received_by else "") or answer.supplier.order_email


def _letter(answer: OrderAcknowledgment, address: str) -> EmailMessage:
    order = answer.order
    lines = list(answer.lines.select_related("order_line__unit"))
    differing = sum(line.answer != "accepted" for line in lines)
    what = f"{differing} of {len(lines)} lines changed" if differing else f"all {len(lines)} lines accepted"
    subject = f"Your answer to {order.number}, {order.ship_to.name}: {what}"
    body = (
        f"You answered our order {order.number} for {order.ship_to.name}.\n"
        f"{NEXT.get(AckState(answer.state), answer.get_state_display())}\n\n"
        f"{_table(lines)}\n\n"
        f"Our number for your answer: {answer.number}\n"
        f"The order: {settings.PUBLIC_URL}/supplier/orders/{order.number}/\n"
    )
    return EmailMessage(" ".join(subject.split()), body, to=[address])


def _table(lines: Iterable[AcknowledgmentLine]) -> str:
    return "\n".join(
        f"{said.order_line.line_no}  {said.order_line.description}: {said.get_answer_display().lower()}, "
        f"{said.quantity.normalize():f} {said.order_line.unit} on {said.promised or said.order_line.need_by}"
        f"{f', price {said.unit_price.normalize():f}' if said.unit_price is not None else ''}"
        f"{f'. {said.reason}' if said.reason else ''}"
        for said in lines
    )
