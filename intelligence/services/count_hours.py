"""Hours and the day counted, of every measurement whose instants moved."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from foundation.decisions.worked import WorkedHours
from foundation.selectors import clocks_by_site
from intelligence.models import Measurement

CHUNK = 5_000
_BY_END = ("MX-1", "MX-2")
_STORE = """
update intelligence_measurement m
   set elapsed_hours = v.elapsed, business_hours = v.business, counted_on = v.day, is_stale = false
  from unnest(%s::bigint[], %s::float8[], %s::float8[], %s::date[]) as v(id, elapsed, business, day)
 where m.id = v.id
"""


def count_hours() -> int:
    """Compute what stale measurements lack and return how many there were; memory stays flat."""
    clocks: dict[int, WorkedHours] = {}
    done = 0
    while rows := list(Measurement.objects.filter(is_stale=True).order_by("pk")[:CHUNK]):
        clocks = clocks or clocks_by_site()
        counted = [_count(row, clocks.get(row.site_id or 0)) for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(_STORE, [[row.pk for row in rows], *map(list, zip(*counted, strict=True))])
        done += len(rows)
    return done


def _count(row: Measurement, clock: WorkedHours | None) -> tuple[float | None, float | None, date | None]:
    """Return elapsed hours, business hours and the day counted; without a day nothing counts it."""
    start, end = row.started_at, row.ended_at
    if row.is_automatic:
        return None, None, _day(end, clock)
    if start is None or (end is not None and end < start):
        return None, None, None
    counted = end if row.metric in _BY_END else start
    if row.metric == "MX-5" and (row.due_at is None or (end is None and row.stopped_at is not None)):
        counted = None
    if end is None or counted is None:
        return None, None, _day(counted, clock)
    elapsed = (end - start).total_seconds() / 3600
    return elapsed, clock.between(start, end) if clock else None, _day(counted, clock)


def _day(instant: datetime | None, clock: WorkedHours | None) -> date | None:
    return instant.astimezone(ZoneInfo(clock.zone) if clock else UTC).date() if instant else None
