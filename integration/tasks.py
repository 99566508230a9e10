"""What the worker does for the integration layer: send what is due, apply what came in."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from integration.models import InboxMessage, InboxStatus
from integration.services import apply_message, claim_due, postpone, send_delivery

log = structlog.get_logger(__name__)
ROUNDS, BATCH = 20, 100


@shared_task(name="integration.deliver")
def deliver(**_unknown: Any) -> int:
    """Send every delivery that is due; returns how many were taken."""
    taken = 0
    for _ in range(ROUNDS):
        due = claim_due(at=timezone.now())  # noqa: TID251 - the porch reads the clock
        if not due:
            break
        taken += sum(send_delivery(delivery_id=pk, at=timezone.now()) for pk in due)  # noqa: TID251 - same
    return taken


@shared_task(name="integration.apply_inbox")
def apply_inbox(**_unknown: Any) -> int:
    """Apply every message that was received and is due; returns how many were looked at."""
    looked = 0
    for _ in range(ROUNDS):
        now = timezone.now()  # noqa: TID251 - the porch reads the clock
        due = list(
            InboxMessage.objects.filter(status=InboxStatus.RECEIVED, next_attempt_at__lte=now)
            .order_by("id")
            .values_list("pk", flat=True)[:BATCH]
        )
        if not due:
            break
        for pk in due:
            looked += 1
            try:
                apply_message(message_id=pk, at=timezone.now())  # noqa: TID251 - same
            except Exception as error:
                log.exception("inbox.failed", message=pk)
                postpone(message_id=pk, error=f"{type(error).__name__}: {error}", at=timezone.now())  # noqa: TID251 - same
    return looked
