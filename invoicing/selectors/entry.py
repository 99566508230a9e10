import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from invoicing.decisions.words import price
from invoicing.models import Invoice, InvoiceKind, InvoiceLine
from invoicing.validators.entry import BillEntry, OrderLineWords
from procurement.models import PurchaseOrder

_ENDS_IN_DIGITS = re.compile(r"^(.*?)(\d+)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class BillableLine:
    """An order line beside which a bill is typed; quantities in the ordered unit."""

    line_no: int
    words: OrderLineWords
    unit: str
    ordered: Decimal
    received: Decimal
    billed: Decimal
    unit_price: Decimal

    @property
    def to_bill(self) -> Decimal:
        """Return what is billed next: goods that came and were not billed, or the order before any came."""
        came = self.received if self.received > 0 else self.ordered
        return max(came - self.billed, Decimal(0))


def billable_lines(order: PurchaseOrder) -> Sequence[BillableLine]:
    """Return the lines of an order as a bill sees them; one statement."""
    rows = order.lines.select_related("item", "unit").order_by("line_no")
    return [
        BillableLine(
            line_no=row.line_no,
            words=OrderLineWords(row.description, row.unit.code, row.item.code if row.item else "", row.supplier_part),
            unit=str(row.unit),
            ordered=(row.ordered - row.cancelled - row.closed_short) / row.base_factor,
            received=(row.delivered - row.returned) / row.base_factor,
            billed=row.invoiced / row.base_factor,
            unit_price=row.unit_price,
        )
        for row in rows
    ]


def prefilled(order: PurchaseOrder, lines: Sequence[BillableLine], *, today: date, number: str = "") -> BillEntry:
    """Return the entry with everything to be billed filled in, under a token that makes a double press one bill."""
    head = {
        "token": uuid4().hex,
        "supplier_number": number,
        "invoice_date": today,
        "tax_percent": usual_tax_percent(order.supplier_id),
    }
    rows = [
        {
            "order_line_no": str(line.line_no),
            "quantity": _plain(line.to_bill),
            "unit_price": price(line.unit_price, order.currency),
        }
        for line in lines
    ]
    return BillEntry(head=head, lines=rows)


def _plain(value: Decimal) -> Decimal | None:
    """Drop needless zeros; nothing to bill is an empty field."""
    return Decimal(format(value.normalize(), "f")) if value else None


def words_of(lines: Sequence[BillableLine]) -> dict[str, OrderLineWords]:
    """Return what the bill repeats of each order line, by its number."""
    return {str(line.line_no): line.words for line in lines}


def next_number_of(supplier_id: int, order_number: str) -> str:
    """Suggest the supplier's next invoice number: its last one plus one, or the order's number."""
    last = (
        Invoice.objects.filter(supplier_id=supplier_id, kind=InvoiceKind.INVOICE)
        .order_by("-pk")
        .values_list("supplier_number", flat=True)
        .first()
    )
    found = _ENDS_IN_DIGITS.match(last or "")
    if found is None:
        return f"{order_number}-1"[:60]
    head, digits = found.groups()
    return f"{head}{int(digits) + 1:0{len(digits)}d}"[:60]


def usual_tax_percent(supplier_id: int) -> Decimal | None:
    """Return the tax rate of the supplier's last bill, or nothing before the first."""
    lines = InvoiceLine.objects.filter(supplier_id=supplier_id).order_by("-pk")
    found = lines.values_list("tax_percent", flat=True).first()
    return None if found is None else Decimal(format(found.normalize(), "f"))
