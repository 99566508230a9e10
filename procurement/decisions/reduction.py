"""What an approver takes away while approving. Source: SEMANTICS AP-4 (reductions) and AP-7 (an increase is a change)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation.errors import InvalidError
from foundation.quantity import QUANTITY_DECIMALS

STRUCK = Decimal(0)


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A line as it stands before the decision; quantity in the line's unit, zero when it was struck before."""

    line_no: int
    description: str
    unit: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Cut:
    """What the approver takes from a line; quantities in the line's unit, `after` zero when the line is struck."""

    line_no: int
    description: str
    unit: str
    before: Decimal
    after: Decimal

    @property
    def words(self) -> str:
        """Return the cut as people read it."""
        what = f"line {self.line_no}, {self.description}"
        if self.after == STRUCK:
            return f"{what}: struck, it was {_plain(self.before)} {self.unit}"
        return f"{what}: {_plain(self.after)} instead of {_plain(self.before)} {self.unit}"


def cuts_of(lines: Sequence[AskedLine], wanted: Mapping[int, Decimal]) -> tuple[Cut, ...]:
    """Return what approving `wanted` (line number -> quantity, zero strikes) takes from the lines; none is as asked.

    A line that is not named stays as it is.

    :raises InvalidError: no such line, no usable quantity, more than asked (a change, AP-7), or nothing left, which
        is a rejection.
    """
    known = {line.line_no: line for line in lines}
    for line_no, quantity in wanted.items():
        if line_no not in known:
            raise InvalidError(
                "line_unknown", f"There is no line {line_no}.", field=_field(line_no), value=str(line_no)
            )
        _check(known[line_no], quantity)
    cuts = tuple(
        Cut(x.line_no, x.description, x.unit, x.quantity, wanted[x.line_no])
        for x in lines
        if wanted.get(x.line_no, x.quantity) != x.quantity
    )
    if cuts and not any(wanted.get(x.line_no, x.quantity) for x in lines):
        raise InvalidError(
            "nothing_left", "This strikes every line. Reject the request instead, and say why.", field=_field()
        )
    return cuts


def _check(line: AskedLine, quantity: Decimal) -> None:
    field, value = _field(line.line_no), str(quantity)
    if not quantity.is_finite() or quantity < 0:
        raise InvalidError(
            "quantity_negative", f"Line {line.line_no}: enter a quantity from zero up.", field=field, value=value
        )
    if quantity > line.quantity:
        raise InvalidError(
            "increase_is_a_change",
            f"Line {line.line_no}: {_plain(quantity)} is more than the {_plain(line.quantity)} {line.unit} asked for. "
            "An approver may only take away; send it back for a change to get more.",
            field=field,
            value=value,
        )
    if -quantity.normalize().as_tuple().exponent > QUANTITY_DECIMALS:  # type: ignore[operator] # finite
        raise InvalidError(
            "quantity_too_precise",
            f"Line {line.line_no}: use at most {QUANTITY_DECIMALS} decimals.",
            field=field,
            value=value,
        )


def _field(line_no: int | None = None) -> str:
    return "lines" if line_no is None else f"line-{line_no}"


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
