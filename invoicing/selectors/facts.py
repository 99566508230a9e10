"""Turns locked rows into the frozen facts of the match; few statements, whatever the number of lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from foundation.errors import InvalidError
from foundation.models import UnitOfMeasure
from foundation.selectors import unit_tables
from invoicing.decisions.duplicates import DAYS_APART, Bill, standing
from invoicing.decisions.facts import ZERO, BilledLine, OrderFacts, OrderLineFacts
from invoicing.decisions.judgement import InvoiceFacts
from invoicing.decisions.totals import Part, Stated, compute
from invoicing.models import Invoice, InvoiceCharge, InvoiceKind, InvoiceLine, InvoiceMatch, InvoiceState
from invoicing.selectors.credit import credited_lines
from invoicing.selectors.policy import ToleranceLookup
from policies.decisions.tolerances import MatchPolicy
from procurement.models import OrderState, PurchaseOrder, PurchaseOrderLine
from suppliers.selectors.bank import payment_standing
from suppliers.selectors.sites import remit_to


@dataclass(frozen=True, slots=True)
class LockedInvoice:
    """The rows of one match, all locked or immutable."""

    invoice: Invoice
    lines: Sequence[InvoiceLine]
    charges: Sequence[InvoiceCharge]
    orders: Sequence[PurchaseOrder]
    order_lines: Sequence[PurchaseOrderLine]
    matches: Sequence[InvoiceMatch]


def invoice_facts(locked: LockedInvoice, *, at: datetime) -> InvoiceFacts:
    """Return everything the match of the invoice looks at."""
    invoice = locked.invoice
    tolerances = ToleranceLookup(at, invoice)
    waiting, records = payment_standing(invoice.supplier)
    orders = _orders(locked, tolerances)
    names = _names_of_strange_units(locked.lines, orders)
    stated = Stated(invoice.stated_net, invoice.stated_tax, invoice.stated_rounding, invoice.stated_total)
    parts = [Part(p.net_amount, p.tax_percent) for p in locked.lines]
    parts += [Part(c.amount, c.tax_percent) for c in locked.charges]
    return InvoiceFacts(
        bill=bill_of(invoice, frozenset(orders)),
        kind=invoice.kind,
        currency=invoice.currency,
        header_reference=_header_reference(invoice, orders),
        lines=tuple(_billed(line, names) for line in locked.lines),
        charges=tuple((c.description or c.code or "Charge", c.amount) for c in locked.charges),
        totals=compute(parts, stated, invoice.currency),
        stated=stated,
        supplier_name=invoice.supplier.name,
        supplier_may_be_paid=invoice.supplier.may_be_paid,
        bank_change=waiting,
        remit_to=(invoice.remit_to, remit_to(invoice.supplier_id) if invoice.remit_to else ""),
        orders=orders,
        lookalikes=lookalikes(invoice, records),
        limits=tolerances.of_document(),
        today=today_at(invoice, at),
        credited=credited_lines(invoice, orders) if invoice.kind == InvoiceKind.CREDIT_NOTE else None,
    )


def today_at(invoice: Invoice, at: datetime) -> date:
    """Return the calendar day at the invoice's site (MQ-4); UTC when it has none yet."""
    return at.astimezone(ZoneInfo(invoice.site.time_zone if invoice.site else "UTC")).date()


def lookalikes(invoice: Invoice, records: Sequence[int]) -> tuple[Bill, ...]:
    """Return the bills worth comparing: same reading of the number or same total, same company or same account.

    `records` are those of the supplier's company: a bill may have come under a record that was merged (SU-3).
    """
    days = (invoice.invoice_date - timedelta(days=DAYS_APART), invoice.invoice_date + timedelta(days=DAYS_APART))
    same_reading = Q(number_skeleton=invoice.number_skeleton)
    same_money = Q(stated_total=invoice.stated_total, invoice_date__range=days)
    ours = Q(supplier_id__in=records) if len(records) > 1 else Q(supplier_id=invoice.supplier_id)
    alike = (ours & same_reading) | (ours & same_money)  # each branch has its own index
    if invoice.bank_account:
        account = Q(bank_account=invoice.bank_account)
        alike |= (account & same_reading) | (account & same_money)
    named = (
        InvoiceLine.objects.filter(invoice=OuterRef("pk")).exclude(order_number="").values("order_number").distinct()
    )
    rows = (
        Invoice.objects.filter(alike, kind=invoice.kind)
        .exclude(pk=invoice.pk)
        .exclude(state=InvoiceState.VOID)
        .annotate(line_orders=ArraySubquery(named))
        .only(*_COMPARED)
        .order_by("pk")[:50]
    )
    return tuple(bill_of(row, frozenset({row.order_reference, *row.line_orders} - {""})) for row in rows)


_COMPARED = (
    "number", "supplier", "supplier_number", "number_key", "number_skeleton", "stated_total", "currency", "invoice_date",
    "state", "order_reference",
)  # fmt: skip


def bill_of(invoice: Invoice, orders: frozenset[str]) -> Bill:
    """Return what two bills are compared by."""
    return Bill(
        id=invoice.pk,
        number=invoice.number,
        supplier_id=invoice.supplier_id,
        supplier_number=invoice.supplier_number,
        key=invoice.number_key,
        skeleton=invoice.number_skeleton,
        total=invoice.stated_total,
        currency=invoice.currency,
        date=invoice.invoice_date,
        orders=orders,
        standing=standing(invoice.state),
    )


def _header_reference(invoice: Invoice, orders: dict[str, OrderFacts]) -> str:
    """Return the order of lines that name none: the header's, else the only one any line names."""
    return invoice.order_reference or (next(iter(orders)) if len(orders) == 1 else "")


def _names_of_strange_units(lines: Iterable[InvoiceLine], orders: dict[str, OrderFacts]) -> dict[str, str]:
    """Return the names of stated units that convert to no ordered one; reads them only when there are any."""
    ordered = [row for order in orders.values() for row in order.lines]
    strange = {line.unit_code for line in lines if all(row.factor_of(line.unit_code) is None for row in ordered)}
    if not ordered or not strange:
        return {}
    return dict(UnitOfMeasure.objects.filter(code__in=strange).values_list("code", "name"))


def _billed(line: InvoiceLine, unit_names: dict[str, str]) -> BilledLine:
    return BilledLine(
        key=line.pk,
        line_no=line.line_no,
        quantity=line.quantity,
        unit_code=line.unit_code,
        unit_price=line.unit_price,
        net_amount=line.net_amount,
        order_number=line.order_number,
        order_line_no=line.order_line_no,
        item_code=line.item_code,
        supplier_part=line.supplier_part,
        gtin=line.gtin,
        unit_name=unit_names.get(line.unit_code, ""),
    )


def _orders(locked: LockedInvoice, tolerances: ToleranceLookup) -> dict[str, OrderFacts]:
    taken = _taken(locked)
    factors = _factors(locked.lines, locked.order_lines)
    by_order: dict[int, list[OrderLineFacts]] = {order.pk: [] for order in locked.orders}
    states = {order.pk: (order.number, order.state == OrderState.ISSUED) for order in locked.orders}
    for row in locked.order_lines:
        number, is_open = states[row.order_id]
        by_order[row.order_id].append(
            _order_line(
                row,
                number=number,
                is_open=is_open,
                taken=taken.get(row.pk, ZERO),
                limits=tolerances.of_line(row),
                factors=factors.get(row.pk, {}),
            )
        )
    return {o.number: OrderFacts(o.number, o.currency, tuple(by_order[o.pk])) for o in locked.orders}


def _order_line(
    row: PurchaseOrderLine,
    *,
    number: str,
    is_open: bool,
    taken: Decimal,
    limits: MatchPolicy,
    factors: dict[str, Decimal],
) -> OrderLineFacts:
    return OrderLineFacts(
        id=row.pk,
        order_number=number,
        line_no=row.line_no,
        item_code=row.item.code if row.item else "",
        supplier_part=row.supplier_part,
        gtin=row.item.gtin if row.item else "",
        unit_code=row.unit.code,
        unit_symbol=row.unit.symbol,
        base_factor=row.base_factor,
        unit_price=row.unit_price,
        ordered=row.ordered,
        delivered=row.delivered,
        accepted=row.accepted,
        returned=row.returned,
        cancelled=row.cancelled,
        closed_short=row.closed_short,
        taken=taken,
        expected=row.promised or row.need_by,
        is_open=is_open,
        limits=limits,
        factors=factors,
    )


def _taken(locked: LockedInvoice) -> dict[int, Decimal]:
    """Sum what bills of earlier rank claim of each order line, less what settled credit notes took back (TM-3)."""
    mine = _rank(locked.invoice)
    taken: dict[int, Decimal] = {}
    for match in locked.matches:
        theirs = match.line.invoice
        if theirs.pk == locked.invoice.pk or theirs.state == InvoiceState.VOID:
            continue
        is_credit = theirs.kind == InvoiceKind.CREDIT_NOTE
        if is_credit and standing(theirs.state) > 1:
            continue
        if not is_credit and _rank(theirs) > mine:
            continue
        taken[match.order_line_id] = taken.get(match.order_line_id, ZERO) + (
            -match.quantity if is_credit else match.quantity
        )
    return taken


def _rank(invoice: Invoice) -> tuple[object, ...]:
    return (standing(invoice.state), invoice.invoice_date, invoice.number_key, invoice.supplier_id, invoice.kind)


def _factors(lines: Iterable[InvoiceLine], rows: Sequence[PurchaseOrderLine]) -> dict[int, dict[str, Decimal]]:
    """Return, per order line, base units of each stated unit; reads unit tables only when a unit differs."""
    stated = {line.unit_code for line in lines}
    other = [row for row in rows if row.item_id and stated - {row.unit.code}]
    if not other:
        return {}
    tables = unit_tables(row.item_id for row in other if row.item_id)
    found: dict[int, dict[str, Decimal]] = {}
    for row in other:
        for unit in stated:
            try:
                found.setdefault(row.pk, {})[unit] = tables[row.item_id or 0].factor(unit)
            except InvalidError:
                continue  # no path between the two units: the match says so on the line
    return found
