"""What a supplier's answer means for an order. Source: SEMANTICS AK-1, AK-2 and AK-3.

Quantities are in the order line's unit. Inside tolerance becomes the current promise; outside is one task for the
buyer; a rejection, a hold, a substitution or something unknown is never an accept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ACCEPTS = {"accepted", "quantity_changed", "date_changed", "price_changed", "split", "backordered"}
WITHIN = "within_tolerance"
AS_ORDERED = "as_ordered"


@dataclass(frozen=True, slots=True)
class Ordered:
    """The order line in force; `first_price` is the first approved one, from which drift is measured."""

    line_no: int
    quantity: Decimal
    unit_price: Decimal
    first_price: Decimal
    need_by: date


@dataclass(frozen=True, slots=True)
class Answer:
    """One statement about one line; several about the same line are its delivery schedule."""

    line_no: int
    answer: str
    quantity: Decimal
    unit_price: Decimal | None = None  # none: as ordered
    promised: date | None = None  # none: as asked
    substitute: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AckTolerance:
    """How far an answer may differ. Percent: 2 means 2 %; days are calendar days after the day asked for."""

    quantity_percent: Decimal
    price_percent: Decimal
    late_days: int


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What an answer about one line amounts to: a code, and a sentence when the buyer must look."""

    line_no: int
    code: str
    sentence: str = ""
    promised: date | None = None
    quantity: Decimal = Decimal(0)
    unit_price: Decimal = Decimal(0)

    @property
    def needs_buyer(self) -> bool:
        """Say whether it is outside tolerance."""
        return self.code not in {WITHIN, AS_ORDERED}


def judge_line(ordered: Ordered, answers: Sequence[Answer], limits: AckTolerance) -> LineVerdict:
    """Judge everything said about one line in one answer; the limit itself is allowed."""
    line = ordered.line_no
    bad = next((a for a in answers if a.answer not in ACCEPTS), None)
    if bad is not None:
        return LineVerdict(line, bad.answer, f"Line {line}: {bad.answer.replace('_', ' ')}. {bad.reason}".strip())
    quantity = sum((a.quantity for a in answers), Decimal(0))
    last = max((a.promised or ordered.need_by for a in answers), default=ordered.need_by)
    price = max((a.unit_price for a in answers if a.unit_price is not None), default=ordered.unit_price)
    found = {"promised": last, "quantity": quantity, "unit_price": price}
    fault = _fault(ordered, quantity, price, last, limits)
    if fault is not None:
        return LineVerdict(line, fault[0], fault[1], **found)  # type: ignore[arg-type]  # the fields of the verdict, by name
    same = quantity == ordered.quantity and price == ordered.unit_price and last <= ordered.need_by
    return LineVerdict(line, AS_ORDERED if same else WITHIN, **found)  # type: ignore[arg-type]  # same


def _fault(
    ordered: Ordered, quantity: Decimal, price: Decimal, last: date, limits: AckTolerance
) -> tuple[str, str] | None:
    line = ordered.line_no
    allowed = ordered.quantity * limits.quantity_percent / 100
    if abs(quantity - ordered.quantity) > allowed:
        return "quantity_outside", f"Line {line}: {quantity.normalize():f} instead of {ordered.quantity.normalize():f}."
    if price > ordered.first_price * (1 + limits.price_percent / 100):
        return (
            "price_outside",
            f"Line {line}: price {price.normalize():f} instead of {ordered.unit_price.normalize():f}.",
        )
    if last > ordered.need_by + timedelta(days=limits.late_days):
        days = (last - ordered.need_by).days
        return "date_outside", f"Line {line}: {last.day} {last:%b}, {days} days after the day asked for."
    return None


@dataclass(frozen=True, slots=True)
class AckVerdict:
    """What the whole answer amounts to."""

    lines: tuple[LineVerdict, ...]
    unknown: tuple[int, ...]  # line numbers the order does not have

    @property
    def needs_buyer(self) -> bool:
        """Say whether one task for the buyer is due."""
        return bool(self.unknown) or any(line.needs_buyer for line in self.lines)

    @property
    def sentence(self) -> str:
        """Say what the buyer must look at."""
        parts = [line.sentence for line in self.lines if line.needs_buyer]
        parts += [f"Line {number} is not on the order." for number in self.unknown]
        return " ".join(parts)


def judge(ordered: Iterable[Ordered], answers: Sequence[Answer], limits: AckTolerance) -> AckVerdict:
    """Judge an answer line by line; silence about a line says nothing about it (AK-3)."""
    lines = {line.line_no: line for line in ordered}
    said: dict[int, list[Answer]] = {}
    for answer in answers:
        said.setdefault(answer.line_no, []).append(answer)
    verdicts = tuple(judge_line(lines[no], said[no], limits) for no in sorted(said) if no in lines)
    return AckVerdict(verdicts, tuple(sorted(no for no in said if no not in lines)))


def ack_status(line_statuses: Sequence[str]) -> str:
    """Return an order's answer status from what was last said about each line (empty: nothing)."""
    if not any(line_statuses):
        return "none"
    if not all(line_statuses):
        return "partial"
    if all(status == "rejected" for status in line_statuses):
        return "rejected"
    return "confirmed" if all(status == "accepted" for status in line_statuses) else "changed"
