"""Frozen facts for tests of the study: what a clerk would write on paper, in a few words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from invoicing.decisions.duplicates import Bill
from invoicing.decisions.facts import BilledLine, OrderFacts, OrderLineFacts
from invoicing.decisions.judgement import InvoiceFacts
from invoicing.decisions.totals import Part, Stated, compute
from policies.decisions.tolerances import MatchPolicy

TODAY = date(2026, 3, 10)
POLICY = MatchPolicy(
    version="tolerance/1",
    mode="three_way",
    price_up_percent=Decimal(2),
    price_up_absolute=Decimal("0.50"),
    price_down_percent=None,
    price_down_absolute=None,
    quantity_percent=Decimal(0),
    quantity_absolute=Decimal(0),
    quantity_value=Decimal(50),
    total_absolute=Decimal("1.00"),
    over_receipt_percent=Decimal(0),
)


def policy(**changes: Any) -> MatchPolicy:
    return replace(POLICY, **changes)


def order_line(line_no: int = 10, **changes: Any) -> OrderLineFacts:
    facts = OrderLineFacts(
        id=line_no,
        order_number="PO-1",
        line_no=line_no,
        item_code=f"ITEM-{line_no}",
        supplier_part=f"S-{line_no}",
        gtin=f"50000000000{line_no}",
        unit_code="EA",
        unit_symbol="ea",
        base_factor=Decimal(1),
        unit_price=Decimal("4.00"),
        ordered=Decimal(100),
        delivered=Decimal(100),
        accepted=Decimal(100),
        returned=Decimal(0),
        cancelled=Decimal(0),
        closed_short=Decimal(0),
        taken=Decimal(0),
        expected=date(2026, 3, 20),
        is_open=True,
        limits=POLICY,
    )
    return replace(facts, **changes)


def billed(line_no: int = 10, quantity: str = "100", price: str = "4.00", **changes: Any) -> BilledLine:
    line = BilledLine(
        key=line_no,
        line_no=str(line_no),
        quantity=Decimal(quantity),
        unit_code="EA",
        unit_price=Decimal(price),
        net_amount=Decimal(quantity) * Decimal(price),
        order_number="PO-1",
        order_line_no=str(line_no),
    )
    return replace(line, **changes)


def order(*lines: OrderLineFacts, number: str = "PO-1", currency: str = "GBP") -> OrderFacts:
    return OrderFacts(number, currency, lines or (order_line(),))


def bill(number: str = "INV-1", day: date = TODAY, total: str = "400.00", **changes: Any) -> Bill:
    key = number.replace("-", "")
    values = {
        "id": 1, "number": f"INV-{number}", "supplier_id": 7, "supplier_number": number, "key": key, "skeleton": key,
        "total": Decimal(total), "currency": "GBP", "date": day, "orders": frozenset({"PO-1"}), "standing": 2,
    }  # fmt: skip
    return Bill(**{**values, **changes})


def invoice(
    lines: tuple[BilledLine, ...] = (),
    orders: tuple[OrderFacts, ...] = (),
    *,
    total: str | None = None,
    charges: tuple[tuple[str, Decimal], ...] = (),
    **changes: Any,
) -> InvoiceFacts:
    lines = lines or (billed(),)
    orders = orders or (order(),)
    net = sum((line.net_amount for line in lines), sum((amount for _, amount in charges), Decimal(0)))
    stated = Stated(None, None, Decimal(0), Decimal(total) if total else net)
    parts = [Part(line.net_amount, Decimal(0)) for line in lines] + [Part(a, Decimal(0)) for _, a in charges]
    values = {
        "bill": bill(total=str(stated.total)), "kind": "invoice", "currency": "GBP", "header_reference": "PO-1",
        "lines": lines, "charges": charges, "totals": compute(parts, stated, "GBP"), "stated": stated,
        "supplier_name": "Acme Packaging", "supplier_may_be_paid": True, "bank_change": "", "remit_to": ("", ""),
        "orders": {o.number: o for o in orders},
        "lookalikes": (), "limits": POLICY, "today": TODAY,
    }  # fmt: skip
    return InvoiceFacts(**{**values, **changes})
