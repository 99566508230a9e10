"""The relay: tells subscribers what happened, oldest first per subject, at least once, visibly parked when it fails.

Source: STYLE "Side effects", RELIABILITY section 4. Claim in a short transaction (attempts are counted there, so a
killed worker counts), then one transaction per event: lock, run the subscribers, mark done. The database's clock is
the only one: machines whose clocks differ agree on what is due.
"""

import os
import socket
import uuid
from collections.abc import Iterable
from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from foundation import registries
from foundation.models import DomainEvent

log = structlog.get_logger(__name__)
BACKOFF = (5, 30, 120, 600, 1800)  # seconds; then parked
CLAIM_LASTS = timedelta(seconds=60)


def run_once(limit: int = 100) -> int:
    """Handle up to `limit` due events and return how many had their whole effect.

    Safe to run in any number of processes at once. A failing event holds back only later events of its own subject.
    """
    return sum(_handle(pk) for pk in _claim(limit))


def drain(limit: int = 10_000) -> int:
    """Run until nothing is due, at most `limit` events; returns how many were handled."""
    handled = 0
    while handled < limit:
        step = run_once()
        if not step:
            break
        handled += step
    return handled


def _claim(limit: int) -> Iterable[int]:
    """Claim due events in order; those behind an event of their subject that nobody may handle now are left alone."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=Now() - CLAIM_LASTS)
    obstacle = _earlier().filter(~free | Q(parked_at__isnull=False) | Q(available_at__gt=Now()))
    with transaction.atomic():
        due = list(
            DomainEvent.objects.filter(free, done_at=None, parked_at=None, available_at__lte=Now())
            .exclude(Exists(obstacle))
            .order_by("id")
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .values_list("pk", flat=True)[:limit]
        )
        if due:
            with connection.cursor() as cursor:
                cursor.execute(
                    "update foundation_domainevent set claimed_at = statement_timestamp(), claimed_by = %s, attempts = attempts + 1"
                    " where id = any(%s)",
                    [f"{socket.gethostname()}:{os.getpid()}"[:60], due],
                )
    return due


def _handle(pk: int) -> bool:
    try:
        with transaction.atomic():
            event = (
                DomainEvent.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
                .filter(pk=pk, done_at=None, parked_at=None)
                .annotate(waits=Exists(_earlier()))
                .first()
            )
            if event is None:
                return False
            if event.waits:  # the one before failed, or another relay has it: not this one's fault
                DomainEvent.objects.filter(pk=pk).update(claimed_at=None, attempts=F("attempts") - 1)
                return False
            _tell(event)
            DomainEvent.objects.filter(pk=pk).update(done_at=Now(), last_error="")
    except Exception as error:  # noqa: BLE001 - the one place: a subscriber's bug must not stop the others
        _failed(pk, error)
        return False
    return True


def _earlier() -> QuerySet[DomainEvent]:
    """Return the undone events before the outer one, of the same subject."""
    return DomainEvent.objects.filter(
        subject_type=OuterRef("subject_type"), subject_id=OuterRef("subject_id"), id__lt=OuterRef("id"), done_at=None
    )


def _tell(event: DomainEvent) -> None:
    handlers = dict(registries.subscriptions.handlers(event.kind))
    for name in _fresh(list(handlers), event.msg_id):
        handlers[name](event)


def _fresh(names: list[str], msg_id: uuid.UUID) -> list[str]:
    """Enter consumers into the effect ledger; returns those that had no effect from this message yet, in order."""
    if not names:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into foundation_effectledger (consumer, msg_id) select unnest(%s::text[]), %s"
            " on conflict (consumer, msg_id) do nothing returning consumer",
            [names, msg_id],
        )
        fresh = {row[0] for row in cursor.fetchall()}
    return [name for name in names if name in fresh]


def _failed(pk: int, error: Exception) -> None:
    log.error("relay.subscriber_failed", event_id=pk, exc_info=error)
    with transaction.atomic():
        event = DomainEvent.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
        found = DomainEvent.objects.filter(pk=pk)
        found.update(last_error=f"{type(error).__name__}: {error}"[:4000], claimed_at=None)
        if event.attempts > len(BACKOFF):
            found.update(parked_at=Now())
        else:
            found.update(available_at=Now() + timedelta(seconds=BACKOFF[max(event.attempts, 1) - 1]))
