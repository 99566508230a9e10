"""A message comes in: the bytes are stored before anybody reads them, then applied with at most one effect (IN-2)."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from foundation import audit
from foundation.errors import ConflictError, InvalidError
from foundation.journal import use_case
from foundation.models import User
from foundation.selectors import system_user
from integration.models import Connection, Direction, InboxMessage, InboxStatus
from workflow.services import open_case

MAX_BYTES = 10 * 1024 * 1024


def receive_message(
    *, connection: Connection, external_id: str, raw: bytes, content_type: str, actor: User | None, at: datetime,
    hold: bool = False,
) -> InboxMessage:  # fmt: skip
    """Store a message. The same id with the same bytes returns the stored one; with other bytes it is a conflict.

    The caller answers 202 once this has returned: the bytes are safe then. With `hold` it waits until a person has
    looked at it.

    :raises InvalidError: empty, too large, or the connection takes no messages.
    :raises ConflictError: this id came before with other content; the newcomer is kept apart and shown.
    """
    if not raw or len(raw) > MAX_BYTES:
        raise InvalidError("message_size", f"A message has 1 to {MAX_BYTES} bytes.", field="body", value=str(len(raw)))
    if connection.direction != Direction.IN or not connection.is_active:
        raise InvalidError("connection_closed", f"{connection.code} takes no messages.", field="connection")
    digest = sha256(raw).hexdigest()
    identity = external_id.strip()[:120] or digest
    with transaction.atomic():
        message, fresh = InboxMessage.objects.exclude(status=InboxStatus.QUARANTINED).get_or_create(
            connection=connection,
            external_id=identity,
            defaults={
                "body_sha256": digest,
                "raw": raw,
                "content_type": content_type[:60],
                "status": InboxStatus.HELD if hold else InboxStatus.RECEIVED,
            },
        )
        if fresh:
            audit.record_fact(
                "integration.message", message.pk, identity[:40], "receive_message", actor=actor, at=at,
                connection=connection.code, sha256=digest, size=len(raw),
            )  # fmt: skip
    if not fresh and message.body_sha256 != digest:
        _quarantine(message, raw, digest, content_type, actor, at)
        raise ConflictError(
            "message_conflict", f"A message {identity} came before with other content; both are kept.", value=identity
        )
    return message


@use_case
def _quarantine(
    first: InboxMessage, raw: bytes, digest: str, content_type: str, actor: User | None, at: datetime
) -> None:
    held, fresh = InboxMessage.objects.get_or_create(
        connection=first.connection,
        external_id=first.external_id,
        body_sha256=digest,
        status=InboxStatus.QUARANTINED,
        defaults={"raw": raw, "content_type": content_type[:60], "conflict_with": first},
    )
    if not fresh:
        return
    audit.record_fact(
        "integration.message", held.pk, first.external_id[:40], "quarantine_message", actor=actor or system_user("intake"),
        at=at, connection=first.connection.code, sha256=digest,
    )  # fmt: skip
    open_case(
        key=f"message:{held.pk}",
        category="message",
        cause="message_conflict",
        sentence=f"{first.connection.name}: message {first.label} came twice with different content.",
        subject_type="message",
        subject_id=held.pk,
        subject_number=first.label,
        supplier_id=first.connection.supplier_id,
        supplier_name=str(first.connection.supplier or ""),
        evidence={"first": first.body_sha256, "second": digest},
        at=at,
    )
