"""The relay: tells subscribers what happened, oldest first per subject, at least once, visibly parked when it fails.

Source: STYLE "Side effects", RELIABILITY section 4. Claim in a short transaction (attempts are counted there, so a
killed worker counts), then one transaction per event, which is a use case: mark it done, run the subscribers, and if
one fails nothing of it happened. The database's clock is the only one: machines whose clocks differ agree on what is
due.
"""

import os
import socket
from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.db.models.functions import Now

from foundation import registries
from foundation.journal import one_change, without_ringing
from foundation.models import DomainEvent

log = structlog.get_logger(__name__)
CLAIM_LASTS = timedelta(seconds=60)
BACKOFF = (5, 30, 120, 600, 1800)  # seconds; then parked
BATCH = 100
NOT_OURS: frozenset[str] = frozenset({"not ours"})

# An event is free when nobody claimed it in the last minute: a relay that died gives its events back.
CLAIM = """
with due as (
  select id from foundation_domainevent event
   where done_at is null and parked_at is null and available_at <= statement_timestamp()
     and (claimed_at is null or claimed_at < statement_timestamp() - %(lasts)s)
     and not exists (select from foundation_domainevent earlier
                      where earlier.subject_type = event.subject_type and earlier.subject_id = event.subject_id
                        and earlier.id < event.id and earlier.done_at is null
                        and (earlier.parked_at is not null or earlier.available_at > statement_timestamp()
                             or earlier.claimed_at >= statement_timestamp() - %(lasts)s))
   order by id limit %(limit)s for no key update skip locked)
update foundation_domainevent event
   set claimed_at = statement_timestamp(), claimed_by = %(by)s, attempts = attempts + 1
  from due where event.id = due.id
returning event.*
"""
# An event that must wait for an earlier one is given back: not this one's fault, so not an attempt.
TAKE = """
with mine as (
  select id, msg_id, exists (select from foundation_domainevent earlier
                              where earlier.subject_type = event.subject_type and earlier.subject_id = event.subject_id
                                and earlier.id < event.id and earlier.done_at is null) as waits
    from foundation_domainevent event
   where id = %(pk)s and done_at is null and parked_at is null for no key update skip locked),
fresh as (
  insert into foundation_effectledger (consumer, msg_id)
  select unnest(%(consumers)s::text[]), msg_id from mine where not waits
  on conflict (consumer, msg_id) do nothing returning consumer),
given as (
  update foundation_domainevent event
     set done_at = case when waits then null else statement_timestamp() end,
         claimed_at = case when waits then null else claimed_at end,
         attempts = attempts - waits::int, last_error = case when waits then last_error else '' end
    from mine where event.id = mine.id)
select waits, array(select consumer from fresh) from mine
"""


def run_once(limit: int = BATCH) -> int:
    """Handle up to `limit` due events and return how many had their whole effect.

    Safe to run in any number of processes at once. A failing event holds back only later events of its own subject.
    """
    return sum(_handle(event) for event in _claim(limit))


def drain(limit: int = 10_000) -> int:
    """Run until nothing is due, at most `limit` events; returns how many were handled."""
    handled = 0
    while handled < limit:
        with without_ringing() as rung:
            step = run_once(BATCH)
        handled += step
        if not step or (step < BATCH and not rung):  # all that was due is done, and nothing new came of it
            break
    return handled


def _claim(limit: int) -> list[DomainEvent]:
    """Claim due events and return them in order; those behind one of their subject that nobody may handle now wait."""
    by = f"{socket.gethostname()}:{os.getpid()}"[:60]
    events = DomainEvent.objects.raw(CLAIM, {"limit": limit, "by": by, "lasts": CLAIM_LASTS})
    return sorted(events, key=lambda event: event.pk)


def _handle(event: DomainEvent) -> bool:
    handlers = dict(registries.subscriptions.handlers(event.kind))
    try:
        with one_change():
            fresh = _take(event.pk, list(handlers))
            for name, handler in handlers.items():
                if name in fresh:
                    handler(event)
    except Exception as error:  # noqa: BLE001 - the one place: a subscriber's bug must not stop the others
        _failed(event.pk, error)
        return False
    return fresh is not NOT_OURS


def _take(pk: int, consumers: list[str]) -> frozenset[str]:
    """Mark the event done and enter its consumers into the effect ledger, for as long as nothing after this fails.

    Returns those that had no effect from it yet; `NOT_OURS` when another relay has it or an earlier one must be first.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"pk": pk, "consumers": consumers})
        taken = cursor.fetchone()
    return frozenset(taken[1]) if taken and not taken[0] else NOT_OURS


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
