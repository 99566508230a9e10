"""What the event log turns into: instants, hours, days, and the same whether read bit by bit or all at once.

Rules: MX-1, MX-2, MX-4, MX-5.
"""

import random
import threading
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from foundation.models import DomainEvent
from intelligence.models import Measurement, ReadingMark
from intelligence.services import read_events, rebuild_measurements
from intelligence.services.count_hours import count_hours
from intelligence.services.fold import fold
from tests.factories import NOW, a_requisition, an_issued_order, company
from tests.intelligence import log
from tests.intelligence.log import when

FACTS = (
    "metric", "subject_type", "subject_id", "document_type", "document_id", "document_number", "site_id", "supplier_id",
    "actor_id", "started_at", "ended_at", "due_at", "stopped_at", "is_automatic", "is_exception", "first_time",
    "counted_on", "elapsed_hours", "business_hours", "is_stale",
)  # fmt: skip


def everything() -> set[tuple[Any, ...]]:
    return set(Measurement.objects.values_list(*FACTS))


def rows(metric: str, *fields: str) -> list[tuple[Any, ...]]:
    return list(Measurement.objects.filter(metric=metric).order_by("subject_type", "subject_id").values_list(*fields))


@pytest.mark.django_db
@pytest.mark.parametrize("read", [read_events, rebuild_measurements])
def test_numbers_before_the_first_event_are_no_work(read: Any) -> None:
    """A log whose old years were taken away, or whose numbers began late, is read at once."""
    made = company()
    DomainEvent.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("select setval(pg_get_serial_sequence('foundation_domainevent', 'id'), 900000000)")
    log.invoice(1, made.leeds, made.acme, ("received", when("10 09:00")))

    read(at=NOW)

    assert rows("MX-4", "subject_id") == [(1,)]


@pytest.mark.django_db
def test_mx1_runs_from_the_first_submission_to_the_first_version_for_each_requisition() -> None:
    made = company()
    log.submitted(1, when("10 09:00"), made.leeds)
    log.submitted(1, when("12 09:00"), made.leeds, version=4)  # returned and sent again
    log.submitted(2, when("11 09:00"), made.leeds)
    log.issued(5, when("12 12:00"), made.leeds, made.acme, 1, 2)
    log.issued(5, when("20 12:00"), made.leeds, made.acme, 1, 2, revision=2)
    log.issued(6, when("12 12:00"), made.leeds, made.acme)  # no requisition

    read_events(at=NOW)

    # 10th 09:00 to 12th 12:00: 51 h; open 8 to 18: 9 + 10 + 4. 11th 09:00: 27 h; 9 + 4.
    assert rows("MX-1", "document_number", "subject_number", "elapsed_hours", "business_hours") == [
        ("REQ-1", "PO-5", 51.0, 23.0),
        ("REQ-2", "PO-5", 27.0, 13.0),
    ]


@pytest.mark.django_db
def test_mx2_runs_from_opening_to_decision_and_counts_the_policy_beside() -> None:
    made = company()
    log.opened(1, 7, when("10 17:00"), made.leeds)
    log.decided(1, 7, when("11 08:30"), made.leeds, made.mona)
    log.opened(2, 8, when("10 17:00"), made.leeds)  # nobody has decided
    log.let_through(9, 9, when("10 10:00"), made.leeds)
    log.let_through(10, 10, when("10 10:00"), made.leeds, touchless=False)  # people decided it

    read_events(at=NOW)

    fields = ("document_number", "is_automatic", "actor__username", "elapsed_hours", "business_hours", "counted_on")
    day = when("10 00:00").date()
    assert rows("MX-2", *fields) == [
        ("REQ-9", True, None, None, None, day),
        ("REQ-7", False, "mona", 15.5, 1.5, day + timedelta(days=1)),
        ("REQ-8", False, None, None, None, None),
    ]


@pytest.mark.django_db
def test_mx4_knows_exceptions_and_first_time_matches() -> None:
    made = company()
    for pk, story in enumerate(
        [
            [("received", "10 09:00"), ("matched", "10 09:30")],
            [("received", "10 09:00"), ("waiting", "10 09:01"), ("matched", "12 09:00")],
            [("received", "10 09:00"), ("held", "10 09:01"), ("cleared", "10 11:00")],
            [("received", "10 09:00"), ("matched", "10 09:01"), ("held", "10 10:00")],
            [("received", "10 09:00"), ("waiting", "10 09:01")],
        ],
        start=1,
    ):
        log.invoice(pk, made.leeds, made.acme, *((what, when(at)) for what, at in story))
    log.invoice(6, None, made.acme, ("received", when("10 09:00")), ("held", when("10 09:01")))
    log.invoice(7, made.leeds, made.acme, ("received", when("10 09:00")), kind="credit_note")

    read_events(at=NOW)

    assert rows("MX-4", "subject_id", "is_exception", "first_time", "elapsed_hours", "business_hours") == [
        (1, False, True, 0.5, 0.5),
        (2, False, True, 48.0, 20.0),
        (3, True, False, 2.0, 2.0),
        (4, True, True, pytest.approx(1 / 60), pytest.approx(1 / 60)),
        (5, False, None, None, None),
        (6, True, False, None, None),
    ]


@pytest.mark.django_db
def test_mx5_runs_from_issue_to_the_first_complete_answer() -> None:
    made = company()
    due = when("11 09:00")
    for order in (1, 2, 3, 4):
        log.issued(order, when("10 09:00"), made.leeds, made.acme, due=due)
    log.issued(5, when("10 09:00"), made.leeds, made.acme)  # nobody was asked to answer
    log.answered(1, 1, when("10 10:00"), made.leeds, made.acme, complete=False)
    log.answered(2, 1, when("11 09:00"), made.leeds, made.acme)
    log.answered(3, 1, when("12 09:00"), made.leeds, made.acme)
    log.answered(4, 2, when("11 09:01"), made.leeds, made.acme)
    log.cancelled(3, when("10 12:00"), made.leeds, made.acme)

    read_events(at=NOW)

    day = when("10 00:00").date()
    assert rows("MX-5", "document_number", "counted_on", "elapsed_hours", "business_hours") == [
        ("PO-1", day, 24.0, 10.0),
        ("PO-2", day, pytest.approx(24 + 1 / 60), pytest.approx(10 + 1 / 60)),
        ("PO-3", None, None, None),
        ("PO-4", day, None, None),
        ("PO-5", None, None, None),
    ]


@pytest.mark.django_db
def test_day_counted_is_the_sites_own() -> None:
    made = company()
    made.hull.time_zone = "Pacific/Auckland"
    made.hull.save()
    log.invoice(1, made.hull, made.acme, ("received", when("10 20:00")))

    read_events(at=NOW)

    assert rows("MX-4", "counted_on") == [(when("11 00:00").date(),)]


@pytest.mark.django_db
def test_an_end_before_its_start_is_left_out() -> None:
    made = company()
    log.submitted(1, when("10 09:00"), made.leeds)
    log.issued(1, when("09 09:00"), made.leeds, made.acme, 1)

    read_events(at=NOW)

    assert rows("MX-1", "counted_on", "elapsed_hours") == [(None, None)]


@pytest.mark.django_db
def test_reading_bit_by_bit_in_any_order_and_twice_equals_a_rebuild() -> None:
    made = company()
    log.a_busy_log(made)
    rebuild_measurements(at=NOW)
    rebuilt = everything()
    assert len(rebuilt) > 200
    bounds = [0, *DomainEvent.objects.order_by("pk").values_list("pk", flat=True)[::17], 10**9]
    ranges = list(pairwise(bounds))
    random.Random(3).shuffle(ranges)  # noqa: S311 - any order, the same each time

    Measurement.objects.all().delete()
    for after, upto in [*ranges, *ranges[::2]]:
        fold(after=after, upto=upto)
        count_hours()

    assert everything() == rebuilt


@pytest.mark.django_db
def test_the_rooms_own_services_tell_what_the_measures_need() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "40"))
    a_requisition(made)

    read_events(at=NOW)

    assert rows("MX-1", "subject_number", "started_at", "ended_at") == [(order.number, NOW, order.issued_at)]
    assert rows("MX-5", "document_number", "ended_at") == [(order.number, None)]
    assert [row[0] for row in rows("MX-2", "is_automatic")] in ([True], [False])


@pytest.mark.django_db
def test_check_tells_a_measurement_that_was_changed_by_hand() -> None:
    made = company()
    log.a_busy_log(made, documents=5)
    call_command("rebuild_measurements")
    call_command("rebuild_measurements", "--check")
    Measurement.objects.filter(metric="MX-4").update(elapsed_hours=1)

    with pytest.raises(CommandError, match="measurements differ"):
        call_command("rebuild_measurements", "--check")


@pytest.mark.django_db(transaction=True)
def test_an_event_of_a_transaction_that_ends_late_is_not_lost() -> None:
    made = company()
    told, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            log.invoice(1, made.leeds, made.acme, ("received", when("10 09:00")))
            told.set()
            may_end.wait(20)
        connection.close()

    other = threading.Thread(target=slow)
    other.start()
    told.wait(20)
    log.invoice(2, made.leeds, made.acme, ("received", when("10 09:00")))
    read_events(at=NOW)
    early = rows("MX-4", "subject_id")
    read_events(at=NOW)
    may_end.set()
    other.join()
    read_events(at=NOW)

    assert early == [(2,)]
    assert rows("MX-4", "subject_id") == [(1,), (2,)]


@pytest.mark.django_db(transaction=True)
def test_a_second_reader_leaves_at_once() -> None:
    company()
    read_events(at=NOW)
    found = []

    def second() -> None:
        found.append(read_events(at=NOW + timedelta(hours=1)))
        connection.close()

    with transaction.atomic():
        ReadingMark.objects.select_for_update().get()
        other = threading.Thread(target=second)
        other.start()
        other.join(20)

    assert found == [False]
    assert ReadingMark.objects.get().read_at == NOW
