"""What a request for quotation may ask, and when its answers are due. Source: SEMANTICS SO-4, MQ-3 and MQ-4."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from foundation.errors import InvalidError

MOST_LINES, MOST_SUPPLIERS, MOST_PAPERS = 200, 30, 10
LONGEST_OPEN = timedelta(days=366)
LONGEST_NEED = timedelta(days=3 * 366)
_LARGEST = Decimal(10) ** 12
_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A line as written: an item by code, or words; quantity in `unit`, for a site, needed on its day.

    `line_no` is zero for a new line. A line of a requisition says which.
    """

    line_no: int
    item: str
    description: str
    quantity: Decimal
    unit: str
    site: str
    need_by: date
    requisition: str = ""
    requisition_line: int | None = None

    @property
    def label(self) -> str:
        """Return what people call the line in a refusal."""
        return f"Line {self.line_no}" if self.line_no else self.item or self.description[:40] or "A line"


@dataclass(frozen=True, slots=True)
class Asked:
    """All that is asked. `closes_at` is an instant; no answer is taken from it on."""

    title: str
    terms: str
    closes_at: datetime
    lines: tuple[AskedLine, ...]


def closing_instant(written: datetime, zone: str) -> datetime:
    """Return the instant a clock at the site shows a time; `written` carries no zone.

    :raises InvalidError: the clocks jump over that time, or show it twice that night.
    """
    first = written.replace(tzinfo=ZoneInfo(zone))
    second = first.replace(fold=1)
    if first.utcoffset() != second.utcoffset():
        raise InvalidError(
            "closes_at_unfit", f"The clocks change that night in {zone}. Choose a time that exists once.",
            field="closes_at", value=f"{written:%Y-%m-%d %H:%M}",
        )  # fmt: skip
    return first


def check_asked(asked: Asked, *, at: datetime) -> None:
    """Refuse what nobody could answer.

    :raises InvalidError: names field, value and cure.
    """
    if asked.closes_at <= at:
        raise _wrong("closes_at", asked.closes_at, "The closing time has passed. Choose a later one.")
    if asked.closes_at - at > LONGEST_OPEN:
        raise _wrong("closes_at", asked.closes_at, "Answers are due within a year. Is the year right?")
    if not asked.lines:
        raise _wrong("lines", "", "Ask for at least one line.")
    if len(asked.lines) > MOST_LINES:
        raise _wrong("lines", len(asked.lines), f"Ask for at most {MOST_LINES} lines at once.")
    for line in asked.lines:
        _check_line(line, at.date())
    named = [(line.requisition, line.requisition_line) for line in asked.lines if line.requisition]
    if len(set(named)) < len(named):
        raise _wrong("lines", named[0][0], "A line of a requisition stands twice. Keep one.")


def _check_line(line: AskedLine, today: date) -> None:
    if not (line.item or line.description.strip()):
        raise _wrong("lines", "", f"{line.label}: name an item or say what you need.")
    quantity = line.quantity
    if not quantity.is_finite() or not 0 < quantity < _LARGEST or quantity != quantity.quantize(_STEP):
        raise _wrong("lines", quantity, f"{line.label}: write a quantity above zero with at most four decimals.")
    if not today - timedelta(days=1) <= line.need_by <= today + LONGEST_NEED:
        raise _wrong("lines", line.need_by, f"{line.label}: the day it is needed is from today on, within three years.")


def check_suppliers(codes: Collection[str]) -> None:
    """Refuse nobody, and a crowd.

    :raises InvalidError: names field, value and cure.
    """
    if len(codes) > MOST_SUPPLIERS:
        raise _wrong("suppliers", len(codes), f"Invite at most {MOST_SUPPLIERS} suppliers.")


def changed_lines(before: Collection[dict[str, Any]], after: Collection[dict[str, Any]]) -> bool:
    """Say whether what is asked differs, so that answers given before say something else now."""
    return [_asked(line) for line in before] != [_asked(line) for line in after]


def _asked(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in {"units", "symbol"}}


def _wrong(field: str, value: object, cure: str) -> InvalidError:
    return InvalidError(f"{field}_unfit", cure, field=field, value=str(value)[:80])
