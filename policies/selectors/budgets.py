"""The budgets a need meets, and the list people read (RQ-6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import DecimalField, ExpressionWrapper, F, Q, QuerySet

from foundation.selectors.breaches import minor_units_sql
from policies.decisions.budgets import Room
from policies.models import Budget
from policies.models.budget import budget_name

NEARLY = Decimal("0.1")  # of the amount: with less left it is nearly used
# The one budget that takes a line of `{line}` (cost_centre_id, path, day): the narrowest category of its cost centre
# and day. Two of one category never overlap, so it is one or none.
PLACE = """
select b.id from policies_budget b left join foundation_category k on k.id = b.category_id
 where b.cost_centre_id = {line}.cost_centre_id and b.is_active and b.starts <= {line}.day and {line}.day < b.ends
   and (k.id is null or starts_with({line}.path, k.path))
 order by length(k.path) desc nulls last limit 1"""

# Decimals of the base currency's smallest coin.
BASE_UNITS = minor_units_sql("(select base_currency from foundation_organisation)")
_ROOMS = """
with asked as (
  select %(centre)s::bigint as cost_centre_id, a.path, a.day, round(a.amount * %(rate)s, {units}) as amount
    from unnest(%(paths)s::text[], %(days)s::date[], %(amounts)s::numeric[]) as a(path, day, amount)),
placed as (
  select b.id, sum(asked.amount) as asked from asked cross join lateral ({place}) b group by b.id),
met as materialized (
  select b.* from policies_budget b where b.id in (select id from placed) order by b.id {lock})
select met.id, centre.code, coalesce(category.name, ''), met.starts, met.months, met.amount,
       met.committed + met.obligated + met.spent - coalesce(own.amount, 0), placed.asked,
       (select base_currency from foundation_organisation), met.spent, met.obligated
  from met join placed using (id) join foundation_costcentre centre on centre.id = met.cost_centre_id
  left join foundation_category category on category.id = met.category_id
  left join lateral (select sum(e.amount) as amount from policies_budgetentry e where e.budget_id = met.id
                        and e.source = 'requisition' and e.line_id = any(%(own)s::bigint[])) own on true
 order by met.id"""

# `wanted`: source, line_id, kind, document_id, cost_centre_id, path, day, amount.
DUE = """
wanted as materialized ({positions}),
placed as (
  select w.*, b.id as budget_id from wanted w cross join lateral ({place}) b where w.amount <> 0),
standing as (
  select e.source, e.line_id, e.kind, e.budget_id, max(e.document_id) as document_id, sum(e.amount) as amount,
         max(e.turn) as turn
    from policies_budgetentry e join (select distinct source, line_id from wanted) w using (source, line_id)
   group by e.source, e.line_id, e.kind, e.budget_id),
due as (
  select source, line_id, kind, budget_id, coalesce(p.document_id, s.document_id) as document_id,
         coalesce(p.amount, 0) - coalesce(s.amount, 0) as amount, coalesce(s.turn, 0) + 1 as turn
    from placed p full join standing s using (source, line_id, kind, budget_id)
   where coalesce(p.amount, 0) <> coalesce(s.amount, 0))"""


@dataclass(frozen=True, slots=True)
class Need:
    """A line as budgets see it: its category's path, the day at the site it is needed, its net amount."""

    path: str
    day: date
    amount: Decimal


def rooms_for(
    cost_centre_id: int, needs: Sequence[Need], rate: Decimal, *, own: Collection[int] = (), lock: bool = False
) -> tuple[Room, ...]:
    """Return the budgets that needs meet, with what everything else has taken of them; one statement.

    `rate` is base currency per unit of the needs' own; each amount is rounded once, as the ledger does (MQ-2).
    `own` are the keys of the requisition's lines, whose own movements are left out. With `lock` nobody else takes of
    these budgets until the transaction ends, so that two submissions cannot both have the last hundred pounds.
    """
    if not needs:
        return ()
    values: dict[str, Any] = {
        "centre": cost_centre_id, "paths": [n.path for n in needs], "days": [n.day for n in needs],
        "amounts": [n.amount for n in needs], "own": list(own), "rate": rate,
    }  # fmt: skip
    held = "for no key update of b" if lock else ""
    with connection.cursor() as cursor:
        cursor.execute(_ROOMS.format(units=BASE_UNITS, place=PLACE.format(line="asked"), lock=held), values)
        rows = cursor.fetchall()
    return tuple(
        Room(pk, budget_name(centre, category, starts, months), *figures)
        for pk, centre, category, starts, months, *figures in rows
    )


def due_sql(positions: str) -> str:
    """Return the common tables that end in `due`: the movements that are missing for what `positions` says."""
    return DUE.format(positions=positions, place=PLACE.format(line="w"))


def next_years_rows(year: int, percent: Decimal, most: int) -> list[tuple[str, str, date, int, Decimal]]:
    """Return the budgets of a year as rows for the year after: centre, category, start, months, amount; one statement.

    Each amount is raised by `percent`, lowered by a negative one, and rounded to a whole unit of the base currency. Those
    of cost centres that are closed are left out.
    """
    rows = Budget.objects.filter(is_active=True, starts__year=year, cost_centre__is_active=True)
    found = rows.order_by("cost_centre__code", "category__path", "starts").values_list(
        "cost_centre__code", "category__code", "starts", "months", "amount"
    )[:most]
    factor = 1 + percent / 100
    return [
        (
            centre,
            category or "",
            starts.replace(year=year + 1),
            months,
            (amount * factor).quantize(Decimal(1), ROUND_HALF_UP),
        )
        for centre, category, starts, months, amount in found
    ]


def budget_list(*, text: str = "", category: str = "", on: date | None = None, state: str = "") -> QuerySet[Budget]:
    """Return budgets with `used` and `left_amount`, in base currency; withdrawn ones when asked for.

    `state`: over, near (nearly used), withdrawn, any, or empty for all in force.
    """
    money: DecimalField[Any, Any] = DecimalField(max_digits=18, decimal_places=4)
    used = F("committed") + F("obligated") + F("spent")
    rows = Budget.objects.select_related("cost_centre__site", "cost_centre__owner", "category").annotate(
        is_nearly_used=Q(committed__gte=F("amount") * (1 - NEARLY) - F("obligated") - F("spent")),
        used=ExpressionWrapper(used, output_field=money),
        left_amount=ExpressionWrapper(F("amount") - used, output_field=money),
    )
    if state != "any":
        rows = rows.filter(is_active=state != "withdrawn")
    if text:
        named = Q(cost_centre__code__icontains=text) | Q(cost_centre__name__icontains=text)
        rows = rows.filter(named | Q(cost_centre__site__code__iexact=text))
    if category:
        rows = rows.filter(category=None) if category == "-" else rows.filter(category__code=category)
    if on is not None:
        rows = rows.filter(starts__lte=on, ends__gt=on)
    if state == "over":
        rows = rows.filter(left_amount__lt=0)
    elif state == "near":
        rows = rows.filter(left_amount__gte=0, left_amount__lte=F("amount") * NEARLY)
    return rows
