"""Reading the event log into measurements: a little each minute, or all of it again with the same result."""

from datetime import datetime

from django.db import connection

from foundation.journal import use_case
from intelligence.models import Measurement, ReadingMark
from intelligence.services.count_hours import count_hours
from intelligence.services.fold import fold

STEP = 50_000  # ids a transaction
_SNAPSHOT = """
select coalesce(min(id), 0), coalesce(max(id), 0), pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  from foundation_domainevent
"""


@use_case
def read_events(*, at: datetime) -> bool:
    """Fold the next events, at most fifty thousand ids beyond those seen, and say whether to go on at once.

    Two readers at once: the second finds the mark locked and leaves. An event whose transaction was still running when
    a later one was read is found by reading the tail again until every transaction of that time has ended.
    """
    first, newest, youngest, oldest_running = _snapshot()  # first, while this transaction itself has no id yet
    mark = _lock()
    if mark is None or newest < mark.seen_id:
        return False
    is_quiet = oldest_running == youngest
    is_settled = oldest_running >= mark.seen_xid
    upto = min(newest, max(mark.seen_id, first - 1) + STEP)  # ids before the first event are no work
    fold(after=mark.event_id, upto=upto)
    count_hours()
    if is_quiet or is_settled:
        mark.event_id = upto if is_quiet else mark.seen_id
        mark.seen_id, mark.seen_xid = upto, youngest
    mark.read_at = at
    mark.save()
    return (is_quiet or is_settled) and upto < newest


@use_case
def rebuild_measurements(*, at: datetime) -> int:
    """Throw the measurements away and fold the whole log again; readers see the old ones until it is done.

    Returns how many measurements there are. Also needed after a site's calendar or time zone changed.
    """
    first, newest, youngest, oldest_running = _snapshot()
    ReadingMark.objects.bulk_create([ReadingMark()], ignore_conflicts=True)
    mark = ReadingMark.objects.select_for_update().get(id=1)
    Measurement.objects.all().delete()
    for after in range(max(first - 1, 0), newest, STEP):
        fold(after=after, upto=min(after + STEP, newest))
        count_hours()
    if oldest_running == youngest:
        mark.event_id = newest
    mark.seen_id, mark.seen_xid, mark.read_at = newest, youngest, at
    mark.save()
    return Measurement.objects.count()


def _lock() -> ReadingMark | None:
    ReadingMark.objects.bulk_create([ReadingMark()], ignore_conflicts=True)
    return ReadingMark.objects.select_for_update(skip_locked=True).first()


def _snapshot() -> tuple[int, int, int, int]:
    """Return the first and the newest event visible, and the transaction ids that bound what is still running."""
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT)
        first, newest, youngest, oldest_running = cursor.fetchone()
    return first, newest, youngest, oldest_running
