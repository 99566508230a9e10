"""Whether a need is within its budgets, and what follows when it is not. Source: SEMANTICS RQ-6, RQ-3 and MQ-1.

Amounts are in the enterprise base currency. What is left exactly is within.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

INFORM, WARN, APPROVE_EXTRA, REFUSE = "inform", "warn", "approve_extra", "refuse"
MODES: Mapping[str, str] = {
    INFORM: "Show it only",
    WARN: "Flag it as over budget",
    APPROVE_EXTRA: "Flag it and ask one more approver",
    REFUSE: "Refuse the submission",
}
NONE, WITHIN, OVER = "", "within", "over"
STATES: Mapping[str, str] = {NONE: "No budget", WITHIN: "Within budget", OVER: "Over budget"}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a budget's bar: where it begins and how long it is, in percent of the whole bar."""

    kind: str  # spent, obligated, committed, asked or left
    amount: Decimal
    start: Decimal
    width: Decimal


@dataclass(frozen=True, slots=True)
class Bar:
    """A budget as a bar: what was taken of it, what a request adds, and what is left.

    The bar is as long as the budget, or as all that is taken of it when that is more; `limit` is where the budget ends.
    """

    amount: Decimal
    parts: tuple[Part, ...]
    limit: Decimal  # percent of the bar
    left: Decimal  # negative when it is overdrawn


def bar_of(
    amount: Decimal, *, spent: Decimal, obligated: Decimal, committed: Decimal, asked: Decimal = Decimal(0)
) -> Bar:
    """Return a budget as a bar; amounts are in base currency, what credits made negative is drawn as nothing."""
    takes = {"spent": spent, "obligated": obligated, "committed": committed, "asked": asked}
    left = amount - sum(takes.values())
    long = max(amount, sum(max(value, Decimal(0)) for value in takes.values())) or Decimal(1)
    parts, at = [], Decimal(0)
    for kind, value in {**takes, "left": left}.items():
        width = (max(value, Decimal(0)) * 100 / long).quantize(Decimal("0.01"))
        parts.append(Part(kind, value, at, width))
        at += width
    return Bar(amount, tuple(parts), (amount * 100 / long).quantize(Decimal("0.01")), left)


@dataclass(frozen=True, slots=True)
class Room:
    """One budget as a need meets it: `used` is taken by everything else, `asked` is what the need adds.

    `spent` and `obligated` are parts of what is used; the rest of it is committed.
    """

    budget_id: int
    label: str
    amount: Decimal
    used: Decimal
    asked: Decimal
    currency: str = ""
    spent: Decimal = Decimal(0)
    obligated: Decimal = Decimal(0)

    @property
    def bar(self) -> Bar:
        """Return the budget as a bar with what is asked of it."""
        rest = self.used - self.spent - self.obligated
        return bar_of(self.amount, spent=self.spent, obligated=self.obligated, committed=rest, asked=self.asked)

    @property
    def left(self) -> Decimal:
        """Return what is left before the need; negative when it is overdrawn already."""
        return self.amount - self.used

    @property
    def after(self) -> Decimal:
        """Return what would be left with the need."""
        return self.left - self.asked

    @property
    def is_over(self) -> bool:
        """Say whether the need does not fit; one that asks for nothing always does."""
        return self.asked > 0 and self.asked > self.left


def state_of(rooms: Iterable[Room]) -> str:
    """Return over when one budget is too small, within when all have room, and nothing when no budget is met."""
    found = tuple(rooms)
    if any(room.is_over for room in found):
        return OVER
    return WITHIN if found else NONE


@dataclass(frozen=True, slots=True)
class Effect:
    """What budgets mean for a need: its state, and what policy does about it."""

    rooms: tuple[Room, ...] = ()
    mode: str = INFORM

    @property
    def state(self) -> str:
        """Return nothing, within or over."""
        return state_of(self.rooms)

    @property
    def is_flagged(self) -> bool:
        """Say whether it carries the flag over budget (RQ-2)."""
        return self.state == OVER and self.mode != INFORM

    @property
    def asks_extra(self) -> bool:
        """Say whether one more approver must agree."""
        return self.state == OVER and self.mode == APPROVE_EXTRA

    @property
    def refuses(self) -> bool:
        """Say whether it may not be submitted."""
        return self.state == OVER and self.mode == REFUSE

    @property
    def exceeded(self) -> tuple[Room, ...]:
        """Return the budgets that are too small."""
        return tuple(room for room in self.rooms if room.is_over)


def refusal(rooms: Sequence[Room]) -> str:
    """Say which budget has how much room, what the need asks of it, and the cure."""
    room = rooms[0]
    left = f"{max(room.left, Decimal(0)):,.2f} {room.currency}"
    return (
        f"Budget {room.label} has {left} left and this asks for {room.asked:,.2f} {room.currency}. Ask for less or later,"
        " charge another cost centre, or ask the finance director for a larger budget."
    )
