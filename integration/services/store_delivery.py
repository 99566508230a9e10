"""Putting an outgoing message beside the change that caused it, and the numbers of its envelope."""

from datetime import datetime

from foundation import audit
from foundation.documents import content_hash
from foundation.models import Delivery
from foundation.selectors import system_user
from integration.dialects.x12.writer import Address
from integration.models import Connection


def store(
    connection: Connection, kind: str, subject: tuple[str, int, str], key: str, body: bytes, at: datetime, *,
    content_type: str = "application/json",
) -> Delivery:  # fmt: skip
    """Store a message about a subject (type, id, number); the same key again returns the first one."""
    subject_type, subject_id, number = subject
    delivery, fresh = Delivery.objects.get_or_create(
        connection=connection.code,
        dedupe_key=key,
        defaults={
            "message_type": kind,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "subject_number": number,
            "order_key": f"{subject_type}:{subject_id}",
            "body": body,
            "content_type": content_type,
        },
    )
    if fresh:
        audit.record_fact(
            "integration.delivery", delivery.pk, number, "store_delivery", actor=system_user("relay"), at=at,
            connection=connection.code, kind=kind, hash=content_hash(body.decode("utf-8", "replace")),
        )  # fmt: skip
    return delivery


def next_control(connection: Connection) -> int:
    """Return the next control number of a locked connection; after 999999999 comes 1. A gap is legal, a repeat not."""
    connection.control_number = connection.control_number % 999_999_999 + 1
    connection.save(update_fields=["control_number"])
    return connection.control_number


def address_of(connection: Connection) -> Address:
    """Return the envelope addresses of a connection's profile."""
    ids = connection.profile
    return Address(
        ids.get("our_qualifier", "ZZ"), ids.get("our_id", "CROSSDOCK"), ids.get("their_qualifier", "ZZ"),
        ids.get("their_id", connection.code.upper()), ids.get("usage", "P"),
    )  # fmt: skip
