"""Counting a delivery as it is typed: how much of a line came, and how much of that is not good (GR-1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError

from foundation.quantity import QUANTITY_DECIMALS
from foundation.web.numbers import read_counted
from procurement.models import Condition
from procurement.selectors.orders import LineView
from procurement.services import ReceiptLine

BAD = [(value, label) for value, label in Condition.choices if value != Condition.GOOD]


@dataclass(slots=True)
class Row:
    """One line of the form as typed; `errors` says what is wrong by input name."""

    view: LineView
    arrived: str
    bad: str = ""
    condition: str = Condition.DAMAGED
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The order line's number."""
        return self.view.line.line_no

    @property
    def open(self) -> str:
        """What is still to come, as it stands in the input."""
        return plain(self.view.open)

    @property
    def most(self) -> str:
        """The most that may be accepted now, with the tolerance of the order line (GR-3)."""
        line = self.view.line
        wanted = line.ordered - line.cancelled - line.closed_short
        room = wanted + line.ordered * line.over_receipt_percent / 100 - line.accepted
        return plain(self.view.in_unit(max(room, Decimal(0))))


def rows_expected(views: Sequence[LineView], *, blind: bool) -> list[Row]:
    """Return the form: filled in with what is open, or empty where the site counts blind."""
    return [Row(view, "" if blind or not view.open else plain(view.open)) for view in views]


def read(data: Mapping[str, str], views: Sequence[LineView], *, in_full: bool) -> tuple[list[Row], list[ReceiptLine]]:
    """Return the rows as typed with their errors, and what came when there are none."""
    if in_full:
        rows = rows_expected(views, blind=False)
    else:
        rows = [
            Row(
                view,
                data.get(f"q-{view.line.line_no}", "").strip()[:40],
                data.get(f"b-{view.line.line_no}", "").strip()[:40],
                data.get(f"c-{view.line.line_no}", Condition.DAMAGED)[:10],
            )
            for view in views
        ]
    return rows, [line for row in rows for line in _came(row)]


def problems(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return every error with the id of its input, in line order."""
    return [(f"{name}-{row.number}", f"Line {row.number}: {text}") for row in rows for name, text in row.errors.items()]


def plain(value: Decimal) -> str:
    """Write a number as people type it: no needless zeros, no exponent."""
    return f"{value.normalize():f}"


def _came(row: Row) -> list[ReceiptLine]:
    arrived, bad = _number(row, "q", row.arrived), _number(row, "b", row.bad)
    if bad > arrived and not row.errors:
        row.errors["b"] = f"{plain(bad)} cannot be bad when {plain(arrived)} came."
    if row.errors:
        return []
    parts = ((arrived - bad, str(Condition.GOOD)), (bad, row.condition))
    return [ReceiptLine(row.number, quantity, "", condition) for quantity, condition in parts if quantity]


def _number(row: Row, name: str, text: str) -> Decimal:
    """Read a quantity; nothing typed is none."""
    try:
        return read_counted(text or "0", QUANTITY_DECIMALS)
    except ValidationError as error:
        row.errors[name] = str(error.message)
        return Decimal(0)
