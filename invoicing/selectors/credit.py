from collections.abc import Mapping
from decimal import Decimal

from django.db.models import QuerySet

from invoicing.decisions.credit import CreditedLine
from invoicing.decisions.facts import ZERO, OrderFacts
from invoicing.models import Invoice, InvoiceKind, InvoiceMatch, InvoiceState


def credited_invoice(note: Invoice) -> Invoice | None:
    """Return the invoice a credit note names, whatever the spelling of its number."""
    if not note.credited_invoice_number:
        return None
    named = Invoice.objects.filter(
        supplier_id=note.supplier_id, kind=InvoiceKind.INVOICE, number_key=note.credited_key
    ).exclude(state=InvoiceState.VOID)
    return named.order_by("pk").first()


def credit_notes_of(invoice: Invoice) -> QuerySet[Invoice]:
    """Return the standing credit notes that name an invoice."""
    return (
        Invoice.objects.filter(
            supplier_id=invoice.supplier_id, kind=InvoiceKind.CREDIT_NOTE, credited_key=invoice.number_key
        )
        .exclude(credited_invoice_number="")
        .exclude(state=InvoiceState.VOID)
        .order_by("pk")
    )


def credited_lines(note: Invoice, orders: Mapping[str, OrderFacts]) -> tuple[CreditedLine, ...] | None:
    """Return what may be credited: the shares of the named invoice, less what other credit notes took back (TM-12).

    Several shares of one order line count as one, at the highest price billed.
    """
    invoice = credited_invoice(note)
    if invoice is None:
        return None
    order_lines = {line.id: line for order in orders.values() for line in order.lines}
    billed: dict[int, Decimal] = {}
    prices: dict[int, Decimal] = {}
    names: dict[int, str] = {}
    shares = InvoiceMatch.objects.filter(line__invoice=invoice, order_line_id__in=order_lines).select_related("line")
    for share in shares.order_by("line__position"):
        key = share.order_line_id
        billed[key] = billed.get(key, ZERO) + share.quantity
        prices[key] = max(prices.get(key, ZERO), Decimal(share.facts["unit_price"]))
        names.setdefault(key, share.line.line_no)
    taken = _already_credited(note, invoice)
    return tuple(
        CreditedLine(names[key], order_lines[key], billed[key], taken.get(key, ZERO), prices[key]) for key in billed
    )


def _already_credited(note: Invoice, invoice: Invoice) -> dict[int, Decimal]:
    others = credit_notes_of(invoice).exclude(pk=note.pk)
    taken: dict[int, Decimal] = {}
    for key, quantity in InvoiceMatch.objects.filter(line__invoice__in=others).values_list("order_line_id", "quantity"):
        taken[key] = taken.get(key, ZERO) + quantity
    return taken
