"""What invoicing tells the other rooms. The voucher of a released invoice is read with `selectors.voucher`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceEvent(Event):
    """An event of an invoice; amounts in document currency."""

    subject_type: ClassVar[str] = "invoice"

    total_amount: Decimal
    currency: str
    document_kind: str = "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReceived(InvoiceEvent):
    """A supplier bills; it waits for its match."""

    kind: ClassVar[str] = "invoicing.invoice.received"

    supplier_number: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceHeld(InvoiceEvent):
    """Something is wrong; `codes` say what."""

    kind: ClassVar[str] = "invoicing.invoice.held"

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceWaiting(InvoiceEvent):
    """Goods have not come yet, and are not late."""

    kind: ClassVar[str] = "invoicing.invoice.waiting"

    expected_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCleared(InvoiceEvent):
    """Bill, order and goods agree, or a person let the difference pass."""

    kind: ClassVar[str] = "invoicing.invoice.cleared"

    first_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReleased(InvoiceEvent):
    """Pay it: handed to the ERP once (TM-11).."""

    kind: ClassVar[str] = "invoicing.invoice.released"

    due_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePosted(InvoiceEvent):
    """The ERP has it under its own number."""

    kind: ClassVar[str] = "invoicing.invoice.posted"

    voucher: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePaid(InvoiceEvent):
    """The ERP says it is paid."""

    kind: ClassVar[str] = "invoicing.invoice.paid"

    paid_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceVoided(InvoiceEvent):
    """Refused or withdrawn; it will never be paid."""

    kind: ClassVar[str] = "invoicing.invoice.voided"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEvent(Event):
    """An event of one hold; the invoice is its related document."""

    subject_type: ClassVar[str] = "hold"

    code: str
    amount: Decimal
    currency: str
    is_exception: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOpened(HoldEvent):
    """A reason not to pay yet."""

    kind: ClassVar[str] = "invoicing.hold.opened"

    sentence: str
    owner_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldClosed(HoldEvent):
    """The cause is gone (`cured`), or a person let it pass (`released`)."""

    kind: ClassVar[str] = "invoicing.hold.closed"

    outcome: str
    reason: str = ""
