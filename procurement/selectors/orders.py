"""Orders as pages, documents and the next room read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from foundation.money import round_amount
from foundation.quantity import plain
from procurement.decisions.quantities import Counters, Quantities, quantities
from procurement.models import PurchaseOrder, PurchaseOrderLine

COUNTERS = (
    "ordered", "delivered", "accepted", "rejected", "returned", "cancelled", "closed_short", "invoiced", "credited",
)  # fmt: skip


def counters_of(line: PurchaseOrderLine) -> Counters:
    """Return a line's stored counters as the frozen facts PO-0 computes with."""
    return Counters(**{name: getattr(line, name) for name in COUNTERS})


@dataclass(frozen=True, slots=True)
class LineView:
    """An order line with its computed quantities, in base units and in the ordered unit."""

    line: PurchaseOrderLine
    q: Quantities

    def in_unit(self, base: Decimal) -> Decimal:
        """Return a base quantity in the ordered unit."""
        return base / self.line.base_factor

    @property
    def open(self) -> Decimal:
        """Open, in the ordered unit."""
        return self.in_unit(self.q.open)

    @property
    def fulfilled(self) -> Decimal:
        """Accepted less returned, in the ordered unit."""
        return self.in_unit(self.q.fulfilled)

    @property
    def to_invoice(self) -> Decimal:
        """Accepted and not billed, in the ordered unit."""
        return self.in_unit(self.q.to_invoice)

    @property
    def invoiced(self) -> Decimal:
        """Billed less credited, in the ordered unit."""
        return self.in_unit(self.line.invoiced)

    @property
    def notes(self) -> Sequence[tuple[str, Decimal]]:
        """Return what else happened to the line: a word and how much, in the ordered unit; zeros are left out."""
        found = (
            ("rejected", self.line.rejected),
            ("to be checked", self.q.in_quarantine),
            ("returned", self.line.returned),
            ("over", self.q.over),
            ("cancelled", self.q.cancelled),
            ("closed short", self.q.closed_short),
        )
        return [(word, self.in_unit(base)) for word, base in found if base]

    @property
    def days_late(self) -> int:
        """Return by how many days the promise misses the day asked for; 0 when it does not."""
        return max(((self.line.promised or self.line.need_by) - self.line.need_by).days, 0)


def line_views(order: PurchaseOrder) -> Sequence[LineView]:
    """Return the lines of an order with PO-0 quantities; one statement."""
    rows = order.lines.select_related("item__base_unit", "unit", "contract", "category").order_by("line_no")
    return [LineView(line, quantities(counters_of(line))) for line in rows]


def supplied_lines(order: PurchaseOrder) -> Sequence[LineView]:
    """Return the lines of an order with PO-0 quantities, from the tables a supplier's request may read."""
    rows = order.lines.select_related("item__base_unit", "unit").order_by("line_no")
    return [LineView(line, quantities(counters_of(line))) for line in rows]


def content_of(order: PurchaseOrder, lines: Iterable[PurchaseOrderLine]) -> dict[str, Any]:
    """Return what the supplier sees of a version, and what its hash covers."""
    return {
        "number": order.number,
        "supplier": order.supplier.code,
        "ship_to": order.ship_to.code,
        "currency": order.currency,
        "terms_days": order.payment_terms_days,
        "need_by": order.need_by.isoformat(),
        "total": plain(order.total_amount),
        "lines": [
            {
                "line_no": line.line_no,
                "item": line.item.code if line.item else "",
                "supplier_part": line.supplier_part,
                "description": line.description,
                "quantity": plain(line.quantity),
                "unit": line.unit.code,
                "unit_price": plain(line.unit_price),
                "amount": plain(line.line_amount),
                "need_by": line.need_by.isoformat(),
            }
            for line in lines
        ],
    }


def open_amount(lines: Iterable[PurchaseOrderLine], currency: str) -> Decimal:
    """Return the commitment: open quantity at order price, each line rounded once (MQ-2)."""
    return sum(
        (
            round_amount(quantities(counters_of(line)).open / line.base_factor * line.unit_price, currency)
            for line in lines
        ),
        Decimal(0),
    )
