"""What a use case leaves behind: written once, at its end, and only what was not taken back."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from foundation import audit, duties, outbox
from foundation.events import Event
from foundation.journal import use_case
from foundation.models import AuditEvent, DomainEvent, DutyRecord, User

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Moved(Event):
    __slots__ = ()
    kind = "test.crate.moved"
    subject_type = "crate"


@pytest.fixture
def person() -> User:
    return User.objects.create(username="journal-keeper")


def _leave(name: str, person: User) -> None:
    """Note one audit row, one duty and one event about a crate."""
    subject = sum(map(ord, name))
    duties.record(f"crate:{subject}", "crate", subject, "receive", person_id=person.pk, at=AT)
    audit.record_fact("crate", subject, name, "move", actor=person, at=AT)
    outbox.publish(Moved(subject_id=subject, subject_number=name, at=AT, version=1))


@use_case
def move(*names: str, person: User, fails: bool = False) -> None:
    """Move crates, one after the other."""
    for name in names:
        _leave(name, person)
    if fails:
        raise ValueError("the crate is stuck")


@use_case
def move_both(person: User, *, second_fails: bool) -> None:
    """Move one crate, and another whose failure is forgiven."""
    move("first", person=person)
    try:
        with transaction.atomic():
            move("second", person=person, fails=second_fails)
    except ValueError:
        _leave("report", person)


def _left() -> list[str]:
    """Return the crates told of, the same in all three tables."""
    rows = list(AuditEvent.objects.filter(object_type="crate").order_by("seq").values_list("object_number", flat=True))
    events = DomainEvent.objects.filter(subject_type="crate").order_by("id").values_list("subject_number", flat=True)
    assert list(events) == rows
    assert DutyRecord.objects.filter(document_type="crate").count() == len(rows)
    return rows


def _stuck(person: User) -> None:
    with pytest.raises(ValueError, match="stuck"):
        move("a", person=person, fails=True)


@pytest.mark.parametrize(
    ("_case", "act", "left"),
    [
        ("two changes, in their order", lambda p: move("b", "a", person=p), ["b", "a"]),
        ("an error takes all back", _stuck, []),
        ("a use case within another", lambda p: move_both(p, second_fails=False), ["first", "second"]),
        (
            "a forgiven failure leaves nothing of its own",
            lambda p: move_both(p, second_fails=True),
            ["first", "report"],
        ),
        ("outside a use case, at once", lambda p: _leave("a", p), ["a"]),
    ],
)
def test_what_is_left(_case: str, act: Callable[[User], None], left: list[str], person: User) -> None:
    act(person)

    assert _left() == left
    assert audit.first_fault() is None


def test_a_use_case_writes_what_it_leaves_in_one_statement(person: User) -> None:
    with CaptureQueriesContext(connection) as sent:
        move("a", "b", "c", person=person)

    assert [q["sql"].count("insert into") for q in sent.captured_queries if "insert" in q["sql"].lower()] == [3]


def test_the_same_duty_again_changes_nothing(person: User) -> None:
    for _ in range(2):
        duties.record("crate:1", "crate", 1, "receive", person_id=person.pk, at=AT)

    assert duties.done_on(["crate:1"]) == {("receive", person.pk)}
