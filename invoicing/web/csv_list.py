import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from invoicing.models import Invoice

HEAD = (
    "number", "supplier", "supplier_number", "kind", "state", "site", "invoice_date", "due_date", "currency",
    "net_amount", "tax_amount", "total_amount", "order", "why",
)  # fmt: skip
MOST = 100_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        return value


def csv_answer(rows: QuerySet[Invoice]) -> StreamingHttpResponse:
    """Download the rows, newest first, read in pieces so that memory stays flat."""
    answer = StreamingHttpResponse(_write(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="invoices.csv"'
    return answer


def _write(rows: QuerySet[Invoice]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(HEAD)
    for invoice in rows.order_by("-pk")[:MOST].iterator(chunk_size=500):
        yield writer.writerow([_safe(cell) for cell in _cells(invoice)])


def _cells(invoice: Invoice) -> list[Any]:
    return [
        invoice.number, invoice.supplier.name, invoice.supplier_number, invoice.kind, invoice.state,
        invoice.site.code if invoice.site else "", invoice.invoice_date, invoice.due_date, invoice.currency,
        invoice.net_amount, invoice.tax_amount, invoice.stated_total, invoice.order_reference,
        " ".join(getattr(invoice, "reasons", [])),
    ]  # fmt: skip


def _safe(cell: Any) -> str:
    """Write a cell so that no spreadsheet takes a supplier's words for a formula."""
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text
