"""What requisitions and orders take of budgets, from the documents themselves. Source: SEMANTICS RQ-6, PO-3, MQ-1.

A requisition line commits its amount from submission until it is ordered or the requisition ends. An order line
obligates what is ordered, less what was cancelled, closed short or billed, at order price; what was billed is spent when
the bill clears, net, less credit notes. Each counts on its need-by day at the ship-to site, at the rate frozen when the
requisition was submitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from foundation.selectors.breaches import minor_units_sql
from policies.decisions.budgets import Room
from policies.models import Budget
from policies.selectors.budgets import BASE_UNITS, Need, due_sql, rooms_for
from procurement.models import Requisition, RequisitionLine, RequisitionState

Rooms = tuple[Room, ...]
BUDGETED = (RequisitionState.SUBMITTED, RequisitionState.APPROVED)  # a requisition asks something of its budgets

_OPEN = "greatest(l.ordered - l.cancelled - l.closed_short - l.spent_quantity, 0)"

COMMITTED = f"""
select 'requisition' as source, q.id as line_id, 'committed' as kind, r.id as document_id, r.cost_centre_id, c.path,
       q.need_by as day,
       case when r.state in ('submitted', 'approved') and q.ordered_at is null
            then round(q.line_amount * r.base_rate, {BASE_UNITS}) else 0 end as amount
  from procurement_requisitionline q join procurement_requisition r on r.id = q.requisition_id
  join foundation_category c on c.id = q.category_id"""
ORDERED = f"""
select 'order', l.id, part.kind, o.id, l.cost_centre_id, c.path, l.need_by, round(part.amount * l.base_rate, {BASE_UNITS})
  from procurement_purchaseorderline l join procurement_purchaseorder o on o.id = l.order_id
  join foundation_category c on c.id = l.category_id
  cross join lateral (values
    ('obligated', round({_OPEN}::numeric(40, 24) / l.base_factor * l.unit_price, {minor_units_sql("o.currency")})),
    ('spent', l.spent_amount)) part(kind, amount)"""
OF_DOCUMENTS = f"""{COMMITTED} where r.id = any(%(requisitions)s::bigint[])
union all {ORDERED} where o.id = any(%(orders)s::bigint[])"""
OF_CENTRES = f"""{COMMITTED} where r.cost_centre_id = any(%(centres)s::bigint[])
union all {ORDERED} where l.cost_centre_id = any(%(centres)s::bigint[])"""
DRIFT = f"""
with {due_sql(f"{COMMITTED} union all {ORDERED}")}
select centre.code || ' budget ' || b.id, 'counts ' || abs(due.amount) || case when due.amount < 0 then ' too much' else ' too little' end || ' as ' || due.kind || ' of ' || due.source || ' '
       || coalesce(r.number, o.number, due.document_id::text)
  from due join policies_budget b on b.id = due.budget_id join foundation_costcentre centre on centre.id = b.cost_centre_id
  left join procurement_requisition r on due.source = 'requisition' and r.id = due.document_id
  left join procurement_purchaseorder o on due.source = 'order' and o.id = due.document_id"""

# What one budget counts otherwise than the documents of its cost centre say, and what it says otherwise than it counted.
_DRIFT_OF = f"""
with {due_sql(OF_CENTRES)}
select coalesce(r.number, o.number, due.document_id::text), due.kind, due.amount
  from due left join procurement_requisition r on due.source = 'requisition' and r.id = due.document_id
  left join procurement_purchaseorder o on due.source = 'order' and o.id = due.document_id
 where due.budget_id = %(budget)s
union all
select '', part.kind, part.counted - part.says
  from policies_budget b
  left join lateral (select coalesce(sum(amount) filter (where kind = 'committed'), 0) as committed,
                            coalesce(sum(amount) filter (where kind = 'obligated'), 0) as obligated,
                            coalesce(sum(amount) filter (where kind = 'spent'), 0) as spent
                       from policies_budgetentry where budget_id = b.id) e on true
  cross join lateral (values ('committed', e.committed, b.committed), ('obligated', e.obligated, b.obligated),
                             ('spent', e.spent, b.spent)) part(kind, counted, says)
 where b.id = %(budget)s and part.counted <> part.says
 order by 1, 2 limit %(most)s"""


@dataclass(frozen=True, slots=True)
class Drift:
    """What is missing in a budget, of a document or, without a number, in its own balance; negative: too much."""

    number: str
    kind: str
    amount: Decimal

    @property
    def size(self) -> Decimal:
        """Return how much it is, either way."""
        return abs(self.amount)


def drift_of(budget: Budget, most: int) -> list[Drift]:
    """Return where a budget does not agree with the documents of its cost centre, or with its entries; one statement."""
    values: dict[str, Any] = {"centres": [budget.cost_centre_id], "budget": budget.pk, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_DRIFT_OF, values)
        return [Drift(*row) for row in cursor.fetchall()]


def rooms_of(requisition: Requisition, lines: Sequence[RequisitionLine], rate: Decimal, *, lock: bool = False) -> Rooms:
    """Return the budgets a requisition meets, its own commitments left out; lines know their category.

    `rate`: base currency per unit of the requisition's. One statement, none for a cost centre that never had a budget.
    """
    if not requisition.cost_centre.is_budgeted:
        return ()
    needs = [Need(line.category.path, line.need_by, line.line_amount) for line in lines]
    own = [line.pk for line in lines if line.pk]
    return rooms_for(requisition.cost_centre_id, needs, rate, own=own, lock=lock)


_BEHIND = """
select e.source, coalesce(r.number, o.number), coalesce(r.ship_to_id, o.ship_to_id), s.name, coalesce(r.state, o.state),
       e.kind, e.amount, sum(e.amount) over (), count(*) over ()
  from (select source, document_id, kind, sum(amount) as amount from policies_budgetentry
         where budget_id = %s and (%s = '' or kind = %s) group by source, document_id, kind having sum(amount) <> 0) e
  left join procurement_requisition r on e.source = 'requisition' and r.id = e.document_id
  left join procurement_purchaseorder o on e.source = 'order' and o.id = e.document_id
  join foundation_site s on s.id = coalesce(r.ship_to_id, o.ship_to_id)
 order by coalesce(r.created_at, o.created_at) desc, e.document_id desc, e.kind limit %s"""


@dataclass(frozen=True, slots=True)
class Taker:
    """A document that takes of a budget, base currency; `total` and `count` are those of all of them."""

    source: str
    number: str
    site_id: int
    site: str
    state: str
    kind: str
    amount: Decimal
    total: Decimal
    count: int


def documents_of(budget_id: int, *, kind: str = "", most: int) -> list[Taker]:
    """Return what takes of a budget, the newest documents first; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, [budget_id, kind, kind, most])
        return [Taker(*row) for row in cursor.fetchall()]
