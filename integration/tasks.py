"""What the worker does for the integration layer: send what is due, apply what came in, chase what is late."""

from collections.abc import Callable
from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from integration.services import (
    apply_message,
    chase_functional_answers,
    claim_due,
    claim_received,
    postpone,
    put_off,
    send_delivery,
    send_letter,
    store_missing_orders,
)

log = structlog.get_logger(__name__)
ROUNDS = 50  # batches of one run


@shared_task(name="integration.deliver")
def deliver(**_unknown: Any) -> int:
    """Send every message to a partner that is due; returns how many were taken."""
    return _send_due(send_delivery)


@shared_task(name="integration.deliver_letters")
def deliver_letters(**_unknown: Any) -> int:
    """Send every letter to our people that is due; returns how many the mail server took."""
    return _send_due(send_letter, letters=True)


def _send_due(send: Callable[..., bool], *, letters: bool = False) -> int:
    taken = 0
    for _ in range(ROUNDS):
        due = claim_due(at=timezone.now(), letters=letters)  # noqa: TID251 - the porch reads the clock
        if not due:
            break
        for pk in due:
            try:
                taken += send(delivery_id=pk, at=timezone.now())  # noqa: TID251 - same
            except Exception as error:  # one delivery's fault must not stop the others
                log.exception("delivery.failed", delivery=pk)
                put_off(delivery_id=pk, error=f"{type(error).__name__}: {error}", at=timezone.now())  # noqa: TID251 - same
    return taken


@shared_task(name="integration.apply_inbox")
def apply_inbox(**_unknown: Any) -> int:
    """Apply every message that was received and is due; returns how many were looked at."""
    looked = 0
    for _ in range(ROUNDS * 4):
        due = claim_received(at=timezone.now())  # noqa: TID251 - the porch reads the clock
        if not due:
            break
        for pk in due:
            looked += 1
            about: list[tuple[str, str]] = []
            try:
                apply_message(message_id=pk, at=timezone.now(), about=about)  # noqa: TID251 - same
            except Exception as error:  # one message's fault must not stop the others
                log.exception("inbox.failed", message=pk)
                said = f"{type(error).__name__}: {error}"
                postpone(message_id=pk, error=said, at=timezone.now(), about=about)  # noqa: TID251 - same
    return looked


@shared_task(name="integration.chase")
def chase(**_unknown: Any) -> int:
    """Write orders that could not be written before, and ask after answers that are late; returns how many of both."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    return store_missing_orders(at=now) + chase_functional_answers(at=now)
