"""One row of a source becomes one past order line, or a refusal that names field, value and cure.

The file is hostile input: nothing is guessed, and what a row does not say is refused, never filled in.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from foundation.intake.csv import Row
from foundation.money import round_amount, round_unit_price
from integration.history.mapping import SourceMapping

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,10})?", re.ASCII)
_DOCUMENT = re.compile(r"[A-Z0-9][A-Z0-9._-]*", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LONGEST = {
    "id": 40,
    "order": 24,
    "shipment": 40,
    "site": 80,
    "supplier": 120,
    "item": 200,
    "category": 80,
    "subcategory": 80,
}
_MOST = Decimal(10) ** 9
_DRIFT = Decimal("0.01")  # of the amount, by which quantity by price may miss it
_FIRST_YEAR, _LAST_YEAR = 1970, 2100


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that does not come in: its line in the file, why, and what to do."""

    row: int
    reason: str
    field: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PastLine:
    """One line of a past order with its delivery; quantity in packs, price net per pack, days at the site."""

    row: int
    id: str
    order: str
    shipment: str
    site: str
    supplier: str
    ordered: date
    needed: date
    received: date
    item: str
    category: str
    subcategory: str
    pack_size: Decimal
    quantity: Decimal
    unit_price: Decimal
    remarks: str
    notes: tuple[str, ...]


class _RefusedError(Exception):
    def __init__(self, reason: str, field: str, value: str, sentence: str) -> None:
        super().__init__(sentence)
        self.refusal = (reason, field, value[:60], sentence)


def read_line(row: Row, mapping: SourceMapping) -> PastLine | Refusal:
    """Return the line of a row, or the first thing that is wrong with it."""
    try:
        return _read(row, mapping)
    except _RefusedError as error:
        return Refusal(row.number, *error.refusal)


def _read(row: Row, mapping: SourceMapping) -> PastLine:
    if row.fault:
        raise _RefusedError("row_shape", "", "", f"The row has {row.fault}. Check its separators and quotes.")
    for rule in mapping.refusing:
        if row.cells.get(rule.column, "").strip() == rule.equals:
            raise _RefusedError(rule.reason, rule.column, rule.equals, rule.sentence)
    text = {field: _text(row, mapping, field) for field in _LONGEST}
    days = {field: _day(row, mapping, field) for field in ("ordered", "needed", "received")}
    order = text["order"].upper()
    if not _DOCUMENT.fullmatch(order):
        raise _fault(mapping, "number_unusable", "order", order, "Use letters, digits, dots, dashes and underscores.")
    if text["site"] not in mapping.sites:
        raise _fault(
            mapping, "site_unknown", "site", text["site"], "Add it to the mapping file with code and time zone."
        )
    if days["received"] < days["ordered"]:
        raise _fault(
            mapping, "received_before_ordered", "received", days["received"].isoformat(),
            f"Goods cannot come before {days['ordered']}, when they were ordered. Correct one of the two days.",
        )  # fmt: skip
    quantity, pack_size = _positive(row, mapping, "quantity"), _positive(row, mapping, "pack_size")
    unit_price, notes = _price(row, mapping, quantity)
    remarks, more = _remarks(row, mapping)
    said: dict[str, Any] = {**text, "order": order, **days}
    return PastLine(
        row=row.number, **said, pack_size=pack_size, quantity=quantity,
        unit_price=unit_price, remarks=remarks, notes=(*notes, *more),
    )  # fmt: skip


def _cell(row: Row, mapping: SourceMapping, field: str) -> str:
    return row.cells.get(mapping.columns[field], "").strip()


def _fault(mapping: SourceMapping, reason: str, field: str, value: str, cure: str) -> _RefusedError:
    return _RefusedError(reason, mapping.columns[field], value, cure)


def _text(row: Row, mapping: SourceMapping, field: str) -> str:
    text = " ".join(_cell(row, mapping, field).split())
    if not text:
        raise _fault(mapping, "text_missing", field, "", f"Fill in {mapping.columns[field]}.")
    if len(text) > _LONGEST[field] or _UNPRINTABLE.search(text):
        raise _fault(mapping, "text_unusable", field, text, f"At most {_LONGEST[field]} printable characters.")
    return text


def _day(row: Row, mapping: SourceMapping, field: str) -> date:
    text = _cell(row, mapping, field)
    if text in mapping.unknown_words:
        raise _fault(
            mapping, f"{field}_day_unknown", field, text, "The source does not know the day; we do not invent one."
        )
    try:
        found = datetime.strptime(text, mapping.day_format).date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        found = None
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise _fault(
            mapping, "day_unreadable", field, text, f"Write the day as {mapping.day_format}, {_FIRST_YEAR} or later."
        )
    return found


def _number(row: Row, mapping: SourceMapping, field: str) -> Decimal:
    text = _cell(row, mapping, field)
    try:
        found = Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        found = None
    if found is None or found >= _MOST:
        raise _fault(
            mapping, "number_unreadable", field, text, "Write digits with a decimal point, below 1,000,000,000."
        )
    return found


def _positive(row: Row, mapping: SourceMapping, field: str) -> Decimal:
    found = _number(row, mapping, field)
    if found <= 0 or found != round(found, 4):
        raise _fault(mapping, f"{field}_not_positive", field, str(found), "Above zero, with at most four decimals.")
    return found


def _price(row: Row, mapping: SourceMapping, quantity: Decimal) -> tuple[Decimal, tuple[str, ...]]:
    """Return the net price of a pack; when it was rounded for print, the amount says it better."""
    price, amount = _number(row, mapping, "unit_price"), _number(row, mapping, "amount")
    if price == 0 or amount == 0:
        raise _fault(mapping, "price_zero", "unit_price", str(price), "A purchase has a price. Ask the source for it.")
    if round_amount(quantity * price, mapping.currency) == amount:
        return price, ()
    if abs(quantity * price - amount) > amount * _DRIFT:
        raise _fault(
            mapping, "amount_differs", "amount", str(amount),
            f"Quantity by price is {quantity * price:f}, over 1 % away. Correct one of the three.",
        )  # fmt: skip
    better = round_unit_price(amount / quantity)
    exact = round_amount(quantity * better, mapping.currency) == round_amount(amount, mapping.currency)
    return better, ("price_from_amount",) if exact else ("price_from_amount", "amount_off_by_rounding")


def _remarks(row: Row, mapping: SourceMapping) -> tuple[str, tuple[str, ...]]:
    said = {label: row.cells.get(column, "").strip()[:120] for column, label in mapping.remarks.items()}
    kept = {label: _UNPRINTABLE.sub(" ", text) for label, text in said.items() if text not in mapping.unknown_words}
    notes = tuple(
        f"{label.split()[0].lower()}_in_words"
        for label, text in kept.items()
        if " in " in label and not _NUMBER.fullmatch(text)
    )
    return ". ".join(f"{label}: {text}" for label, text in kept.items()), notes
