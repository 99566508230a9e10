"""What the match knows: frozen, in base units and document currency. Source: SEMANTICS TM-1 to TM-3 and TM-5 to TM-9."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from policies.decisions.tolerances import MatchPolicy

ZERO = Decimal(0)


class HoldCode(StrEnum):
    """Why an invoice is not paid yet (TM-10). Public and never renamed."""

    DUPLICATE = "possible_duplicate"
    PRICE_ABOVE = "price_above_tolerance"
    PRICE_BELOW = "price_below_tolerance"
    OVER_RECEIVED = "invoiced_over_received"
    OVER_CREDITED = "credited_over_invoiced"
    OVERDUE = "goods_overdue"
    CHARGE = "charge_not_on_order"
    TAX = "tax_differs"
    TOTAL = "total_differs"
    CURRENCY = "currency_differs"
    UNIT = "unit_not_convertible"
    UNMATCHED = "unmatched_line"
    NO_ORDER = "no_order"
    ORDER_CLOSED = "order_closed"
    SUPPLIER_BLOCKED = "supplier_blocked"
    BANK_CHANGE = "bank_change_open"
    REMIT_TO = "remit_to_differs"
    WAITING = "not_received"


# TM-10: nobody may wave these through. An order is needed: bills without one are not coded here.
CURE_ONLY = frozenset(
    {
        HoldCode.CURRENCY, HoldCode.UNIT, HoldCode.UNMATCHED, HoldCode.NO_ORDER, HoldCode.SUPPLIER_BLOCKED,
        HoldCode.BANK_CHANGE, HoldCode.WAITING, HoldCode.OVER_CREDITED,
    }
)  # fmt: skip
# Cause -> category of the exception routing policy (EX-1).
CATEGORY: Mapping[HoldCode, str] = {
    HoldCode.DUPLICATE: "invoice_duplicate",
    HoldCode.PRICE_ABOVE: "invoice_price",
    HoldCode.PRICE_BELOW: "invoice_price",
    HoldCode.OVER_RECEIVED: "invoice_quantity",
    HoldCode.OVER_CREDITED: "invoice_quantity",
    HoldCode.OVERDUE: "goods_overdue",
    HoldCode.CHARGE: "invoice_charge",
    HoldCode.TAX: "invoice_tax",
    HoldCode.TOTAL: "invoice_total",
    HoldCode.CURRENCY: "invoice_unit",
    HoldCode.UNIT: "invoice_unit",
    HoldCode.UNMATCHED: "invoice_order",
    HoldCode.NO_ORDER: "invoice_order",
    HoldCode.ORDER_CLOSED: "invoice_order",
    HoldCode.SUPPLIER_BLOCKED: "invoice_supplier",
    HoldCode.BANK_CHANGE: "supplier_bank",
    HoldCode.REMIT_TO: "supplier_bank",
}


@dataclass(frozen=True, slots=True)
class OrderLineFacts:
    """An order line while it is locked; quantities in the item's base unit, price per ordered unit.

    `taken` is what other standing bills of earlier rank already claim of it, less what was credited.
    `factors` says how many base units one of a stated unit is; a unit that is missing cannot be converted (MQ-3).
    """

    id: int
    order_number: str
    line_no: int
    item_code: str
    supplier_part: str
    gtin: str
    unit_code: str
    unit_symbol: str
    base_factor: Decimal
    unit_price: Decimal
    ordered: Decimal
    delivered: Decimal
    accepted: Decimal
    returned: Decimal
    cancelled: Decimal
    closed_short: Decimal
    taken: Decimal
    expected: date
    is_open: bool
    limits: MatchPolicy
    factors: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def payable(self) -> Decimal:
        """Return the goods that may be billed now: by mode ordered, received or accepted (TM-1)."""
        if self.limits.mode == "two_way":
            return self.to_come
        return (self.accepted if self.limits.mode == "four_way" else self.delivered) - self.returned

    @property
    def to_come(self) -> Decimal:
        """Return the most that can ever be billed: what stays ordered, or what came if that is more."""
        return max(self.ordered - self.cancelled - self.closed_short, self.delivered) - self.returned

    def factor_of(self, unit_code: str) -> Decimal | None:
        """Return base units in one stated unit, or nothing when there is no path (MQ-3)."""
        return self.base_factor if unit_code == self.unit_code else self.factors.get(unit_code)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order a bill refers to; absent when we never sent it to this supplier."""

    number: str
    currency: str
    lines: tuple[OrderLineFacts, ...]


@dataclass(frozen=True, slots=True)
class BilledLine:
    """An invoice line as stated; `key` identifies it in the results, whatever its place on the paper."""

    key: int
    line_no: str
    quantity: Decimal
    unit_code: str
    unit_price: Decimal
    net_amount: Decimal
    order_number: str = ""
    order_line_no: str = ""
    item_code: str = ""
    supplier_part: str = ""
    gtin: str = ""
    unit_name: str = ""

    @property
    def unit_words(self) -> str:
        """Return the stated unit as a sentence begins with it: its name and code, or the code alone if we know no other."""
        name = self.unit_name[:1].upper() + self.unit_name[1:]
        return f"{name} ({self.unit_code})" if name else self.unit_code

    def rank(self) -> tuple[object, ...]:
        """Return what orders lines for the match: what they say, never where they stand or when they were stored."""
        number = int(self.line_no) if self.line_no.isascii() and self.line_no.isdigit() else 0
        return (
            number, self.line_no, self.order_number, self.order_line_no, self.item_code, self.supplier_part, self.gtin,
            self.quantity, self.unit_code, self.unit_price, self.net_amount,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason the bill is not as it should be. `line` is the billed line's key, or nothing for the document.

    `amount` is the money in dispute, in document currency; it is also the magnitude a release remembers (TM-9).
    """

    code: HoldCode
    sentence: str
    amount: Decimal
    line: int | None = None
    actual: str = ""
    limit: str = ""
    evidence: tuple[tuple[str, str], ...] = ()

    @property
    def is_exception(self) -> bool:
        """Say whether somebody must act; goods that are not due yet only wait (TM-8)."""
        return self.code is not HoldCode.WAITING
