"""A read bill becomes an invoice: supplier, units, items and currency are made ours first."""

from datetime import datetime

from django.db.models import Q

from foundation.models import User
from integration import canonical
from integration.models import InboxMessage
from integration.services.meanings import Goods, Named, our_units, require_currency, require_item, supplier_of
from invoicing.decisions.commands import ChargeCommand, InvoiceCommand, LineCommand
from invoicing.services import receive_invoice
from procurement.models import PurchaseOrderLine
from suppliers.models import Supplier


def take_invoice(
    message: InboxMessage, document: canonical.Invoice, identity: str, actor: User, at: datetime
) -> dict[str, str]:
    """Hand a bill to invoicing; returns what it became.

    :raises MissingError: it names a supplier, currency, unit or item we do not know.
    :raises DomainError: invoicing refuses it.
    """
    supplier = supplier_of(message.connection, document.supplier)
    require_currency(document.currency)
    command = InvoiceCommand(
        source=message.connection.code[:20],
        external_id=identity,
        supplier_id=supplier.pk,
        supplier_number=document.number,
        invoice_date=document.issued,
        due_date=document.due,
        currency=document.currency,
        stated_total=document.total + document.rounding,
        stated_net=document.net,
        stated_tax=document.tax,
        stated_rounding=document.rounding,
        kind=document.kind,
        order_reference=document.order_number,
        credited_invoice_number=document.credited_number,
        bank_account=document.bank_account,
        remit_to=_location(supplier, document.remit_to),
        lines=_lines(message, document, supplier),
        charges=tuple(
            ChargeCommand(c.amount, c.code, c.description, c.tax_percent, c.tax_code) for c in document.charges
        ),
        original=bytes(message.raw),
        original_type="application/xml",
    )
    invoice = receive_invoice(command=command, actor=actor, at=at)
    return {"type": "invoice", "number": invoice.number, "supplier_number": invoice.supplier_number}


def _location(supplier: Supplier, stated: str) -> str:
    """Return the code of the supplier's location a bill names to be paid, by our code or its EDI id, else as stated."""
    if not stated:
        return ""
    rows = supplier.sites.filter(Q(code=stated.upper()) | Q(edi_id=stated))
    return rows.values_list("code", flat=True).first() or stated[:35]


def _lines(message: InboxMessage, document: canonical.Invoice, supplier: Supplier) -> tuple[LineCommand, ...]:
    units = our_units(message.connection, {line.unit for line in document.lines})
    names = [_named(line) for line in document.lines]
    goods = Goods(message.connection, supplier, names)
    ordered = _ordered(document, supplier)
    found = []
    for line, name in zip(document.lines, names, strict=True):
        code, ours = goods.code_of(name), ordered.get(line.order_number, {})
        if ours and line.order_line_no.lstrip("0") not in ours:
            require_item(name, code, ours.values(), line.line_no)
        found.append(_billed(line, units[line.unit], code or line.buyer_item))
    return tuple(found)


def _named(line: canonical.InvoiceLine) -> Named:
    return Named(line.buyer_item[:60], line.supplier_part[:60], line.gtin)


def _ordered(document: canonical.Invoice, supplier: Supplier) -> dict[str, dict[str, PurchaseOrderLine]]:
    """Return the lines of every order of ours the bill names, by order and line number."""
    numbers = {line.order_number for line in document.lines if line.order_number}
    rows = PurchaseOrderLine.objects.filter(
        order__number__in=numbers, order__supplier=supplier, order__revision__gt=0
    ).select_related("order")
    found: dict[str, dict[str, PurchaseOrderLine]] = {}
    for row in rows:
        found.setdefault(row.order.number, {})[str(row.line_no)] = row
    return found


def _billed(line: canonical.InvoiceLine, unit: str, item: str) -> LineCommand:
    return LineCommand(
        line_no=line.line_no[:20],
        quantity=line.quantity,
        unit_code=unit[:12],
        net_amount=line.net_amount,
        description=line.description,
        order_number=line.order_number[:60],
        order_line_no=line.order_line_no[:20],
        item_code=item[:60],
        supplier_part=line.supplier_part[:60],
        gtin=line.gtin,
        unit_price=line.unit_price,
        tax_percent=line.tax_percent,
        tax_code=line.tax_code[:10],
    )
