from collections.abc import Mapping
from decimal import Decimal

from django.db import connection, transaction

# PO-1: over when a line is billed beyond what stays ordered, full when every line is billed, else partial or none.
MOVE = """
with moved as (
  update procurement_purchaseorderline line
     set invoiced = line.invoiced + moved.invoiced, credited = line.credited + moved.credited,
         spent_quantity = line.spent_quantity + moved.spent_quantity,
         spent_amount = line.spent_amount + moved.spent_amount
    from unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[])
      as moved(id, invoiced, credited, spent_quantity, spent_amount)
   where line.id = moved.id
  returning line.id, line.order_id, line.invoiced)
update procurement_purchaseorder orders set invoice_status = state.word
  from (select order_id, case when bool_or(invoiced > due) then 'over' when bool_and(invoiced >= due) then 'full'
                              when bool_or(invoiced > 0) then 'partial' else 'none' end as word
          from (select line.order_id, coalesce(moved.invoiced, line.invoiced) as invoiced,
                       greatest(ordered - cancelled - closed_short, 0) as due
                  from procurement_purchaseorderline line left join moved using (id)
                 where line.order_id in (select order_id from moved)) lines
         group by order_id) state
 where orders.id = state.order_id
"""


@transaction.atomic(savepoint=False)
def add_invoiced(
    *,
    invoiced: Mapping[int, Decimal],
    credited: Mapping[int, Decimal] | None = None,
    spent: Mapping[int, tuple[Decimal, Decimal]] | None = None,
) -> None:
    """Move the billed and credited counters of order lines, in base units, and their orders' invoicing status.

    `spent` moves what cleared bills say: base units (credit notes aside), and the net amount in order currency.

    The caller holds the locks of the orders and lines; counters move in the database and are never set. A negative
    quantity takes back. The business fact and its audit row are the invoice's.
    """
    credited, spent = credited or {}, spent or {}
    keys = sorted({*invoiced, *credited, *spent})
    if not keys:
        return
    zero = Decimal(0)
    paid = [spent.get(k, (zero, zero)) for k in keys]
    counted = [[moves.get(k, zero) for k in keys] for moves in (invoiced, credited)]
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [keys, *counted, [quantity for quantity, _ in paid], [amount for _, amount in paid]])
