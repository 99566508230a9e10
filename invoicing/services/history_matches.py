"""The match of past bills: the same rules, fed with the rows of a whole batch at once."""

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from foundation.errors import InvalidError
from invoicing.decisions.allocation import Allocation
from invoicing.decisions.facts import BilledLine, HoldCode, OrderLineFacts
from invoicing.decisions.matching import ShareResult, match_share
from invoicing.models import Invoice, InvoiceLine
from invoicing.selectors.policy import ToleranceLookup
from invoicing.services.history_commands import PastBill
from procurement.models import OrderState, PurchaseOrder, PurchaseOrderLine


@dataclass
class Shelf:
    """The orders of a batch with their lines, and what the batch has billed of each line so far, in base units."""

    orders: dict[int, PurchaseOrder]
    lines: dict[tuple[int, int], PurchaseOrderLine]
    taken: dict[int, Decimal] = field(default_factory=dict)
    amounts: dict[int, Decimal] = field(default_factory=dict)  # net, order currency

    @classmethod
    def of(cls, order_ids: Collection[int]) -> "Shelf":
        """Read the orders and lines; two statements."""
        orders = PurchaseOrder.objects.select_related("supplier", "ship_to", "legal_entity").in_bulk(list(order_ids))
        rows = PurchaseOrderLine.objects.filter(order__in=orders).select_related("item", "unit", "category")
        return cls(orders, {(row.order_id, row.line_no): row for row in rows})

    def line(self, order_id: int, line_no: int) -> PurchaseOrderLine:
        """Return an order line.

        :raises InvalidError: the order or the line does not exist.
        """
        found = self.lines.get((order_id, line_no))
        if found is None:
            raise InvalidError("line_unknown", f"The order has no line {line_no}.", field="line_no", value=str(line_no))
        return found

    def billed(self) -> dict[int, Decimal]:
        """Return what the batch billed, by order line."""
        return self.taken

    def spent(self) -> dict[int, tuple[Decimal, Decimal]]:
        """Return base units and net amount that the batch billed, by order line: bills of the past are all cleared."""
        return {key: (quantity, self.amounts[key]) for key, quantity in self.taken.items()}


def match_past(bill: PastBill, lines: list[InvoiceLine], shelf: Shelf, invoice: Invoice) -> list[ShareResult]:
    """Test every line of a bill against its order line, and count what it takes.

    :raises InvalidError: a limit is broken and nobody let it pass.
    """
    tolerances = ToleranceLookup(bill.received_at, invoice)
    results = []
    for line in lines:
        ours = shelf.line(bill.order_id, int(line.order_line_no))
        share = _share(line, ours, shelf, tolerances)
        result = match_share(
            share, invoice_currency=invoice.currency, order_currency=invoice.currency, today=bill.received_at.date()
        )
        shelf.taken[ours.pk] = shelf.taken.get(ours.pk, Decimal(0)) + share.quantity
        shelf.amounts[ours.pk] = shelf.amounts.get(ours.pk, Decimal(0)) + share.amount
        results.append(result)
    broken = [f for result in results for f in result.findings]
    waiting = next((f for f in broken if f.code in {HoldCode.WAITING, HoldCode.OVERDUE}), None)
    if waiting or (broken and bill.let_pass is None):
        fault = waiting or broken[0]
        raise InvalidError("bill_breaks_limit", f"{bill.supplier_number}: {fault.sentence}", code_of=fault.code.value)
    return results


def _share(line: InvoiceLine, ours: PurchaseOrderLine, shelf: Shelf, tolerances: ToleranceLookup) -> Allocation:
    billed = BilledLine(
        key=line.position, line_no=line.line_no, quantity=line.quantity, unit_code=line.unit_code,
        unit_price=line.unit_price, net_amount=line.net_amount, order_number=line.order_number,
        order_line_no=line.order_line_no, supplier_part=line.supplier_part,
    )  # fmt: skip
    order = shelf.orders[ours.order_id]
    facts = OrderLineFacts(
        id=ours.pk, order_number=order.number, line_no=ours.line_no, item_code=ours.item.code if ours.item else "",
        supplier_part=ours.supplier_part, gtin=ours.item.gtin if ours.item else "", unit_code=ours.unit.code,
        unit_symbol=ours.unit.symbol, base_factor=ours.base_factor, unit_price=ours.unit_price, ordered=ours.ordered, delivered=ours.delivered,
        accepted=ours.accepted, returned=ours.returned, cancelled=ours.cancelled, closed_short=ours.closed_short,
        taken=ours.invoiced + shelf.taken.get(ours.pk, Decimal(0)), expected=ours.promised or ours.need_by,
        is_open=order.state == OrderState.ISSUED, limits=tolerances.of_line(ours),
    )  # fmt: skip
    return Allocation(
        line=billed, order_line=facts, quantity=line.quantity * ours.base_factor, amount=line.net_amount,
        unit_price=line.unit_price, before=Decimal(0), explanation=f"{order.number} line {ours.line_no}, as referenced.",
    )  # fmt: skip
