"""What a message says in our own words, for a person to look at before or after it has its effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation.templatetags.ui import day, money
from integration import canonical
from integration.canonical import Document, Fault
from integration.models import InboxMessage
from integration.services import decode

READ_UP_TO = 1024 * 1024  # bytes; a larger message is not read again for a page
SHOWN_LINES = 200
_HEADERS = {"lines": "answered line by line", "none": "nothing said"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A document: a title, label and value pairs, and its lines as a table."""

    title: str
    facts: list[tuple[str, str]]
    head: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """Documents and faults of a message as its connection reads it."""

    documents: list[Shown]
    faults: tuple[Fault, ...]


def preview_of(message: InboxMessage) -> Preview | None:
    """Return how a message is read, nothing for one too large to read again."""
    if len(message.raw) > READ_UP_TO:
        return None
    decoded = decode(message=message)
    return Preview([_shown(document) for document in decoded.documents], decoded.faults)


def _shown(document: Document) -> Shown:
    if isinstance(document, canonical.Invoice):
        return _invoice(document)
    if isinstance(document, canonical.Acknowledgment):
        return _answer(document)
    if isinstance(document, canonical.FunctionalAnswer):
        said = [("Group", f"{document.group_code} {document.group_control}"), ("Verdict", _words(document.verdict))]
        rows = [(s.code, s.control, _words(s.verdict), s.detail) for s in document.sets]
        return Shown("Functional answer", said, ("Set", "Number", "Verdict", "Detail"), rows[:SHOWN_LINES])
    return Shown(type(document).__name__, [])


def _invoice(document: canonical.Invoice) -> Shown:
    kind = "Credit note" if document.kind == "credit_note" else "Invoice"
    facts = [
        ("Supplier", document.supplier.name),
        ("Dated", day(document.issued)),
        ("Due", day(document.due) if document.due else ""),
        ("Order", document.order_number),
        ("Net", _amount(document.net, document.currency)),
        ("Tax", _amount(document.tax, document.currency)),
        ("Total", _amount(document.total, document.currency)),
    ]
    rows = [
        (
            line.line_no,
            line.description,
            line.supplier_part or line.buyer_item or line.gtin,
            f"{_plain(line.quantity)} {line.unit}",
            _plain(line.unit_price),
            _amount(line.net_amount, document.currency),
        )
        for line in document.lines
    ]
    head = ("Line", "Goods", "Part", "Quantity", "Price", "Amount")
    return Shown(f"{kind} {document.number}", _stated(facts), head, rows[:SHOWN_LINES], max(len(rows) - SHOWN_LINES, 0))


def _answer(document: canonical.Acknowledgment) -> Shown:
    facts = [
        ("Order", document.order_number),
        ("The whole order", _HEADERS.get(document.header, _words(document.header))),
        ("Lines left out", _words(document.others or "nothing said")),
        ("Answered", day(document.answered) if document.answered else ""),
        ("Their number", document.supplier_reference),
    ]
    rows = [
        (
            line.line_no,
            _words(line.answer),
            f"{_plain(line.quantity)} {line.unit}" if line.quantity is not None else "whole line",
            _plain(line.unit_price),
            day(line.promised) if line.promised else "",
            line.reason,
        )
        for line in document.lines
    ]
    head = ("Line", "Answer", "Quantity", "New price", "Delivery", "Reason")
    return Shown(
        f"Answer to {document.order_number}", _stated(facts), head, rows[:SHOWN_LINES], max(len(rows) - SHOWN_LINES, 0)
    )


def _stated(facts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(label, value) for label, value in facts if value]


def _words(code: str) -> str:
    return code.replace("_", " ")


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _amount(value: Decimal | None, currency: str) -> str:
    return "" if value is None else money(value, currency)
