"""A supplier's answer to a request for quotation as it is typed: one row a line, an alternative beside it (SO-4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from foundation.money import UNIT_PRICE_DECIMALS
from foundation.quantity import QUANTITY_DECIMALS
from foundation.web.numbers import read_counted
from suppliers.decisions.quotation import ALTERNATIVE, AS_ASKED
from suppliers.models import Quotation, QuotationPrice
from suppliers.services import PriceSaid, QuotationSaid

_LONGEST_DAYS = 3


@dataclass(slots=True)
class Typed:
    """Price, lead time, least quantity, unit and words of one offer, as typed."""

    price: str = ""
    days: str = ""
    least: str = ""
    unit: str = ""
    words: str = ""

    @property
    def is_blank(self) -> bool:
        """Say whether nothing was typed; the unit alone says nothing."""
        return not (self.price or self.days or self.least or self.words)


@dataclass(slots=True)
class Row:
    """One asked line with what is offered for it; `errors` says what is wrong by input name."""

    line: Mapping[str, Any]
    units: Sequence[tuple[str, str]]
    offer: Typed
    other: Typed
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def need_by(self) -> date:
        """The day the line is needed."""
        return date.fromisoformat(self.line["need_by"])

    @property
    def quantity(self) -> Decimal:
        """How much is asked."""
        return Decimal(self.line["quantity"])

    @property
    def is_open(self) -> bool:
        """Say whether the rarer inputs are used or wrong, so that the page shows them."""
        rare = self.offer.least or self.offer.words or not self.other.is_blank
        return bool(rare) or self.offer.unit != self.line["unit"] or bool(self.errors.keys() - {"p", "l"})


def rows_as_said(lines: Sequence[Mapping[str, Any]], quotation: Quotation | None) -> list[Row]:
    """Return the form filled in with what was saved or sent last."""
    said: dict[tuple[int, int], QuotationPrice] = {}
    if quotation is not None:
        said = {(row.line_no, row.option): row for row in quotation.prices.select_related("unit")}
    return [
        Row(
            line, _units(line), _typed_of(said.get((line["no"], AS_ASKED)), line["unit"]),
            _typed_of(said.get((line["no"], ALTERNATIVE)), line["unit"]),
        )
        for line in lines
    ]  # fmt: skip


def _units(line: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(line["unit"], line["symbol"]), *((code, symbol) for code, symbol in line["units"])]


def _typed_of(row: QuotationPrice | None, unit: str) -> Typed:
    if row is None:
        return Typed(unit=unit)
    days = "" if row.lead_time_days is None else str(row.lead_time_days)
    return Typed(plain(row.unit_price), days, plain(row.minimum_quantity), row.unit.code, row.description)


def plain(value: Decimal | None) -> str:
    """Write a number as people type it: no needless zeros, no exponent, nothing for none."""
    return "" if value is None else f"{value.normalize():f}"


def read(data: Mapping[str, str], lines: Sequence[Mapping[str, Any]]) -> tuple[list[Row], QuotationSaid]:
    """Return the rows as typed with their errors, and what they say when there are none."""
    rows = [Row(line, _units(line), _typed(data, line, ""), _typed(data, line, "2")) for line in lines]
    prices = [price for row in rows for price in _prices(row)]
    return rows, QuotationSaid(
        tuple(prices), read_day(data.get("valid_until", "")), data.get("note", "").strip()[:1_000]
    )


def _typed(data: Mapping[str, str], line: Mapping[str, Any], suffix: str) -> Typed:
    def of(name: str, longest: int = 40) -> str:
        return data.get(f"{name}{suffix}-{line['no']}", "").strip()[:longest]

    return Typed(of("p"), of("l"), of("m"), of("u") or line["unit"], of("w", 300))


def read_day(text: str) -> date | None:
    """Return a day of a calendar box, nothing for an empty one or nonsense, which the service then misses."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _prices(row: Row) -> list[PriceSaid]:
    found = []
    for option, typed, suffix in ((AS_ASKED, row.offer, ""), (ALTERNATIVE, row.other, "2")):
        if typed.is_blank:
            continue
        price = _number(row, f"p{suffix}", typed.price, UNIT_PRICE_DECIMALS, "price")
        least = _number(row, f"m{suffix}", typed.least, QUANTITY_DECIMALS, "quantity")
        days = _days(row, f"l{suffix}", typed.days)
        found.append(PriceSaid(row.line["no"], option, typed.unit, price, days, least, typed.words))
    return found


def _number(row: Row, name: str, text: str, decimals: int, what: str) -> Decimal | None:
    if not text:
        return None
    try:
        return read_counted(text, decimals, what)
    except ValidationError as error:
        row.errors[name] = str(error.message)
        return None


def _days(row: Row, name: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_DAYS):
        row.errors[name] = f"“{text}” is not a number of days; type it as 5."
        return None
    return int(text)


def problems(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return every error with the id of its input, in line order."""
    return [
        (f"{name}-{row.line['no']}", f"Line {row.line['no']}: {text}")
        for row in rows
        for name, text in row.errors.items()
    ]
