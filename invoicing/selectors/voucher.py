from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from invoicing.models import Invoice, InvoiceLine, InvoiceMatch


def voucher(invoice_id: int) -> dict[str, Any]:
    """Return everything the ERP needs to post a released bill, amounts as strings in document currency (TM-11).

    Lines carry the order lines they pay for with the billed quantity in base units. `small_difference` goes to the
    small-difference account (TM-6). The bank account is the supplier master's business and is not told from a bill.
    """
    shares = InvoiceMatch.objects.select_related(
        "order_line__order", "order_line__item", "order_line__cost_centre", "order_line__ship_to"
    ).order_by("pk")
    invoice = (
        Invoice.objects.select_related("supplier", "legal_entity", "site")
        .prefetch_related(
            Prefetch("lines", InvoiceLine.objects.prefetch_related(Prefetch("matches", shares))), "charges"
        )
        .get(pk=invoice_id)
    )
    return {
        "number": invoice.number,
        "version": invoice.version,
        "kind": invoice.kind,
        "supplier": invoice.supplier.code,
        "supplier_number": invoice.supplier_number,
        "credited_invoice_number": invoice.credited_invoice_number,
        "legal_entity": invoice.legal_entity.code,
        "site": invoice.site.code if invoice.site else None,
        "invoice_date": invoice.invoice_date.isoformat(),
        "due_date": invoice.due_date.isoformat(),
        "currency": invoice.currency,
        "net_amount": _text(invoice.net_amount),
        "tax_amount": _text(invoice.tax_amount),
        "rounding_amount": _text(invoice.stated_rounding),
        "small_difference": _text(invoice.small_difference),
        "total_amount": _text(invoice.stated_total),
        "released_at": invoice.released_at.isoformat() if invoice.released_at else None,
        "content_hash": invoice.content_hash,
        "original_sha256": invoice.original_sha256,
        "lines": [_line(line) for line in invoice.lines.all()],
        "charges": [
            {
                "code": charge.code,
                "description": charge.description,
                "amount": _text(charge.amount),
                "tax_percent": _text(charge.tax_percent),
            }
            for charge in invoice.charges.all()
        ],
    }


def _line(line: InvoiceLine) -> dict[str, Any]:
    return {
        "line_no": line.line_no,
        "description": line.description,
        "quantity": _text(line.quantity),
        "unit": line.unit_code,
        "unit_price": _text(line.unit_price),
        "net_amount": _text(line.net_amount),
        "tax_percent": _text(line.tax_percent),
        "tax_code": line.tax_code,
        "order_lines": [_share(match) for match in line.matches.all()],
    }


def _share(match: InvoiceMatch) -> dict[str, Any]:
    line = match.order_line
    return {
        "order": line.order.number,
        "line_no": line.line_no,
        "item": line.item.code if line.item else None,
        "base_quantity": _text(match.quantity),
        "amount": _text(match.amount),
        "cost_centre": line.cost_centre.code if line.cost_centre else None,
        "site": line.ship_to.code,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize() + 0, "f")
