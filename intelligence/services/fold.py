"""Folding a range of the event log into measurements: one statement a measure, the same for a minute and for ten years.

Every fact is a minimum or an "or" over events, so a statement may read an event again and change nothing. What an event
cannot say alone is joined by its own documents' index; nothing depends on the order in which ranges are folded.
"""

from django.db import connection

# MX-1: one row for each requisition of an order's first version.
_ORDERED = """
insert into intelligence_measurement as m
  (metric, subject_type, subject_id, subject_number, document_type, document_id, document_number, site_id, supplier_id,
   started_at, ended_at, detail, is_automatic, is_exception, is_stale)
select 'MX-1', 'order', e.subject_id, max(e.subject_number), 'requisition', r.id, max(r.number), max(e.site_id),
       max(e.supplier_id), min(s.at), min(e.occurred_at), '', false, false, true
  from foundation_domainevent e
 cross join lateral (select (x ->> 1)::bigint as id, coalesce(x ->> 2, '') as number
                       from jsonb_array_elements(e.related) x where x ->> 0 = 'requisition') r
  left join lateral (select min(occurred_at) as at from foundation_domainevent
                      where subject_type = 'requisition' and subject_id = r.id
                        and kind = 'procurement.requisition.submitted') s on true
 where e.id > %(after)s and e.id <= %(upto)s
   and e.kind = 'procurement.order.issued' and coalesce((e.payload ->> 'revision')::int, 1) = 1
 group by e.subject_id, r.id
 order by min(e.id)
on conflict (metric, subject_type, subject_id, document_id) do update
  set started_at = least(m.started_at, excluded.started_at), ended_at = least(m.ended_at, excluded.ended_at),
      is_stale = true
  where (m.started_at, m.ended_at)
        is distinct from (least(m.started_at, excluded.started_at), least(m.ended_at, excluded.ended_at))
"""

# A submission told after its order (a backfill): the earliest still counts.
_SUBMITTED = """
update intelligence_measurement m set started_at = e.at, is_stale = true
  from (select subject_id, min(occurred_at) as at from foundation_domainevent
         where id > %(after)s and id <= %(upto)s and kind = 'procurement.requisition.submitted'
         group by subject_id) e
 where m.metric = 'MX-1' and m.document_id = e.subject_id and (m.started_at is null or m.started_at > e.at)
"""

# MX-2: one row for each stage; its document is the first thing the event relates to.
_STAGES = """
insert into intelligence_measurement as m
  (metric, subject_type, subject_id, subject_number, document_type, document_id, document_number, site_id, actor_id,
   detail, started_at, ended_at, is_automatic, is_exception, is_stale)
select 'MX-2', 'step', e.subject_id, max(e.subject_number), max(e.related -> 0 ->> 0), (e.related -> 0 ->> 1)::bigint,
       max(e.related -> 0 ->> 2), max(e.site_id), max(e.actor_id) filter (where e.kind = 'workflow.step.decided'),
       left(max(e.payload ->> 'label'), 160), min(e.occurred_at) filter (where e.kind = 'workflow.step.opened'),
       min(e.occurred_at) filter (where e.kind = 'workflow.step.decided'), false, false, true
  from foundation_domainevent e
 where e.id > %(after)s and e.id <= %(upto)s and e.kind in ('workflow.step.opened', 'workflow.step.decided')
   and jsonb_array_length(e.related) > 0
 group by e.subject_id, (e.related -> 0 ->> 1)::bigint
 order by min(e.id)
on conflict (metric, subject_type, subject_id, document_id) do update
  set started_at = least(m.started_at, excluded.started_at), ended_at = least(m.ended_at, excluded.ended_at),
      actor_id = coalesce(m.actor_id, excluded.actor_id), is_stale = true
  where (m.started_at, m.ended_at)
        is distinct from (least(m.started_at, excluded.started_at), least(m.ended_at, excluded.ended_at))
"""

# MX-2, beside: requests the policy approved alone. They have a day and no hours.
_TOUCHLESS = """
insert into intelligence_measurement
  (metric, subject_type, subject_id, subject_number, document_type, document_id, document_number, site_id,
   detail, ended_at, is_automatic, is_exception, is_stale)
select 'MX-2', 'approval', e.subject_id, max(e.subject_number), max(e.related -> 0 ->> 0),
       (e.related -> 0 ->> 1)::bigint, max(e.related -> 0 ->> 2), max(e.site_id), 'Policy alone', min(e.occurred_at),
       true, false, true
  from foundation_domainevent e
 where e.id > %(after)s and e.id <= %(upto)s and e.kind = 'workflow.approval.closed'
   and (e.payload ->> 'touchless')::boolean and jsonb_array_length(e.related) > 0
 group by e.subject_id, (e.related -> 0 ->> 1)::bigint
 order by min(e.id)
on conflict (metric, subject_type, subject_id, document_id) do nothing
"""

# MX-4: held is held for ever; first time is what the clearing said.
_INVOICES = """
insert into intelligence_measurement as m
  (metric, subject_type, subject_id, subject_number, document_type, document_id, document_number, site_id, supplier_id,
   detail, started_at, ended_at, is_automatic, is_exception, first_time, is_stale)
select 'MX-4', 'invoice', e.subject_id, max(e.subject_number), 'invoice', e.subject_id, max(e.subject_number),
       max(e.site_id), max(e.supplier_id), '',
       min(e.occurred_at) filter (where e.kind = 'invoicing.invoice.received'),
       min(e.occurred_at) filter (where e.kind = 'invoicing.invoice.cleared'), false,
       bool_or(e.kind = 'invoicing.invoice.held'),
       bool_or(coalesce((e.payload ->> 'first_time')::boolean, false))
         filter (where e.kind in ('invoicing.invoice.held', 'invoicing.invoice.cleared')), true
  from foundation_domainevent e
 where e.id > %(after)s and e.id <= %(upto)s
   and e.kind in ('invoicing.invoice.received', 'invoicing.invoice.held', 'invoicing.invoice.cleared')
   and coalesce(e.payload ->> 'document_kind', 'invoice') = 'invoice'
 group by e.subject_id
 order by min(e.id)
on conflict (metric, subject_type, subject_id, document_id) do update
  set site_id = coalesce(excluded.site_id, m.site_id), started_at = least(m.started_at, excluded.started_at),
      ended_at = least(m.ended_at, excluded.ended_at), is_exception = m.is_exception or excluded.is_exception,
      first_time = case when m.first_time or excluded.first_time then true
                        else coalesce(m.first_time, excluded.first_time) end, is_stale = true
  where (m.started_at, m.ended_at, m.is_exception, m.first_time)
        is distinct from (least(m.started_at, excluded.started_at), least(m.ended_at, excluded.ended_at),
                          m.is_exception or excluded.is_exception,
                          case when m.first_time or excluded.first_time then true
                               else coalesce(m.first_time, excluded.first_time) end)
"""

# MX-5: one row for each order; its first version starts, the first complete answer ends, a cancellation stops.
_ANSWERS = """
insert into intelligence_measurement as m
  (metric, subject_type, subject_id, subject_number, document_type, document_id, document_number, site_id, supplier_id,
   detail, started_at, due_at, ended_at, stopped_at, is_automatic, is_exception, is_stale)
select 'MX-5', 'order', t.order_id, max(t.number), 'order', t.order_id, max(t.number), max(t.site_id),
       max(t.supplier_id), '', min(t.issued), min(t.due), min(t.answered), min(t.stopped), false, false, true
  from (select e.id, e.site_id, e.supplier_id,
               case when e.subject_type = 'order' then e.subject_id else (e.payload ->> 'order_id')::bigint end order_id,
               case when e.subject_type = 'order' then e.subject_number else e.payload ->> 'order_number' end number,
               case when e.kind = 'procurement.order.issued' then e.occurred_at end issued,
               case when e.kind = 'procurement.order.issued'
                    then nullif(e.payload ->> 'ack_due_at', '')::timestamptz end due,
               case when e.subject_type = 'acknowledgment' then e.occurred_at end answered,
               case when e.kind = 'procurement.order.cancelled' then e.occurred_at end stopped
          from foundation_domainevent e
         where e.id > %(after)s and e.id <= %(upto)s
           and (e.kind = 'procurement.order.cancelled'
                or e.kind = 'procurement.order.issued' and coalesce((e.payload ->> 'revision')::int, 1) = 1
                or e.subject_type = 'acknowledgment' and (e.payload ->> 'complete')::boolean)) t
 where t.order_id is not null
 group by t.order_id
 order by min(t.id)
on conflict (metric, subject_type, subject_id, document_id) do update
  set started_at = least(m.started_at, excluded.started_at), due_at = least(m.due_at, excluded.due_at),
      ended_at = least(m.ended_at, excluded.ended_at), stopped_at = least(m.stopped_at, excluded.stopped_at),
      is_stale = true
  where (m.started_at, m.due_at, m.ended_at, m.stopped_at)
        is distinct from (least(m.started_at, excluded.started_at), least(m.due_at, excluded.due_at),
                          least(m.ended_at, excluded.ended_at), least(m.stopped_at, excluded.stopped_at))
"""
_STATEMENTS = (_ORDERED, _SUBMITTED, _STAGES, _TOUCHLESS, _INVOICES, _ANSWERS)


def fold(*, after: int, upto: int) -> None:
    """Bring the measurements up to date with the events of the range (after, upto] of ids."""
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            cursor.execute(statement, {"after": after, "upto": upto})
