"""What a door hands to the workshop when a supplier bills: one frozen command, whichever dialect it was read from."""

from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class LineCommand:
    """One billed line as the supplier wrote it; `net_amount` after line allowances, in the invoice currency.

    `unit_price` is only needed for a line of quantity 0; otherwise it is net amount / quantity (TM-2).
    """

    line_no: str
    quantity: Decimal
    unit_code: str
    net_amount: Decimal
    description: str = ""
    order_number: str = ""
    order_line_no: str = ""
    item_code: str = ""
    supplier_part: str = ""
    gtin: str = ""
    unit_price: Decimal | None = None
    tax_percent: Decimal | None = None
    tax_code: str = ""


@dataclass(frozen=True, slots=True)
class ChargeCommand:
    """Freight, surcharge or allowance at document level; an allowance is negative."""

    amount: Decimal
    code: str = ""
    description: str = ""
    tax_percent: Decimal | None = None
    tax_code: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceCommand:
    """An invoice or a credit note. Amounts of a credit note are positive: they are taken back.

    `stated_total` is net + tax + rounding as the supplier states it, before anything already paid is taken off.
    `source` and `external_id` identify the document at its sender: the same pair has one effect.
    `legal_entity_id` may be empty when an order is referenced; `due_date` when the supplier's terms say it.
    """

    source: str
    external_id: str
    supplier_id: int
    supplier_number: str
    invoice_date: date
    currency: str
    stated_total: Decimal
    lines: tuple[LineCommand, ...]
    kind: str = "invoice"
    charges: tuple[ChargeCommand, ...] = ()
    due_date: date | None = None
    legal_entity_id: int | None = None
    order_reference: str = ""
    credited_invoice_number: str = ""
    bank_account: str = ""
    remit_to: str = ""  # code of the supplier's location to be paid, as stated
    stated_net: Decimal | None = None
    stated_tax: Decimal | None = None
    stated_rounding: Decimal = Decimal(0)
    original: bytes | None = field(default=None, repr=False)
    original_type: str = ""

    def order_numbers(self) -> tuple[str, ...]:
        """Return every order the supplier refers to, in order of first mention."""
        stated = (self.order_reference, *(line.order_number for line in self.lines))
        return tuple(dict.fromkeys(number for number in stated if number))

    def content(self) -> dict[str, Any]:
        """Return what the content hash covers: everything the supplier says, not how its bytes were wrapped."""
        content = asdict(self)
        del content["original"], content["original_type"]
        if not self.remit_to:
            del content["remit_to"]  # what was stored before bills could name it keeps its hash
        return content
