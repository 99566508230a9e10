"""The canonical model, version 1: what every dialect is translated to and from (IN-1). Rules never see a dialect."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

VERSION = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a document: where, what, and what would cure it. `is_fatal` refuses the document."""

    code: str
    message: str
    position: str = ""
    value: str = ""
    is_fatal: bool = True


@dataclass(frozen=True, slots=True)
class Identifier:
    """An id in a scheme (EDI.md section 7); alone it means nothing."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Party:
    """Who, by every id the document states."""

    name: str = ""
    ids: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order; price net per unit."""

    line_no: int
    quantity: Decimal
    unit: str  # UN/ECE Recommendation 20 or 21
    unit_price: Decimal
    description: str
    item: str = ""
    supplier_part: str = ""
    gtin: str = ""
    need_by: date | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An issued order version."""

    number: str
    revision: int
    ordered: date
    currency: str
    buyer: Party
    supplier: Party
    ship_to: Party
    lines: tuple[OrderLine, ...]
    purpose: str = "original"


@dataclass(frozen=True, slots=True)
class AnswerSchedule:
    """One statement about one line (AK-1): `answer` is the canonical word, quantity none means the whole line."""

    line_no: str
    answer: str
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    promised: date | None = None
    reason: str = ""
    item: str = ""
    supplier_part: str = ""
    gtin: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """A supplier's answer. `header` is accept_all, reject_all, lines, hold or none."""

    order_number: str
    number: str
    answered: date | None
    header: str
    purpose: str
    lines: tuple[AnswerSchedule, ...] = ()
    supplier_reference: str = ""
    supplier: Party = field(default_factory=Party)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A billed line; net after line allowances and charges."""

    line_no: str
    quantity: Decimal
    unit: str
    net_amount: Decimal
    unit_price: Decimal | None = None
    description: str = ""
    order_number: str = ""
    order_line_no: str = ""
    buyer_item: str = ""
    supplier_part: str = ""
    gtin: str = ""
    tax_code: str = ""
    tax_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """A document charge; an allowance is negative."""

    amount: Decimal
    code: str = ""
    description: str = ""
    tax_code: str = ""
    tax_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or credit note with the totals its sender states."""

    kind: str
    number: str
    issued: date
    currency: str
    supplier: Party
    buyer: Party
    lines: tuple[InvoiceLine, ...]
    charges: tuple[Charge, ...]
    total: Decimal  # with tax, before prepayment
    net: Decimal | None = None
    tax: Decimal | None = None
    rounding: Decimal = Decimal(0)
    due: date | None = None
    order_number: str = ""
    credited_number: str = ""
    bank_account: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a dialect made of a message: documents and faults. A fatal fault refuses the document it is about."""

    documents: tuple[Acknowledgment | Invoice, ...] = ()
    faults: tuple[Fault, ...] = ()
    control_number: str = ""
    sender: str = ""
    receiver: str = ""

    @property
    def is_refused(self) -> bool:
        """Say whether nothing of it may be applied."""
        return any(fault.is_fatal for fault in self.faults)
