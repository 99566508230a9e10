"""Domain events: the change, its audit row and its event are one transaction; the relay tells the rest.

The row is also the event log (MX, OCEL), so an event says who, where, and which other documents it touches.
"""

import uuid
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import registries
from foundation.events import Event
from foundation.journal import note
from foundation.models import DomainEvent

CHANNEL = "crossdock_events"


_ENVELOPE = {f.name for f in fields(Event)}


def publish(*events: Event) -> None:
    """Store events with the running use case.

    An event is identified by its kind, subject, version and instant: publishing it twice is a bug and fails.
    """
    rows = [_row(event) for event in events]
    note("events", [{"msg_id": str(uuid.uuid4()), **row, **_instants(row)} for row in rows])


def record_past(events: Iterable[Event]) -> None:
    """Store events of the past for the log alone: nobody is told, because their effects are recorded beside them."""
    rows = [DomainEvent(**_row(event)) for event in events]
    for row in rows:
        row.done_at = row.recorded_at = row.available_at = row.occurred_at
    DomainEvent.objects.bulk_create(rows, batch_size=500)


def _row(event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "subject_number": event.subject_number,
        "site_id": event.site_id,
        "supplier_id": event.supplier_id,
        "actor_id": event.actor_id,
        "is_human": event.is_human,
        "occurred_at": event.at,
        "payload": {f.name: _plain(getattr(event, f.name)) for f in fields(event) if f.name not in _ENVELOPE},
        "related": [list(r) for r in event.related],
        # Nobody to tell: the row is the log's only, and the relay need not look at it.
        "done_at": None if registries.subscriptions.handlers(event.kind) else event.at,
        "dedupe_key": f"{event.subject_id}:{event.version}:{event.at.isoformat()}",
    }


def _instants(row: dict[str, Any]) -> dict[str, str | None]:
    return {name: row[name].isoformat() if row[name] else None for name in ("occurred_at", "done_at")}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
