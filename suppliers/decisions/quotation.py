"""Answers to a request for quotation side by side, and what an award must say. Source: SEMANTICS SO-4, MQ-1 and MQ-2."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from foundation.money import convert, line_amount, round_unit_price

AS_ASKED, ALTERNATIVE = 0, 1


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A line: how many of its unit."""

    line_no: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """What a supplier says to a line, as asked or an alternative. `key` is the row.

    `unit_price` is net per its own unit; `factor` says how many of the asked unit one of it is. `minimum` is in asked units.
    """

    key: int
    line_no: int
    option: int
    unit_price: Decimal
    factor: Decimal
    lead_time_days: int | None = None
    minimum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A supplier's answer. `rate` is base currency per unit of `currency`; empty when none is known for the day."""

    supplier: str
    currency: str
    rate: Decimal | None
    valid_until: date | None
    prices: tuple[Price, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer to one line: per asked unit and for the whole line, in its own currency and in the base currency.

    `is_best` marks the lowest amount among answers as asked; several may share it.
    """

    supplier: str
    price: Price
    per_unit: Decimal
    amount: Decimal
    base_amount: Decimal | None
    is_best: bool = False

    @property
    def is_alternative(self) -> bool:
        """Say whether something else than asked is offered."""
        return self.price.option != AS_ASKED


@dataclass(frozen=True, slots=True)
class Column:
    """A supplier's whole answer: what the lines it answers cost as asked, and which it does not answer."""

    supplier: str
    total: Decimal
    base_total: Decimal | None
    missing: tuple[int, ...]
    longest_lead_days: int | None
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything side by side. `best_total` is the lowest sum when each line goes to its best; empty with a line nobody answers."""

    cells: Mapping[tuple[int, str, int], Cell]  # line, supplier, option
    columns: tuple[Column, ...]
    best_total: Decimal | None

    def best(self, line_no: int) -> Cell | None:
        """Return a best answer to a line, the first of equals."""
        return next((c for (line, *_), c in self.cells.items() if line == line_no and c.is_best), None)


def compare(lines: Sequence[AskedFor], answers: Sequence[Answer], base: str) -> Comparison:
    """Compare answers line by line and as a whole in the base currency.

    Each line amount is rounded once in its own currency, then converted and rounded. An answer without a rate is shown and
    never the best. Whole answers compare only when they answer every line.
    """
    asked = {line.line_no: line for line in lines}
    found = [
        _cell(answer, price, asked[price.line_no], base)
        for answer in answers
        for price in answer.prices
        if price.line_no in asked
    ]
    lowest = {
        line: min((c.base_amount for c in found if _competes(c, line) and c.base_amount is not None), default=None)
        for line in asked
    }
    cells = {
        (c.price.line_no, c.supplier, c.price.option): _marked(c, lowest[c.price.line_no])
        for c in sorted(found, key=lambda c: (c.price.line_no, c.supplier, c.price.option))
    }
    known = [amount for amount in lowest.values() if amount is not None]
    best_total = sum(known, Decimal(0)) if asked and len(known) == len(asked) else None
    return Comparison(cells, _columns(answers, list(asked), cells), best_total)


def _competes(cell: Cell, line_no: int) -> bool:
    return cell.price.line_no == line_no and not cell.is_alternative


def _marked(cell: Cell, lowest: Decimal | None) -> Cell:
    is_best = not cell.is_alternative and lowest is not None and cell.base_amount == lowest
    return Cell(cell.supplier, cell.price, cell.per_unit, cell.amount, cell.base_amount, is_best)


def _cell(answer: Answer, price: Price, line: AskedFor, base: str) -> Cell:
    per_unit = round_unit_price(price.unit_price / price.factor)
    amount = line_amount(line.quantity / price.factor, price.unit_price, answer.currency)
    base_amount = None if answer.rate is None else convert(amount, answer.rate, base)
    return Cell(answer.supplier, price, per_unit, amount, base_amount)


def _columns(
    answers: Sequence[Answer], lines: Sequence[int], cells: Mapping[tuple[int, str, int], Cell]
) -> tuple[Column, ...]:
    columns = []
    for answer in answers:
        mine = [cells[key] for line in lines if (key := (line, answer.supplier, AS_ASKED)) in cells]
        answered = {cell.price.line_no for cell in mine}
        leads = [c.price.lead_time_days for c in mine if c.price.lead_time_days is not None]
        base_amounts = [c.base_amount for c in mine if c.base_amount is not None]
        columns.append(
            Column(
                answer.supplier, sum((c.amount for c in mine), Decimal(0)),
                sum(base_amounts, Decimal(0)) if len(base_amounts) == len(mine) else None,
                tuple(line for line in lines if line not in answered), max(leads, default=None),
            )
        )  # fmt: skip
    whole = [c.base_total for c in columns if not c.missing and c.base_total is not None]
    lowest = min(whole, default=None)
    return tuple(
        Column(c.supplier, c.total, c.base_total, c.missing, c.longest_lead_days, not c.missing and c.base_total == lowest)
        if lowest is not None
        else c
        for c in columns
    )  # fmt: skip


# Why an award must be explained, in words.
WHY = {
    "dearer": "another answer is cheaper",
    "alternative": "it is something else than asked",
    "below_minimum": "the supplier sells no less than {minimum}",
    "no_longer_valid": "the price held until {valid_until}",
    "no_rate": "there is no exchange rate to compare it by",
}


def must_explain(cell: Cell, answer: Answer, line: AskedFor, today: date) -> tuple[str, ...]:
    """Return the codes of what somebody who reads the award later would ask about; none means the reason may be empty."""
    minimum, until = cell.price.minimum, answer.valid_until
    return tuple(
        code
        for code, holds in (
            ("no_rate", cell.base_amount is None),
            ("dearer", cell.base_amount is not None and not cell.is_best and not cell.is_alternative),
            ("alternative", cell.is_alternative),
            ("below_minimum", minimum is not None and line.quantity < minimum),
            ("no_longer_valid", until is not None and until < today),
        )
        if holds
    )


def in_words(codes: Collection[str], *, minimum: str, valid_until: str) -> str:
    """Return why an award must be explained as one sentence part."""
    return " and ".join(WHY[code].format(minimum=minimum, valid_until=valid_until) for code in codes)
