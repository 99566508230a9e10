"""What is told about a bill of the past when it is written in bulk."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from foundation.events import Event
from foundation.models import AuditEvent, User
from invoicing.decisions.matching import ShareResult
from invoicing.models import Invoice, InvoiceLine, InvoiceMatch, MatchState
from invoicing.services.shares import share_facts


@dataclass(frozen=True, slots=True)
class PastBillLine:
    """What was billed of an order line, in the unit it was ordered in; price net per that unit."""

    line_no: int
    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class LetPass:
    """Who let the differences of a bill pass, why, and when."""

    by: User
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PastBill:
    """A bill for a stored order, in the order's currency, that was released. `supplier_number` is as printed.

    `tax_percent` is of every line. Not `posted_at`: it never reached the ERP; not `paid_at`: it was not due yet.
    """

    order_id: int
    supplier_number: str
    lines: tuple[PastBillLine, ...]
    tax_percent: Decimal
    received_at: datetime
    released_at: datetime
    posted_at: datetime | None = None
    voucher: str = ""
    paid_at: datetime | None = None
    let_pass: LetPass | None = None
    entered_by: User | None = None
    source: str = "import"


@dataclass(slots=True)
class WrittenBill:
    """One bill as it is stored, with what its match found and what is told of it."""

    bill: PastBill
    invoice: Invoice
    lines: list[InvoiceLine]
    results: list[ShareResult]
    events: list[Event] = field(default_factory=list)
    rows: list[tuple[datetime, AuditEvent]] = field(default_factory=list)

    def matches(self) -> Iterator[InvoiceMatch]:
        """Yield the unsaved matches; the lines are stored."""
        for line, result in zip(self.lines, self.results, strict=True):
            yield InvoiceMatch(
                line=line, supplier_id=line.supplier_id, order_line_id=result.share.order_line.id,
                quantity=result.share.quantity, amount=result.share.amount, explanation=result.share.explanation,
                state=MatchState.DIFFERS if result.findings else MatchState.MATCHED, facts=share_facts(result),
                policy_version=result.share.order_line.limits.version, tested_at=self.bill.received_at,
            )  # fmt: skip
