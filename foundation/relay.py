"""The relay: tells subscribers what happened, oldest first per subject, at least once, visibly parked when it fails.

Source: STYLE "Side effects", RELIABILITY section 4. Claim in a short transaction (attempts are counted there, so a
killed worker counts), then one transaction for a few events and for what comes of them, which is a use case: mark them
done, run the subscribers, do the same with the events those wrote, while they are few. If one fails nothing of it
happened and each event has a transaction of its own. The database's clock is the only one: machines whose clocks differ
agree on what is due.
"""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models.functions import Now

from foundation import registries
from foundation.group import together
from foundation.journal import one_change, without_ringing, write_what_follows
from foundation.models import DomainEvent

log = structlog.get_logger(__name__)
CLAIM_LASTS = timedelta(seconds=60)
BACKOFF = (5, 30, 120, 600, 1800)  # seconds; then parked
BATCH = 100
GROUP = 8  # events that share a transaction, their journal and its commit
CHAIN = 16  # with the events that come of them

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
with locked as (
  select id, msg_id, subject_type, subject_id from foundation_domainevent
   where msg_id = any(%(ids)s::uuid[]) and done_at is null and parked_at is null order by id for no key update skip locked),
mine as (
  select id, msg_id, exists (select from foundation_domainevent earlier
                              where earlier.subject_type = locked.subject_type
                                and earlier.subject_id = locked.subject_id and earlier.id < locked.id
                                and earlier.done_at is null and earlier.id not in (select id from locked)) as waits
    from locked),
fresh as (
  insert into foundation_effectledger (consumer, msg_id)
  select told.consumer, mine.msg_id
    from mine join unnest(%(told)s::uuid[], %(consumers)s::text[]) as told (msg_id, consumer)
                on told.msg_id = mine.msg_id
   where not mine.waits
  on conflict (consumer, msg_id) do nothing returning consumer, msg_id),
given as (
  update foundation_domainevent event
     set done_at = case when waits then null else statement_timestamp() end,
         claimed_at = case when waits then null else claimed_at end,
         attempts = greatest(attempts - waits::int, 0), last_error = case when waits then last_error else '' end
    from mine where event.id = mine.id returning event.*, waits)
select given.*, array(select consumer from fresh where fresh.msg_id = given.msg_id) as consumers
  from given where not waits order by id
"""


def run_once(limit: int = BATCH) -> int:
    """Handle up to `limit` due events and return how many had their whole effect.

    Safe to run in any number of processes at once. A failing event holds back only later events of its own subject.
    """
    return sum(_handle(group) for group in _groups(_claim(limit)))


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


def _groups(events: list[DomainEvent]) -> Iterator[list[DomainEvent]]:
    """Part events into what one transaction handles; one that was tried before goes alone and troubles no other."""
    group: list[DomainEvent] = []
    for event in events:
        if event.attempts > 1:
            yield [event]
            continue
        group.append(event)
        if len(group) == GROUP:
            yield group
            group = []
    if group:
        yield group


def _handle(group: list[DomainEvent], *, is_alone: bool = False) -> int:
    """Let a group have its whole effect in one transaction, or each of it alone when one of them fails.

    What comes of a group follows in the same transaction, up to CHAIN events; what comes of an event that is alone is
    left to the next claim.
    """
    handled = 0
    is_alone = is_alone or group[0].attempts > 1
    try:
        with one_change():
            taken = _take(group)
            while taken:
                with together(event for event, _ in taken):
                    for event, consumers in taken:
                        _tell(event, consumers)
                handled += len(taken)
                follow = [] if is_alone else write_what_follows(CHAIN - handled, _consumers)
                taken = [(event, frozenset(_consumers(event.kind))) for event in follow]
    except Exception as error:  # noqa: BLE001 - the one place: a subscriber's bug must not stop the others
        if len(group) > 1 or (handled and not is_alone):
            return sum(_handle([event], is_alone=True) for event in group)
        _failed(group[0].pk, error)
        return 0
    return handled


def _tell(event: DomainEvent, consumers: frozenset[str]) -> None:
    for name, handler in registries.subscriptions.handlers(event.kind):
        if name in consumers:
            handler(event)


def _consumers(kind: str) -> list[str]:
    return [name for name, _ in registries.subscriptions.handlers(kind)]


def _take(group: list[DomainEvent]) -> list[tuple[DomainEvent, frozenset[str]]]:
    """Mark events done and enter their consumers into the effect ledger, for as long as nothing after this fails.

    Returns them in order, each with the consumers that had no effect from it yet; what another relay has, or what an
    earlier one must precede, is not among them.
    """
    told = [(event.msg_id, name) for event in group for name in _consumers(event.kind)]
    params = {
        "ids": [event.msg_id for event in group], "told": [msg_id for msg_id, _ in told],
        "consumers": [name for _, name in told],
    }  # fmt: skip
    taken = DomainEvent.objects.raw(TAKE, params)
    return [(event, frozenset(vars(event).pop("consumers"))) for event in taken]


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
