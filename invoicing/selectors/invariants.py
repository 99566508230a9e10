"""What must always be true of bills, matches and holds. Source: DESIGN invariants 2 to 5 and 7, RELIABILITY R6."""

from foundation.registries import Invariant
from foundation.selectors.breaches import AuditedMachine

_SETTLED = "i.state in ('released', 'posted', 'paid')"
_SIGN = "case i.kind when 'credit_note' then -1 else 1 end"

MACHINES = (
    AuditedMachine(
        "invoicing.Invoice",
        subject="invoice",
        created=("receive",),
        arrows={"release": ("release",), "post": ("post",), "pay": ("pay",), "void": ("void",)},
        stated={"match": "result"},
        told={
            "invoicing.invoice.received": ("receive",),
            "invoicing.invoice.released": ("release",),
            "invoicing.invoice.posted": ("post",),
            "invoicing.invoice.paid": ("pay",),
            "invoicing.invoice.voided": ("void",),
        },
    ),
)
QUANTITIES = (
    Invariant(
        "bills_add_up",
        "What an order line says was billed and credited is what the matches of its bills say (invariant 2)",
        f"""
        select o.number, 'line ' || l.line_no || ' says ' || l.invoiced || ' billed and ' || l.credited
               || ' credited; its matches say ' || coalesce(m.invoiced, 0) || ' and ' || coalesce(m.credited, 0)
          from procurement_purchaseorderline l join procurement_purchaseorder o on o.id = l.order_id
          left join (select m.order_line_id, sum({_SIGN} * m.quantity) as invoiced,
                            sum(m.quantity) filter (where i.kind = 'credit_note') as credited
                       from invoicing_invoicematch m join invoicing_invoiceline x on x.id = m.line_id
                       join invoicing_invoice i on i.id = x.invoice_id
                      group by m.order_line_id) m on m.order_line_id = l.id
         where (l.invoiced, l.credited) <> (coalesce(m.invoiced, 0), coalesce(m.credited, 0))""",
    ),
    Invariant(
        "cleared_bills_are_spent",
        "What an order line says was spent is what its cleared bills say, less credit notes (RQ-6, invariant 2)",
        f"""
        select o.number, 'line ' || l.line_no || ' says ' || l.spent_amount || ' spent for ' || l.spent_quantity
               || '; its cleared bills come to ' || coalesce(m.amount, 0) || ' for ' || coalesce(m.quantity, 0)
          from procurement_purchaseorderline l join procurement_purchaseorder o on o.id = l.order_id
          left join (select m.order_line_id, sum({_SIGN} * m.amount) as amount,
                            sum(m.quantity) filter (where i.kind <> 'credit_note') as quantity
                       from invoicing_invoicematch m join invoicing_invoiceline x on x.id = m.line_id
                       join invoicing_invoice i on i.id = x.invoice_id
                      where i.state in ('cleared', 'released', 'posted', 'paid')
                      group by m.order_line_id) m on m.order_line_id = l.id
         where (l.spent_amount, l.spent_quantity) <> (coalesce(m.amount, 0), coalesce(m.quantity, 0))""",
    ),
    Invariant(
        "credited_within_billed",
        "No more of an order line is credited than was billed (R6)",
        """
        select o.number, 'line ' || l.line_no || ' is credited with ' || -l.invoiced || ' more than was billed'
          from procurement_purchaseorderline l join procurement_purchaseorder o on o.id = l.order_id
         where l.invoiced < 0""",
    ),
    Invariant(
        "paid_within_received",
        "What is released to pay was received, within tolerance, or a person let the difference pass (R6, TM-3)",
        f"""
        select i.number, 'was released while its match with ' || o.number || ' line ' || l.line_no || ' said '
               || m.state
          from invoicing_invoice i join invoicing_invoiceline x on x.invoice_id = i.id
          join invoicing_invoicematch m on m.line_id = x.id
          join procurement_purchaseorderline l on l.id = m.order_line_id
          join procurement_purchaseorder o on o.id = l.order_id
         where {_SETTLED} and m.state <> 'matched'
           and not exists (select 1 from invoicing_hold h where h.invoice_id = i.id and h.state = 'released')""",
    ),
    Invariant(
        "released_line_is_matched",
        "No line is paid that matches no order, unless a person let it pass (TM-7)",
        f"""
        select i.number, 'was released, but its line ' || x.line_no || ' matches no order'
          from invoicing_invoice i join invoicing_invoiceline x on x.invoice_id = i.id
         where {_SETTLED} and x.quantity <> 0
           and not exists (select 1 from invoicing_invoicematch m where m.line_id = x.id)
           and not exists (select 1 from invoicing_hold h where h.invoice_id = i.id and h.state = 'released')""",
    ),
)
MONEY = (
    Invariant(
        "bill_adds_up",
        "Our net of a bill is its lines and charges, its total that with tax and rounding (MQ-2, TM-14)",
        """
        select i.number, 'says net ' || i.net_amount || ' and total ' || i.total_amount || '; its lines and charges come to '
               || p.net
          from invoicing_invoice i
          join lateral (select coalesce((select sum(net_amount) from invoicing_invoiceline where invoice_id = i.id), 0)
                             + coalesce((select sum(amount) from invoicing_invoicecharge where invoice_id = i.id), 0)
                        as net) p on true
         where i.net_amount <> p.net or i.total_amount <> i.net_amount + i.tax_amount + i.stated_rounding""",
    ),
    Invariant(
        "no_live_duplicate",
        "No two living bills of a supplier have one number, unless a person let the second pass (TM-10, R6)",
        """
        select max(i.number), 'is the same bill as ' || min(i.number) || ': number ' || i.number_key
          from invoicing_invoice i where i.state <> 'void' and i.duplicate_override_id is null
         group by i.legal_entity_id, i.supplier_id, i.kind, i.number_key having count(*) > 1""",
    ),
    Invariant(
        "paid_once",
        "A bill is released, posted and paid at most once (invariant 5)",
        """
        select max(e.object_number), 'has ' || count(*) || ' audit rows of ' || e.action
          from foundation_auditevent e
         where e.object_type = 'invoicing.invoice' and e.action in ('release', 'post', 'pay')
         group by e.object_id, e.action having count(*) > 1""",
    ),
    Invariant(
        "settled_in_order",
        "Only a released bill is posted, and only a posted one is paid (TM-11)",
        """
        select i.number, 'is ' || i.state || ' without its instants of release, posting and payment'
          from invoicing_invoice i
         where i.state in ('released', 'posted', 'paid') and i.released_at is null
            or i.state in ('posted', 'paid') and (i.posted_at is null or i.voucher = '')
            or i.state = 'paid' and i.paid_at is null""",
    ),
    Invariant(
        "holds_agree_with_state",
        "A bill that is cleared or beyond has no open hold, and a held one has an open exception (TM-10)",
        """
        select i.number, 'is ' || i.state || ' with an open hold: ' || min(h.code)
          from invoicing_invoice i join invoicing_hold h on h.invoice_id = i.id and h.state = 'open'
         where i.state in ('cleared', 'released', 'posted', 'paid', 'void') group by i.id
        union all
        select i.number, 'is held by nothing' from invoicing_invoice i
         where i.state = 'held' and not exists (select 1 from invoicing_hold h
               where h.invoice_id = i.id and h.state = 'open' and h.is_exception)""",
    ),
)
DUTIES = (
    Invariant(
        "hard_duties_apart",
        "Nobody is on both sides of a hard duty pair on one chain of documents (invariant 3, SD-1)",
        """
        select coalesce(r.number, o.number, i.number, a.chain), u.username || ' did ' || a.duty || ' and ' || b.duty
          from foundation_dutyrecord a
          join foundation_dutyrecord b on b.chain = a.chain and b.person_id = a.person_id
          join policies_policyversion v on v.kind = 'duty' and v.state in ('published', 'superseded')
               and v.effective_from <= greatest(a.at, b.at)
               and (v.effective_until is null or v.effective_until > greatest(a.at, b.at))
          join policies_dutypair p on p.policy_id = v.id and p.first = a.duty and p.second = b.duty
               and p.strength = 'hard'
          join foundation_user u on u.id = a.person_id
          left join procurement_requisition r on a.chain = 'requisition:' || r.id
          left join procurement_purchaseorder o on a.chain = 'order:' || o.id
          left join invoicing_invoice i on a.chain = 'invoice:' || i.id
         where u.kind = 'staff'
         group by 1, 2""",
    ),
)
ISOLATION = (
    Invariant(
        "bill_parts_of_one_supplier",
        "Every part of a bill belongs to the bill's supplier, and it bills that supplier's orders only (invariant 7)",
        """
        select i.number, 'is of ' || s.code || ', but a ' || part.what || ' of it is of another supplier'
          from (select invoice_id, supplier_id, 'line' as what from invoicing_invoiceline
                union all select invoice_id, supplier_id, 'charge' from invoicing_invoicecharge
                union all select invoice_id, supplier_id, 'hold' from invoicing_hold
                union all select x.invoice_id, m.supplier_id, 'match' from invoicing_invoicematch m
                            join invoicing_invoiceline x on x.id = m.line_id
                union all select x.invoice_id, l.supplier_id, 'matched order' from invoicing_invoicematch m
                            join invoicing_invoiceline x on x.id = m.line_id
                            join procurement_purchaseorderline l on l.id = m.order_line_id) part
          join invoicing_invoice i on i.id = part.invoice_id join suppliers_supplier s on s.id = i.supplier_id
         where part.supplier_id <> i.supplier_id""",
    ),
)


def invariants() -> tuple[Invariant, ...]:
    """Return this room's checks; the models are read, so the apps must be ready."""
    audited = tuple(check for machine in MACHINES for check in machine.invariants())
    return (*QUANTITIES, *MONEY, *DUTIES, *ISOLATION, *audited)
