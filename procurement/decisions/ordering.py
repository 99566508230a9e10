"""How approved lines become orders. Source: SEMANTICS RQ-4 (price drift) and RQ-5 (combining)."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

from foundation.decisions.worktime import Hours, next_working_day

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved line ready to be ordered."""

    line_id: int
    requisition_id: int
    supplier_id: int
    ship_to_id: int
    currency: str
    terms_days: int
    merge_key: tuple[object, ...]  # lines that agree in all of it become one order line


def drifted(approved_price: Decimal, price_now: Decimal, tolerance_percent: Decimal) -> bool:
    """Say whether a price rose beyond tolerance since approval; a fall never does (RQ-4). The limit is allowed."""
    return price_now > approved_price * (1 + tolerance_percent / 100)


def departs_at(approved_at: datetime, until: time, calendar: Hours) -> datetime:
    """Return the instant in UTC at which the combined order of what was approved now goes out (RQ-5, MQ-4).

    `until` is the hour at the site on a working day; what is approved after it, or on a day off, goes out the next
    working day. At the limit itself it still goes out today.
    """
    zone = ZoneInfo(calendar.zone)
    day = approved_at.astimezone(zone).date()
    if not calendar.works_on(day) or approved_at > datetime.combine(day, until, zone):
        day = next_working_day(day, calendar)
    return datetime.combine(day, until, zone).astimezone(UTC)


def orders_of(lines: Iterable[Approved], *, combine: bool) -> list[list[Approved]]:
    """Group lines into orders: one supplier, ship-to, currency and terms each (RQ-5).

    Without combining, each requisition has its own orders.
    """

    def key(line: Approved) -> tuple[int, int, str, int, int]:
        return (
            line.supplier_id,
            line.ship_to_id,
            line.currency,
            line.terms_days,
            0 if combine else line.requisition_id,
        )

    return [sorted(group, key=lambda a: a.line_id) for _, group in groupby(sorted(lines, key=key), key=key)]


def order_lines_of(lines: Iterable[Approved]) -> list[list[Approved]]:
    """Group the lines of one order into order lines, in the order the first of each was written."""
    found: dict[tuple[object, ...], list[Approved]] = {}
    for line in lines:
        found.setdefault(line.merge_key, []).append(line)
    return list(found.values())
