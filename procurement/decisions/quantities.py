"""The one computed set of quantities of an order line. Source: SEMANTICS PO-0.

Everything is in the item's base unit: ordered + over = open + closing + cancelled + closed short, where `closing` is
what counts as fulfilled: accepted goods (policy says whether received ones already close).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Counters:
    """What is stored about an order line."""

    ordered: Decimal
    delivered: Decimal = ZERO
    accepted: Decimal = ZERO
    rejected: Decimal = ZERO
    returned: Decimal = ZERO
    cancelled: Decimal = ZERO
    closed_short: Decimal = ZERO
    invoiced: Decimal = ZERO  # billed, less credited
    credited: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Quantities:
    """What every screen, export and API shows."""

    ordered: Decimal
    fulfilled: Decimal  # accepted, less what went back for replacement
    open: Decimal
    over: Decimal
    cancelled: Decimal
    closed_short: Decimal
    in_quarantine: Decimal  # delivered, neither accepted nor rejected yet
    to_invoice: Decimal  # accepted and not billed yet; never negative
    receipt: str  # none, partial, full, over
    invoicing: str


def quantities(line: Counters) -> Quantities:
    """Compute what is open, over and still to be billed."""
    wanted = line.ordered - line.cancelled - line.closed_short
    fulfilled = line.accepted - line.returned
    return Quantities(
        ordered=line.ordered,
        fulfilled=fulfilled,
        open=max(wanted - fulfilled, ZERO),
        over=max(fulfilled - wanted, ZERO),
        cancelled=line.cancelled,
        closed_short=line.closed_short,
        in_quarantine=line.delivered - line.accepted - line.rejected,
        to_invoice=max(fulfilled - line.invoiced, ZERO),
        receipt=progress(fulfilled, wanted),
        invoicing=progress(line.invoiced, wanted),
    )


def is_settled(lines: Iterable[Quantities]) -> bool:
    """Say whether nothing of an order is to come, to be checked or to be billed any more, so that it closes (PO-1)."""
    return not any(line.open or line.in_quarantine or line.to_invoice for line in lines)


def progress(done: Decimal, wanted: Decimal) -> str:
    """Return none, partial, full or over; nothing wanted and nothing done is full."""
    if done > wanted:
        return "over"
    if done == wanted:
        return "full"
    return "partial" if done > 0 else "none"


def overall(parts: list[str]) -> str:
    """Return an order's status from its lines': over if any is over, full if all are full, else partial or none."""
    if "over" in parts:
        return "over"
    if parts and all(part == "full" for part in parts):
        return "full"
    return "none" if all(part == "none" for part in parts) else "partial"
