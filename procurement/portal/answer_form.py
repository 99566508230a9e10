"""The supplier's answer as it is typed: one row a line, filled in as ordered, up to three deliveries (AK-1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop

from foundation.money import UNIT_PRICE_DECIMALS
from foundation.quantity import QUANTITY_DECIMALS
from foundation.web.numbers import read_counted
from procurement.models import LineAnswer, PurchaseOrderLine
from procurement.services import AnswerLine

REASONS = [  # stored as they stand here, shown in the reader's language
    gettext_noop("Out of stock"), gettext_noop("Capacity"), gettext_noop("Price changed"), gettext_noop("Pack size"),
    gettext_noop("Minimum order"), gettext_noop("Other"),
]  # fmt: skip
PARTS = (2, 3)  # further deliveries of one line


@dataclass(slots=True)
class Part:
    """A further delivery of a line: which, how much and when, as typed."""

    number: int
    quantity: str = ""
    promised: str = ""


@dataclass(slots=True)
class Row:
    """One line of the answer form as typed; `errors` says what is wrong by input name."""

    line: PurchaseOrderLine
    quantity: str
    promised: str
    price: str
    reason: str = ""
    is_refused: bool = False
    parts: list[Part] = field(default_factory=lambda: [Part(number) for number in PARTS])
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def asked_quantity(self) -> str:
        """What we ordered, as it stands in the input."""
        return plain(self.line.quantity)

    @property
    def asked_day(self) -> str:
        """The day we asked for, as it stands in the input."""
        return self.line.need_by.isoformat()

    @property
    def asked_price(self) -> str:
        """The price we ordered at, as it stands in the input."""
        return plain(self.line.unit_price)

    @property
    def is_split(self) -> bool:
        """Say whether further deliveries are typed."""
        return any(part.quantity or part.promised for part in self.parts)

    @property
    def is_open(self) -> bool:
        """Say whether the rarer inputs are used or wrong, so that the page shows them."""
        return self.is_split or self.is_refused or bool(self.reason) or bool(self.errors)


def rows_as_ordered(lines: Sequence[PurchaseOrderLine]) -> list[Row]:
    """Return the form filled in with what was ordered, or with the promise already given."""
    return [
        Row(line, plain(line.quantity), (line.promised or line.need_by).isoformat(), plain(line.unit_price))
        for line in lines
    ]


def read(data: Mapping[str, str], lines: Sequence[PurchaseOrderLine]) -> tuple[list[Row], list[AnswerLine]]:
    """Return the rows as typed with their errors, and what they say when there are none."""
    rows = [_row(data, line) for line in lines]
    said = [answer for row in rows for answer in _answers(row)]
    return rows, said


def problems(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return every error with the id of its input, in line order."""
    return [
        (
            f"{name}-{row.line.line_no}",
            gettext("Line %(number)s: %(text)s") % {"number": row.line.line_no, "text": text},
        )
        for row in rows
        for name, text in row.errors.items()
    ]


def plain(value: Decimal) -> str:
    """Write a number as people type it: no needless zeros, no exponent."""
    return f"{value.normalize():f}"


def _row(data: Mapping[str, str], line: PurchaseOrderLine) -> Row:
    def typed(name: str, longest: int = 40) -> str:
        return data.get(f"{name}-{line.line_no}", "").strip()[:longest]

    return Row(
        line,
        typed("q"),
        typed("d"),
        typed("p"),
        typed("r", 200),
        is_refused=bool(typed("x")),
        parts=[Part(number, typed(f"q{number}"), typed(f"d{number}")) for number in PARTS],
    )


def _answers(row: Row) -> list[AnswerLine]:
    """Read one row; faults are put into it and nothing is returned then."""
    line = row.line
    if row.is_refused:
        if not row.reason:
            row.errors["r"] = gettext("say why you cannot deliver it.")
            return []
        return [AnswerLine(line.line_no, LineAnswer.REJECTED, Decimal(0), reason=row.reason)]
    price = _number(row, "p", row.price, UNIT_PRICE_DECIMALS, "price")
    found = [(_number(row, "q", row.quantity), _day(row, "d", row.promised))]
    for part in row.parts:
        if part.quantity or part.promised:
            name = str(part.number)
            found.append((_number(row, f"q{name}", part.quantity), _day(row, f"d{name}", part.promised)))
    if row.errors or price is None:
        return []
    deliveries = [(quantity, day) for quantity, day in found if quantity is not None and day is not None]
    if not sum(quantity for quantity, _ in deliveries):
        return [AnswerLine(line.line_no, LineAnswer.REJECTED, Decimal(0), reason=row.reason)]
    changed_price = price if price != line.unit_price else None
    kind = _kind(line, deliveries, changed_price)
    return [
        AnswerLine(line.line_no, kind, quantity, changed_price, day, reason=row.reason)
        for quantity, day in deliveries
        if quantity
    ]


def _kind(line: PurchaseOrderLine, deliveries: Sequence[tuple[Decimal, date]], price: Decimal | None) -> LineAnswer:
    if len(deliveries) > 1:
        return LineAnswer.SPLIT
    quantity, promised = deliveries[0]
    if price is not None:
        return LineAnswer.PRICE_CHANGED
    if quantity != line.quantity:
        return LineAnswer.QUANTITY_CHANGED
    return LineAnswer.DATE_CHANGED if promised > line.need_by else LineAnswer.ACCEPTED


def _number(
    row: Row, name: str, text: str, decimals: int = QUANTITY_DECIMALS, what: str = "quantity"
) -> Decimal | None:
    try:
        return read_counted(text, decimals, what)
    except ValidationError as error:
        row.errors[name] = str(error.message)
        return None


def _day(row: Row, name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        row.errors[name] = gettext("“%(text)s” is not a day; choose one from the calendar.") % {"text": text}
        return None
