"""The canonical model, version 1: what every dialect is translated to and from (IN-1). Rules never see a dialect."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

VERSION = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a document. `is_fatal` refuses it.

    `position` is `segment/element` in X12 (both from 1, the segment counted in its transaction set or interchange) and a
    path in XML; `cure` says what the sender or our engineer would have to do.
    """

    code: str
    message: str
    position: str = ""
    value: str = ""
    is_fatal: bool = True
    cure: str = ""


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
    """One statement about one line (AK-1): `answer` is the canonical word, quantity none means the whole line.

    `promised` is a day of delivery, `ships` a day of dispatch; neither stands in for the other. `echoed_quantity` and
    `echoed_price` are what the answer repeats of the order: they differ from it where the supplier changed it unsaid.
    """

    line_no: str
    answer: str
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    promised: date | None = None
    ships: date | None = None
    reason: str = ""
    substitute: str = ""
    said: str = ""  # the sender's own code
    echoed_quantity: Decimal | None = None
    echoed_price: Decimal | None = None
    item: str = ""
    supplier_part: str = ""
    gtin: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """A supplier's answer.

    `header` is accept_all, reject_all, lines, hold or none; `others` what it says about lines it leaves out: accepted,
    rejected, or nothing.
    """

    order_number: str
    number: str
    answered: date | None
    header: str
    purpose: str
    lines: tuple[AnswerSchedule, ...] = ()
    others: str = ""
    currency: str = ""
    supplier_reference: str = ""
    supplier: Party = field(default_factory=Party)


@dataclass(frozen=True, slots=True)
class TaxSubtotal:
    """Tax of one category as its sender states it."""

    code: str
    percent: Decimal | None
    taxable: Decimal
    tax: Decimal


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
    remit_to: str = ""
    prepaid: Decimal = Decimal(0)
    payable: Decimal | None = None
    taxes: tuple[TaxSubtotal, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What arrived of one order line; accepted and rejected are parts of received."""

    order_number: str
    order_line_no: str
    received: Decimal
    unit: str
    accepted: Decimal
    rejected: Decimal = Decimal(0)
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods that arrived at a place, as the system there recorded it."""

    number: str
    location: Identifier
    day: date
    lines: tuple[ReceiptLine, ...]
    ship_notice: str = ""
    reverses: str = ""


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """What the other side made of one document we sent: its type, control number, and accepted or not."""

    code: str
    control: str
    verdict: str  # accepted, accepted_with_errors, rejected
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FunctionalAnswer:
    """The other side's word on the syntax of a group we sent. It agrees to nothing (EDI.md section 2)."""

    group_code: str
    group_control: str
    verdict: str  # accepted, accepted_with_errors, partial, rejected
    sets: tuple[SetVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceivedSet:
    """One document of a group we received, with what is wrong in it."""

    code: str
    control: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceivedGroup:
    """A group we received and owe a functional answer for; `declared` is the number of sets it said it holds."""

    code: str
    control: str
    sets: tuple[ReceivedSet, ...]
    declared: str = ""
    faults: tuple[Fault, ...] = ()


Document = Acknowledgment | Invoice | Receipt | FunctionalAnswer


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a dialect made of a message: documents and faults. A fatal fault refuses the message."""

    documents: tuple[Document, ...] = ()
    faults: tuple[Fault, ...] = ()
    control_number: str = ""
    sender: str = ""
    receiver: str = ""
    envelope_key: str = ""  # identity by the dialect's own envelope; empty where it has none
    is_test: bool = False
    groups: tuple[ReceivedGroup, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Say whether nothing of it may be applied."""
        return any(fault.is_fatal for fault in self.faults)
