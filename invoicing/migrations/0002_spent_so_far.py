"""What cleared bills of before say is spent, and the rates of before, so that budgets count them too (RQ-6, MQ-1)."""

from django.db import migrations

FILL = """
update procurement_requisition r set base_rate = a.rate
  from (select distinct on (subject_id) subject_id, rate from workflow_approvalrequest
         where subject_type = 'requisition' order by subject_id, id desc) a
 where a.subject_id = r.id;

update procurement_purchaseorderline l set base_rate = s.rate
  from (select s.order_line_id, sum(s.quantity * r.base_rate) / sum(s.quantity) as rate
          from procurement_orderlinesource s join procurement_requisitionline q on q.id = s.requisition_line_id
          join procurement_requisition r on r.id = q.requisition_id group by s.order_line_id) s
 where s.order_line_id = l.id;

update procurement_purchaseorderline l set spent_amount = m.amount, spent_quantity = coalesce(m.quantity, 0)
  from (select m.order_line_id, sum(case i.kind when 'credit_note' then -m.amount else m.amount end) as amount,
               sum(m.quantity) filter (where i.kind <> 'credit_note') as quantity
          from invoicing_invoicematch m join invoicing_invoiceline x on x.id = m.line_id
          join invoicing_invoice i on i.id = x.invoice_id
         where i.state in ('cleared', 'released', 'posted', 'paid') group by m.order_line_id) m
 where m.order_line_id = l.id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("invoicing", "0001_initial"),
        ("procurement", "0005_budgets"),
        ("workflow", "0001_initial"),
    ]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
