"""A supplier's numbers and the order lines behind each, from the same statement, so that they cannot disagree.

Source: SEMANTICS AK-5, AK-6, MX-5, MX-10. Days are the ship-to site's. Quantities are in base units.
"""

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db import connection

from foundation.intake.csv import safe
from foundation.selectors import clocks_by_site
from procurement.decisions.scorecard import MEASURES, Measure, Part
from procurement.models import PurchaseOrder

SHOWN = 500
DAYS = (90, 30, 365)
COLUMNS = ("number", "site", "line_no", "description", "asked_on", "first_promise", "promised", "wanted", "delivered",
           "accepted", "rejected", "kept")  # fmt: skip
# One row for each issued line of the supplier: what was wanted, promised and arrived by each of its days.
_JUDGED = """
with judged as (
  select l.id, o.id as order_id, o.number, s.name as site, l.line_no, l.description, u.code as unit, l.base_factor,
         l.need_by as asked_on, l.first_promise, l.promised, l.ordered - l.cancelled as wanted, l.accepted, l.delivered,
         l.rejected, l.first_approved_price as first_price, l.spent_amount as billed, l.spent_quantity as billed_quantity,
         o.ack_due_at, o.acknowledged_at as answered_at, (o.ack_due_at at time zone s.time_zone)::date as answer_due,
         first.on_day as original_on, first.quantity * l.base_factor as original,
         said.price as answered_price, said.on_day as answered_on,
         coalesce(came.by_request, 0) as arrived_by_request, coalesce(came.by_first, 0) as arrived_by_first,
         coalesce(came.by_promise, 0) as arrived_by_promise, coalesce(came.good_by_request, 0) as accepted_by_request,
         coalesce(came.good_by_original, 0) as accepted_by_original
    from procurement_purchaseorder o
    join procurement_purchaseorderline l on l.order_id = o.id
    join foundation_site s on s.id = o.ship_to_id
    join foundation_unitofmeasure u on u.id = l.unit_id
    left join lateral (
      select (x ->> 'need_by')::date as on_day, (x ->> 'quantity')::numeric as quantity
        from procurement_orderversion v, jsonb_array_elements(v.content -> 'lines') x
       where v.order_id = o.id and v.revision = 1 and (x ->> 'line_no')::int = l.line_no limit 1) first on true
    left join lateral (
      select max(a.unit_price) as price, min((k.answered_at at time zone s.time_zone)::date) as on_day
        from procurement_acknowledgmentline a join procurement_orderacknowledgment k on k.id = a.acknowledgment_id
       where a.order_line_id = l.id) said on true
    left join lateral (
      select sum(g.delivered) filter (where d.on_day <= l.need_by) as by_request,
             sum(g.delivered) filter (where d.on_day <= l.first_promise) as by_first,
             sum(g.delivered) filter (where d.on_day <= l.promised) as by_promise,
             sum(g.accepted) filter (where d.on_day <= l.need_by) as good_by_request,
             sum(g.accepted) filter (where d.on_day <= first.on_day) as good_by_original
        from procurement_goodsreceiptline g
        join procurement_goodsreceipt r on r.id = g.receipt_id and r.state = 'posted'
        cross join lateral (select (r.received_at at time zone s.time_zone)::date as on_day) d
       where g.order_line_id = l.id) came on true
   where o.supplier_id = %(supplier)s and o.revision > 0 and o.state <> 'cancelled'
     and o.issued_at >= %(since)s::date - 400 and (%(sites)s::bigint[] is null or o.ship_to_id = any(%(sites)s))
)
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Both days included. A day that has not ended is not judged, so it ends yesterday."""

    since: date
    until: date
    days: int


@dataclass(frozen=True, slots=True)
class Score:
    """One number: of `n` lines judged, `kept` kept it."""

    measure: Measure
    n: int
    kept: int

    @property
    def missed(self) -> int:
        """Return how many did not keep it."""
        return self.n - self.kept

    @property
    def percent(self) -> Decimal | None:
        """Return the share kept, 2 means 2 %; nothing when nothing was judged."""
        return (Decimal(self.kept) * 100 / self.n).quantize(Decimal("0.1")) if self.n else None


@dataclass(frozen=True, slots=True)
class Latency:
    """Working hours of the site from issue to the first complete answer: the median over `n` orders."""

    n: int
    hours: float | None


def window(days: int, today: date) -> Window:
    """Return the `days` days that ended yesterday."""
    return Window(today - timedelta(days=days), today - timedelta(days=1), days)


def scores(supplier_id: int, over: Window, sites: Collection[int] | None = None) -> list[Score]:
    """Return every measure of a supplier in one statement; `sites` limits it to those of the reader."""
    parts = ", ".join(
        f"count(*) filter (where {m.whole}), count(*) filter (where ({m.whole}) and ({m.hit}))" for m in MEASURES
    )
    row = _run(f"{_JUDGED} select {parts} from judged", supplier_id, over, sites)[0]  # noqa: S608 - our own conditions
    return [Score(m, row[2 * place], row[2 * place + 1]) for place, m in enumerate(MEASURES)]


def lines_behind(
    measure: Measure,
    part: Part,
    supplier_id: int,
    over: Window,
    sites: Collection[int] | None = None,
    most: int = SHOWN,
) -> list[dict[str, Any]]:
    """Return the order lines a number counts, newest order first, at most `most`."""
    hit = f"coalesce(({measure.hit}), false)"
    asked = {Part.WHOLE: "true", Part.HIT: hit, Part.MISS: f"not {hit}"}[part]
    columns, where = ", ".join(COLUMNS[:-1]), f"({measure.whole}) and ({asked})"
    sql = f"{_JUDGED} select {columns}, {hit} from judged where {where}"  # noqa: S608 - our own conditions
    rows = _run(f"{sql} order by order_id desc, line_no limit %(most)s", supplier_id, over, sites, most=most)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def days_of(asked: str) -> int:
    """Return how many days a reader asked for; anything else is ninety."""
    return int(asked) if asked in {str(days) for days in DAYS} else DAYS[0]


def as_csv(rows: Iterable[dict[str, Any]]) -> str:
    """Write lines as CSV; text that a spreadsheet would run as a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([safe(row[name]) for name in COLUMNS] for row in rows)
    return text.getvalue()


def answer_latency(supplier_id: int, over: Window, sites: Collection[int] | None = None) -> Latency:
    """Return how long answers took, in the business hours of each site (MX-5); orders issued in the window."""
    orders = PurchaseOrder.objects.filter(
        supplier_id=supplier_id, revision__gt=0, acknowledged_at__isnull=False, issued_at__date__gte=over.since,
        issued_at__date__lte=over.until,
    )  # fmt: skip
    if sites is not None:
        orders = orders.filter(ship_to__in=sites)
    clocks = clocks_by_site()
    hours = [
        clocks[site].between(issued, answered)
        for site, issued, answered in orders.values_list("ship_to_id", "issued_at", "acknowledged_at")
        if site in clocks and issued and answered
    ]
    return Latency(len(hours), median(hours) if hours else None)


def _run(sql: str, supplier_id: int, over: Window, sites: Collection[int] | None, **more: Any) -> list[tuple[Any, ...]]:
    known = {"supplier": supplier_id, "since": over.since, "until": over.until, **more}
    with connection.cursor() as cursor:
        cursor.execute(sql, {**known, "sites": None if sites is None else list(sites)})
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
