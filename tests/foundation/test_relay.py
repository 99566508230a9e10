"""The relay: once, in order per subject, and a failure holds back its own subject only."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from foundation import outbox, registries, relay
from foundation.events import Event
from foundation.group import read_once
from foundation.journal import without_ringing
from foundation.models import DomainEvent, EffectLedger

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Moved(Event):
    __slots__ = ()
    kind = "test.thing.moved"
    subject_type = "thing"


class Unheard(Event):
    __slots__ = ()
    kind = "test.thing.unheard"
    subject_type = "thing"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Subscribe a list to `Moved`; it fails for subjects whose number starts with `bad`."""
    heard: list[str] = []

    def hear(event: Any) -> None:
        if event.subject_number.startswith("bad"):
            raise ValueError("a subscriber's bug")
        line = f"{event.subject_number} v{event.payload.get('version', event.dedupe_key.split(':')[1])}"
        transaction.on_commit(lambda: heard.append(line))  # an effect like any other: gone when it is taken back

    subscriptions = registries.Subscriptions()
    subscriptions.add("test.thing.moved", hear)
    monkeypatch.setattr(registries, "subscriptions", subscriptions)
    return heard


def _publish(number: str, *versions: int, event: type[Event] = Moved) -> None:
    subject = sum(map(ord, number))
    with transaction.atomic():
        outbox.publish(
            *(event(subject_id=subject, subject_number=number, at=AT, version=version) for version in versions)
        )


def _set(number: str, **values: Any) -> None:
    DomainEvent.objects.filter(subject_number=number).update(**values)


def test_events_of_one_subject_are_told_once_and_in_order(told: list[str]) -> None:
    _publish("a", 1, 2, 3)

    assert (relay.drain(), relay.drain()) == (3, 0)
    assert told == ["a v1", "a v2", "a v3"]


def test_failure_holds_back_later_events_of_its_subject_only(told: list[str]) -> None:
    _publish("bad", 1)
    _publish("good", 1)
    _publish("bad", 2)

    relay.drain()

    assert told == ["good v1"]
    first, second = DomainEvent.objects.filter(subject_number="bad").order_by("pk")
    assert (first.attempts, first.claimed_at, first.last_error) == (1, None, "ValueError: a subscriber's bug")
    assert (second.attempts, second.claimed_at, second.done_at) == (0, None, None)


def test_events_due_together_share_a_transaction_until_one_fails(told: list[str]) -> None:
    """The next try of a failed event is alone: a poisoned one must not take its neighbours with it."""
    _publish("a", 1)
    _publish("b", 1)
    assert len(_transactions(relay.drain)) == 1

    _publish("bad", 1)
    _publish("c", 1)
    assert len(_transactions(relay.drain)) == 3, "together, then each by itself"
    assert told == ["a v1", "b v1", "c v1"]

    _set("bad", available_at=AT)
    _publish("d", 1)
    assert len(_transactions(relay.drain)) == 2


class Followed(Event):
    __slots__ = ()
    kind = "test.thing.followed"
    subject_type = "thing"


@pytest.fixture
def chained(told: list[str]) -> list[str]:
    """Have each `Moved` be followed by a `Followed` of its own subject; that fails where the number starts with `late`."""

    def follow(event: Any) -> None:
        outbox.publish(
            Followed(subject_id=event.subject_id, subject_number=event.subject_number, at=AT, version=event.pk)
        )

    def hear(event: Any) -> None:
        if event.subject_number.startswith("late"):
            raise ValueError("a subscriber's bug")
        transaction.on_commit(lambda: told.append(f"{event.subject_number} followed"))

    registries.subscriptions.add("test.thing.moved", follow)
    registries.subscriptions.add("test.thing.followed", hear)
    return told


def test_what_comes_of_an_event_is_told_in_its_transaction(chained: list[str]) -> None:
    _publish("a", 1)
    _publish("b", 1)

    with CaptureQueriesContext(connection) as sent:
        assert relay.drain() == 4

    assert chained == ["a v1", "b v1", "a followed", "b followed"]
    assert [query["sql"] for query in sent].count("BEGIN") == 1, "the claim is a statement by itself"


def test_failure_of_what_follows_takes_nothing_else_with_it(chained: list[str]) -> None:
    _publish("late", 1)
    _publish("b", 1)

    relay.drain()

    assert sorted(chained) == ["b followed", "b v1", "late v1"]
    moved, followed = DomainEvent.objects.filter(subject_number="late").order_by("pk")
    assert (moved.attempts, moved.last_error) == (1, "")
    assert moved.done_at is not None
    assert (followed.attempts, followed.done_at, followed.last_error) == (1, None, "ValueError: a subscriber's bug")


def test_what_follows_waits_behind_an_earlier_event_of_its_subject(told: list[str]) -> None:
    _publish("bad", 1)
    relay.drain()  # fails, and waits for its next try
    bad = DomainEvent.objects.get(subject_number="bad")

    def follow(event: Any) -> None:
        if event.subject_number == "a":
            outbox.publish(Followed(subject_id=bad.subject_id, subject_number="bad", at=AT, version=9))

    registries.subscriptions.add("test.thing.moved", follow)
    registries.subscriptions.add("test.thing.followed", lambda event: told.append(f"{event.subject_number} followed"))
    _publish("a", 1)

    assert (relay.drain(), told) == (1, ["a v1"])
    followed = DomainEvent.objects.get(kind=Followed.kind)
    assert (followed.done_at, followed.attempts) == (None, 0)
    assert not EffectLedger.objects.filter(msg_id=followed.msg_id).exists()

    DomainEvent.objects.filter(pk=bad.pk).update(done_at=AT)
    relay.drain()
    assert told == ["a v1", "bad followed"]


def test_chain_of_many_is_left_to_the_next_claim(chained: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "CHAIN", 3)
    _publish("a", 1)
    _publish("b", 1)

    assert relay.drain() == 4, "two, and the two that follow in a transaction of their own"
    assert chained == ["a v1", "b v1", "a followed", "b followed"]


def test_events_told_together_read_once(told: list[str]) -> None:
    read: list[list[str]] = []

    def numbers(events: Sequence[DomainEvent]) -> list[str]:
        read.append([event.subject_number for event in events])
        return read[-1]

    registries.subscriptions.add("test.thing.moved", lambda event: read_once(event, "numbers", numbers))
    _publish("a", 1)
    _publish("b", 1)
    relay.drain()
    _publish("c", 1)
    relay.drain()

    assert read == [["a", "b"], ["c"]]


def test_later_event_waits_when_another_relay_has_the_earlier_one(told: list[str]) -> None:
    _publish("a", 1, 2)
    claimed = relay._claim(10)
    other = psycopg.connect(**connection.get_connection_params())
    first = DomainEvent.objects.order_by("pk")[0]
    other.execute("select from foundation_domainevent where id = %s for no key update", [first.pk])

    assert relay._handle(claimed) == 0
    other.rollback()
    other.close()

    assert relay._handle(claimed) == 2
    assert told == ["a v1", "a v2"]


def _transactions(run: Callable[[], object]) -> list[str]:
    """Return the statements that mark events done: one a transaction."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql == relay.TAKE:
            sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        run()
    return sent


def test_event_is_parked_after_its_last_try_and_still_holds_back_its_subject(told: list[str]) -> None:
    _publish("bad", 1, 2)
    for _ in range(len(relay.BACKOFF) + 1):
        relay.drain()
        _set("bad", available_at=AT)

    relay.drain()

    first, second = DomainEvent.objects.filter(subject_number="bad").order_by("pk")
    assert first.parked_at is not None
    assert (second.parked_at, second.done_at, second.attempts) == (None, None, 0)
    assert told == []


def test_subscriber_that_had_its_effect_is_not_told_again_when_the_mark_was_lost(told: list[str]) -> None:
    _publish("a", 1)
    relay.drain()
    _set("a", done_at=None, claimed_at=None)  # as if the process died between the effect and the mark

    assert relay.drain() == 1
    assert told == ["a v1"]
    assert EffectLedger.objects.count() == 1


def test_claim_of_a_killed_relay_is_taken_over_when_it_has_lasted_long_enough(told: list[str]) -> None:
    _publish("a", 1)
    _set("a", claimed_at=datetime.now(tz=UTC))
    assert relay.drain() == 0

    _set("a", claimed_at=datetime.now(tz=UTC) - relay.CLAIM_LASTS - timedelta(seconds=1))

    assert relay.drain() == 1
    assert told == ["a v1"]


def test_event_nobody_listens_to_is_done_when_it_is_stored(told: list[str]) -> None:
    _publish("a", 1, event=Unheard)
    _publish("a", 2)

    assert relay.drain() == 1
    assert told == ["a v2"]
    assert DomainEvent.objects.filter(done_at=None).count() == 0


def test_one_transaction_rings_once_and_the_relay_itself_does_not(told: list[str]) -> None:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as listening:
        listening.execute(f"listen {outbox.CHANNEL}")
        with transaction.atomic():
            _publish("a", 1)
            _publish("b", 1)
            assert not list(listening.notifies(timeout=0.2)), "nobody is called before the commit"

        assert len(list(listening.notifies(timeout=1, stop_after=1))) == 1
        assert not list(listening.notifies(timeout=0.2))
        with without_ringing() as kinds:
            _publish("c", 1)
        assert kinds == ["test.thing.moved"]
        assert not list(listening.notifies(timeout=0.2))
