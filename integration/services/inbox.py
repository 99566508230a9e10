"""What every use case of the inbox does: lock a message, tell a person about it, and go on once it is settled."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from foundation import audit
from foundation.errors import NotFoundError
from foundation.journal import use_case
from foundation.selectors import system_user
from integration.canonical import Fault
from integration.models import Connection, InboxMessage, InboxStatus
from workflow.services import cure_case, open_case

CLAIM_LASTS = timedelta(seconds=10)
BATCH = 10
MAX_TRIES = 5


@use_case
def claim_received(*, at: datetime) -> list[int]:
    """Claim the oldest messages of one connection that nobody else works on, so that its messages keep their order.

    One whose worker died is claimed alone and counted, and parked after five deaths: it may be what kills them.
    """
    received = InboxMessage.objects.filter(connection=OuterRef("pk"), status=InboxStatus.RECEIVED)
    free = (
        Connection.objects.filter(Exists(received.filter(next_attempt_at__lte=at)))
        .exclude(Exists(received.filter(claimed_at__isnull=False, next_attempt_at__gt=at)))
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .order_by("pk")
        .first()
    )
    if free is None:
        return []
    due = list(
        InboxMessage.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(connection=free, status=InboxStatus.RECEIVED, next_attempt_at__lte=at)
        .only("pk", "claimed_at")
        .order_by("pk")[:BATCH]
    )
    if due and due[0].claimed_at is not None:
        return _claim_again(due[0].pk, at)
    fresh = [one.pk for one in due if one.claimed_at is None]
    InboxMessage.objects.filter(pk__in=fresh).update(claimed_at=at, next_attempt_at=at + CLAIM_LASTS)
    return fresh


def _claim_again(message_id: int, at: datetime) -> list[int]:
    message = lock(message_id)
    message.attempts += 1
    message.claimed_at, message.next_attempt_at = at, at + CLAIM_LASTS
    if message.attempts > MAX_TRIES:
        fault = Fault(
            "worker_died", f"Its worker died {MAX_TRIES} times while reading it; look at it before you try again."
        )
        message.status, message.effect = InboxStatus.PARKED, {"effects": [], "faults": [told(fault)]}
        tell_exception(message, fault, at)
    message.save(update_fields=["status", "attempts", "claimed_at", "next_attempt_at", "effect"])
    return [message_id]


def lock(message_id: int) -> InboxMessage:
    """Return a message under lock.

    :raises NotFoundError: there is none.
    """
    message = (
        InboxMessage.objects.select_for_update(of=("self",), no_key=True)
        .select_related("connection__supplier")
        .filter(pk=message_id)
        .first()
    )
    if message is None:
        raise NotFoundError("not_found", "There is no such message.")
    return message


def told(fault: Fault) -> dict[str, Any]:
    """Return a fault as the message keeps it."""
    return {
        "code": fault.code,
        "message": fault.message,
        "position": fault.position,
        "value": fault.value,
        "cure": fault.cure,
        "fatal": fault.is_fatal,
    }


def tell_exception(message: InboxMessage, fault: Fault, at: datetime) -> None:
    """Open the message's exception, or bring it up to date."""
    connection = message.connection
    open_case(
        key=f"message:{message.pk}",
        category="message",
        cause=fault.code[:60],
        sentence=f"{connection.name}, message {message.label}: {fault.message}",
        subject_type="message",
        subject_id=message.pk,
        subject_number=message.label,
        supplier_id=connection.supplier_id,
        supplier_name=str(connection.supplier or ""),
        evidence={"code": fault.code, "sha256": message.body_sha256, **({"value": fault.value} if fault.value else {})},
        at=at,
    )


def follow_up(message: InboxMessage, outcome: str, at: datetime) -> None:
    """Close the exception of a settled message (EX-2) and let those go on that waited for it."""
    cure_case(key=f"message:{message.pk}", outcome=outcome, at=at)
    waiting = InboxMessage.objects.select_for_update(no_key=True).filter(waits_for=message, status=InboxStatus.PARKED)
    for one in waiting.order_by("pk"):
        one.status, one.waits_for = InboxStatus.RECEIVED, None
        one.next_attempt_at, one.claimed_at = at, None
        one.save(update_fields=["status", "waits_for", "next_attempt_at", "claimed_at"])
        audit.record_fact(
            "integration.message", one.pk, one.external_id[:40], "message_goes_on", actor=system_user("intake"), at=at,
            after=message.pk,
        )  # fmt: skip
