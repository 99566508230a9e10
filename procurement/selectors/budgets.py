"""What requisitions and orders take of budgets, from the documents themselves. Source: SEMANTICS RQ-6, PO-3, MQ-1.

A requisition line commits its amount from submission until it is ordered or the requisition ends. An order line
obligates what is ordered, less what was cancelled, closed short or billed, at order price; what was billed is spent when
the bill clears, net, less credit notes. Each counts on its need-by day at the ship-to site, at the rate frozen when the
requisition was submitted.
"""

from foundation.selectors.breaches import minor_units_sql
from policies.selectors.budgets import due_sql

_BASE = minor_units_sql("(select base_currency from foundation_organisation)")
_OPEN = "greatest(l.ordered - l.cancelled - l.closed_short - l.spent_quantity, 0)"

COMMITTED = f"""
select 'requisition' as source, q.id as line_id, 'committed' as kind, r.id as document_id, r.cost_centre_id, c.path,
       q.need_by as day,
       case when r.state in ('submitted', 'approved') and q.ordered_at is null
            then round(q.line_amount * r.base_rate, {_BASE}) else 0 end as amount
  from procurement_requisitionline q join procurement_requisition r on r.id = q.requisition_id
  join foundation_category c on c.id = q.category_id"""
ORDERED = f"""
select 'order', l.id, part.kind, o.id, l.cost_centre_id, c.path, l.need_by, round(part.amount * l.base_rate, {_BASE})
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
