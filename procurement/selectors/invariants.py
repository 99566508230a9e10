"""What must always be true of requisitions, orders, answers and receipts. Source: DESIGN invariants 1, 2, 4, 6 and 7."""

from foundation.registries import Invariant
from foundation.selectors.breaches import minor_units_sql
from procurement.selectors.budgets import DRIFT
from procurement.selectors.machines import MACHINES

_SENT = "o.state in ('issued', 'closed')"
_FULFILLED = "(l.accepted - l.returned)"
_OPEN = f"greatest(l.ordered - l.cancelled - l.closed_short - {_FULFILLED}, 0)"

AUTHORITY = (
    Invariant(
        "order_sent_is_order_authorised",
        "The issued version of an order is the one that was authorised: same hash, also in the audit row (invariant 1)",
        f"""
        select o.number, case when v.id is null then 'was sent, but version ' || o.revision || ' is not kept'
                              when v.content_hash <> o.content_hash then 'was sent with another content than authorised'
                              else 'says another hash than its audit row' end
          from procurement_purchaseorder o
          left join procurement_orderversion v on v.order_id = o.id and v.revision = o.revision
         where {_SENT} and (v.id is null or v.content_hash <> o.content_hash or not exists (
               select 1 from foundation_auditevent e where e.object_type = 'procurement.purchaseorder'
                  and e.object_id = o.id and e.data ->> 'hash' = v.content_hash))""",
    ),
    Invariant(
        "order_version_is_frozen",
        "The version a supplier sees says what the order says (invariants 1 and 4)",
        f"""
        select o.number, 'line ' || l.line_no || ' is not what its sent version says'
          from procurement_purchaseorder o
          join procurement_orderversion v on v.order_id = o.id and v.revision = o.revision
          join procurement_purchaseorderline l on l.order_id = o.id
          left join lateral (select said from jsonb_array_elements(v.content -> 'lines') said
                              where (said ->> 'line_no')::int = l.line_no) sent on true
         where {_SENT} and (sent.said is null or (sent.said ->> 'quantity')::numeric <> l.quantity
               or (sent.said ->> 'unit_price')::numeric <> l.unit_price
               or (sent.said ->> 'amount')::numeric <> l.line_amount)""",
    ),
    Invariant(
        "order_line_has_authority",
        "Every line of a sent order names the approved requisition it comes from, by the hash that was approved, or the"
        " import that brought the order in (invariant 1)",
        f"""
        select o.number, 'line ' || l.line_no || ' was agreed by nobody'
          from procurement_purchaseorder o join procurement_purchaseorderline l on l.order_id = o.id
         where {_SENT} and not exists (
               select 1 from workflow_approvalrequest a
                where a.subject_number = coalesce(l.authority ->> 'requisition', o.number) and a.state = 'approved'
                  and a.content_hash = coalesce(l.authority ->> 'requisition_hash', o.content_hash))
           and not exists (
               select 1 from foundation_auditevent e
                where e.object_type = 'procurement.purchaseorder' and e.object_id = o.id and e.action = 'create_order'
                  and e.data ->> 'imported' = l.authority ->> 'imported')
        union all
        select o.number, 'line ' || l.line_no || ' was not agreed by ' || coalesce(w.part ->> 'requisition', 'anybody')
          from procurement_purchaseorder o join procurement_purchaseorderline l on l.order_id = o.id
          cross join lateral jsonb_array_elements(l.authority -> 'with') as w(part)
         where {_SENT} and not exists (
               select 1 from workflow_approvalrequest a
                where a.subject_number = w.part ->> 'requisition' and a.state = 'approved'
                  and a.content_hash = w.part ->> 'requisition_hash')""",
    ),
    Invariant(
        "order_change_was_agreed",
        "A change of an order in force is the version that was sent, and whoever was asked agreed to just that (AP-7)",
        """
        select c.number, 'is in force, but the version sent says something else'
          from procurement_orderchange c
         where c.state = 'applied' and not exists (
               select 1 from procurement_orderversion v
                where v.order_id = c.order_id and v.revision = c.revision and v.content_hash = c.content_hash)
        union all
        select c.number, 'is in force, and nobody agreed to it'
          from procurement_orderchange c
         where c.state = 'applied' and c.deltas <> '[]' and not exists (
               select 1 from workflow_approvalrequest a
                where a.subject_type = c.matter and a.subject_id = c.id and a.state = 'approved'
                  and a.content_hash = c.content_hash)""",
    ),
    Invariant(
        "requisition_approved_as_seen",
        "An approved requisition is the one its approvers saw (AP-7)",
        """
        select r.number, 'is ' || r.state || ', but what was approved is something else'
          from procurement_requisition r
         where r.state in ('approved', 'ordered') and not exists (
               select 1 from workflow_approvalrequest a
                where a.subject_type = 'requisition' and a.subject_id = r.id and a.state = 'approved'
                  and a.content_hash = r.content_hash)""",
    ),
)
QUANTITIES = (
    Invariant(
        "receipts_add_up",
        "What an order line says was received is what its receipts say (invariant 2, GR-2)",
        """
        select o.number, 'line ' || l.line_no || ' says ' || l.delivered || ' delivered, ' || l.accepted
               || ' accepted, ' || l.rejected || ' rejected; its receipts say ' || coalesce(g.delivered, 0) || ', '
               || coalesce(g.accepted, 0) || ', ' || coalesce(g.rejected, 0)
          from procurement_purchaseorderline l join procurement_purchaseorder o on o.id = l.order_id
          left join (select x.order_line_id, sum(x.delivered) as delivered, sum(x.accepted) as accepted,
                            sum(x.rejected) as rejected
                       from procurement_goodsreceiptline x join procurement_goodsreceipt r on r.id = x.receipt_id
                      where r.state = 'posted' group by x.order_line_id) g on g.order_line_id = l.id
         where (l.delivered, l.accepted, l.rejected)
               <> (coalesce(g.delivered, 0), coalesce(g.accepted, 0), coalesce(g.rejected, 0))""",
    ),
    Invariant(
        "receipt_within_order",
        "Accepted and rejected are parts of what was delivered, returned of what was accepted, and accepted is within"
        " the tolerance (invariant 2, R6)",
        """
        select o.number, 'line ' || l.line_no || ' has delivered ' || l.delivered || ', accepted ' || l.accepted
               || ', rejected ' || l.rejected || ', returned ' || l.returned || ' of ' || l.ordered || ' ordered'
          from procurement_purchaseorderline l join procurement_purchaseorder o on o.id = l.order_id
         where l.accepted + l.rejected > l.delivered or l.returned > l.accepted
               or l.accepted > l.ordered * (1 + l.over_receipt_percent / 100)
               or least(l.delivered, l.accepted, l.rejected, l.returned, l.cancelled, l.closed_short) < 0""",
    ),
    Invariant(
        "ended_order_has_nothing_open",
        "A closed or cancelled order waits for no goods (PO-3)",
        f"""
        select o.number, 'is ' || o.state || ', but line ' || l.line_no || ' still has ' || {_OPEN} || ' open'
          from procurement_purchaseorder o join procurement_purchaseorderline l on l.order_id = o.id
         where o.state in ('closed', 'cancelled') and {_OPEN} > 0""",
    ),
    Invariant(
        "ordered_once",
        "A requisition line is ordered at most once, and an order line is made of requisition lines (RQ-5)",
        """
        select r.number, 'line ' || q.line_no || ' needs ' || q.base_quantity || ' and has ' || sum(s.quantity) || ' on orders'
          from procurement_requisitionline q join procurement_requisition r on r.id = q.requisition_id
          join procurement_orderlinesource s on s.requisition_line_id = q.id
          join procurement_purchaseorderline l on l.id = s.order_line_id
          join procurement_purchaseorder o on o.id = l.order_id and o.state <> 'cancelled'
         group by r.number, q.id having sum(s.quantity) > q.base_quantity
        union all
        select o.number, 'line ' || l.line_no || ' orders ' || l.ordered || ', its requisition lines ask for '
               || sum(s.quantity)
          from procurement_purchaseorderline l join procurement_purchaseorder o on o.id = l.order_id
          join procurement_orderlinesource s on s.order_line_id = l.id
         where o.revision <= 1 group by o.number, l.id having sum(s.quantity) <> l.ordered""",
    ),
    Invariant(
        "ordered_line_is_on_an_order",
        "A requisition is ordered when every line of it is on an order (RQ-1), but for those that were struck (AP-4)",
        """
        select r.number, 'line ' || q.line_no || ' counts as ordered and is on no order'
          from procurement_requisitionline q join procurement_requisition r on r.id = q.requisition_id
         where q.ordered_at is not null
           and not exists (select 1 from procurement_orderlinesource s where s.requisition_line_id = q.id)
        union all
        select r.number, 'is ordered, but line ' || q.line_no || ' is not'
          from procurement_requisitionline q join procurement_requisition r on r.id = q.requisition_id
         where r.state = 'ordered' and q.ordered_at is null and q.quantity > 0
        union all
        select r.number, 'line ' || q.line_no || ' was struck and counts as ordered'
          from procurement_requisitionline q join procurement_requisition r on r.id = q.requisition_id
         where q.ordered_at is not null and q.quantity = 0""",
    ),
)
MONEY = (
    Invariant(
        "order_adds_up",
        "A line amount is quantity by price, rounded once, and an order is the sum of its lines (MQ-2)",
        f"""
        select o.number, 'says ' || o.total_amount || ', its lines come to ' || sum(l.line_amount)
          from procurement_purchaseorder o join procurement_purchaseorderline l on l.order_id = o.id
         group by o.id having o.total_amount <> sum(l.line_amount)
        union all
        select o.number, 'line ' || l.line_no || ' says ' || l.line_amount || ' for ' || l.quantity || ' at ' || l.unit_price
          from procurement_purchaseorder o join procurement_purchaseorderline l on l.order_id = o.id
         where l.line_amount <> round(l.quantity * l.unit_price, {minor_units_sql("o.currency")})""",
    ),
    Invariant(
        "requisition_adds_up",
        "A line amount is quantity by price, rounded once, and a requisition is the sum of its lines (MQ-2)",
        f"""
        select r.number, 'says ' || r.total_amount || ', its lines come to ' || sum(q.line_amount)
          from procurement_requisition r join procurement_requisitionline q on q.requisition_id = r.id
         group by r.id having r.total_amount <> sum(q.line_amount)
        union all
        select r.number, 'line ' || q.line_no || ' says ' || q.line_amount || ' for ' || q.quantity || ' at ' || q.unit_price
          from procurement_requisition r join procurement_requisitionline q on q.requisition_id = r.id
         where q.line_amount <> round(q.quantity * q.unit_price, {minor_units_sql("r.currency")})""",
    ),
    Invariant(
        "commitment_is_open_value",
        "The commitment of an issued order is its open quantity at order price, of any other order nothing (invariant 2)",
        f"""
        select number, 'commits ' || open_amount || ', its open lines are worth ' || worth
          from (select o.number, o.open_amount,
                       coalesce(sum(round({_OPEN}::numeric(40, 24) / l.base_factor * l.unit_price,
                                          {minor_units_sql("o.currency")})) filter (where o.state = 'issued'), 0) as worth
                  from procurement_purchaseorder o join procurement_purchaseorderline l on l.order_id = o.id
                 group by o.id) held
         where open_amount <> worth""",
    ),
    Invariant(
        "contract_consumption_is_its_orders",
        "What a contract says was ordered under it is the sum of its orders, less what ended early (invariant 2, SO-2)",
        f"""
        select c.number, 'says ' || c.ordered_amount || ' ordered, its orders come to ' || coalesce(u.used, 0)
          from suppliers_contract c
          left join (select l.contract_id,
                            sum(round(l.ordered::numeric(40, 24) / l.base_factor * l.unit_price, {minor_units_sql("o.currency")})
                              - round(l.closed_short::numeric(40, 24) / l.base_factor * l.unit_price,
                                      {minor_units_sql("o.currency")})) as used
                       from procurement_purchaseorderline l join procurement_purchaseorder o on o.id = l.order_id
                      where o.revision > 0 and o.state <> 'cancelled' and l.contract_id is not null
                      group by l.contract_id) u on u.contract_id = c.id
         where c.ordered_amount <> coalesce(u.used, 0)""",
    ),
)
BUDGETS = (
    Invariant(
        "budget_follows_documents",
        "What a budget holds is what the requisitions and orders of its cost centre and period say (RQ-6, invariant 2)",
        DRIFT,
    ),
)
ISOLATION = (
    Invariant(
        "order_parts_of_one_supplier",
        "Every part of an order belongs to the order's supplier, because the fence reads it there (invariant 7)",
        """
        select o.number, 'is of ' || s.code || ', but a ' || part.what || ' of it is of another supplier'
          from (select order_id, supplier_id, 'line' as what from procurement_purchaseorderline
                union all select order_id, supplier_id, 'version' from procurement_orderversion
                union all select order_id, supplier_id, 'receipt' from procurement_goodsreceipt
                union all select order_id, supplier_id, 'answer' from procurement_orderacknowledgment
                union all select r.order_id, x.supplier_id, 'receipt line' from procurement_goodsreceiptline x
                            join procurement_goodsreceipt r on r.id = x.receipt_id
                union all select a.order_id, x.supplier_id, 'line of an answer' from procurement_acknowledgmentline x
                            join procurement_orderacknowledgment a on a.id = x.acknowledgment_id) part
          join procurement_purchaseorder o on o.id = part.order_id join suppliers_supplier s on s.id = o.supplier_id
         where part.supplier_id <> o.supplier_id""",
    ),
    Invariant(
        "receipt_at_the_orders_site",
        "Goods are received at the site the order ships to (GR-1, invariant 7)",
        """
        select r.number, 'was received at another site than ' || o.number || ' ships to'
          from procurement_goodsreceipt r join procurement_purchaseorder o on o.id = r.order_id
         where r.site_id <> o.ship_to_id""",
    ),
)


def invariants() -> tuple[Invariant, ...]:
    """Return this room's checks; the models are read, so the apps must be ready."""
    audited = tuple(check for machine in MACHINES for check in machine.invariants())
    return (*AUTHORITY, *QUANTITIES, *MONEY, *BUDGETS, *ISOLATION, *audited)
