"""What a change of an issued order tightens against what was agreed. Source: SEMANTICS AP-7 and PO-2.

Both sides are the contents of versions: what stood in the version that people agreed to last, and what the new one would
say. So it is cumulative since that agreement, whatever small changes passed between. Later dates, fewer goods, lower prices and longer
terms loosen, and loosening passes. The limit itself is allowed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from foundation.errors import InvalidError
from foundation.money import line_amount, round_unit_price, total
from foundation.quantity import plain, round_quantity

AMOUNT, UNIT_PRICE, QUANTITY, TERMS, SITE, SUPPLIER, ITEM = (
    "amount", "unit_price", "quantity", "terms", "site", "supplier", "item",
)  # fmt: skip
Content = Mapping[str, Any]
MOST = Decimal(10) ** 12  # quantities and prices stay below it
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class WantedLine:
    """What a line is to say; quantity in its unit, price net per unit in order currency. What is empty stays as it is."""

    line_no: int
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    need_by: date | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of a line, and what is wanted of it now, in base units."""

    line_no: int
    ordered: Decimal
    wanted: Decimal
    kept: Decimal  # goods that are here or were sent back for others, not those we refused
    invoiced: Decimal


def rewritten(
    content: Content, wanted: Iterable[WantedLine], terms_days: int | None = None, *, today: date
) -> dict[str, Any]:
    """Return what a version would say with some lines changed; each amount is rounded once (MQ-2).

    `today` at the ship-to site: no day moves into the past.

    :raises InvalidError: a line it does not have, or a quantity, price or term that cannot be, named by its line.
    """
    known = {line["line_no"]: dict(line) for line in content["lines"]}
    currency = content["currency"]
    for one in wanted:
        line = known.get(one.line_no)
        if line is None:
            raise _unusable(one.line_no, "line_no", f"{content['number']} has no line {one.line_no}.", one.line_no)
        _check(one, line, today)
        if one.quantity is not None:
            line["quantity"] = plain(round_quantity(one.quantity))
        if one.unit_price is not None:
            line["unit_price"] = plain(round_unit_price(one.unit_price))
        if one.need_by is not None:
            line["need_by"] = one.need_by.isoformat()
        line["amount"] = plain(line_amount(Decimal(line["quantity"]), Decimal(line["unit_price"]), currency))
    if terms_days is not None and not 0 <= terms_days <= MOST_DAYS:
        cure = f"Payment terms are from 0 to {MOST_DAYS} days."
        raise InvalidError("terms_unusable", cure, field="terms_days", value=str(terms_days))
    lines = [known[line["line_no"]] for line in content["lines"]]
    return {
        **content,
        "terms_days": content["terms_days"] if terms_days is None else terms_days,
        "need_by": min(line["need_by"] for line in lines),
        "total": plain(total(Decimal(line["amount"]) for line in lines)),
        "lines": lines,
    }


def _check(one: WantedLine, line: Mapping[str, Any], today: date) -> None:
    if one.need_by is not None and one.need_by < today and one.need_by.isoformat() != line["need_by"]:
        raise _unusable(one.line_no, "need_by", "This day has passed. Choose today or later.", one.need_by)
    if one.quantity is not None and not (
        one.quantity.is_finite() and 0 < one.quantity < MOST and round_quantity(one.quantity)
    ):
        sentence = "Write a quantity above zero. What is not wanted at all is closed short or cancelled."
        raise _unusable(one.line_no, "quantity", sentence, one.quantity)
    if one.unit_price is not None and not (one.unit_price.is_finite() and 0 <= one.unit_price < MOST):
        raise _unusable(one.line_no, "unit_price", "Write a price of zero or more.", one.unit_price)


def _unusable(line_no: int, name: str, sentence: str, value: object) -> InvalidError:
    return InvalidError(
        f"{name}_unusable", f"Line {line_no}: {sentence}", field=f"{name}_{line_no}", value=str(value), line=line_no
    )


def tightened(agreed: Content, wanted: Content, percent: Decimal) -> frozenset[str]:
    """Return what a change tightens beyond `percent` of what was agreed; nothing when it may pass at once.

    Amounts are in order currency. Another supplier, site or item always counts, and so do sooner payment terms.
    """
    most = 1 + percent / 100
    found = {
        AMOUNT: Decimal(wanted["total"]) > Decimal(agreed["total"]) * most,
        TERMS: wanted["terms_days"] < agreed["terms_days"],
        SITE: wanted["ship_to"] != agreed["ship_to"],
        SUPPLIER: wanted["supplier"] != agreed["supplier"],
    }
    before = {line["line_no"]: line for line in agreed["lines"]}
    for line in wanted["lines"]:
        was = before.get(line["line_no"])
        if was is None or was["item"] != line["item"]:
            found[ITEM] = True
            continue
        for delta in (UNIT_PRICE, QUANTITY):
            found[delta] = found.get(delta, False) or Decimal(line[delta]) > Decimal(was[delta]) * most
    return frozenset(name for name, is_tighter in found.items() if is_tighter)


def wanted_by_answer(
    line_no: int, quantity: Decimal, unit_price: Decimal, said: Iterable[tuple[Decimal, Decimal | None]]
) -> WantedLine | None:
    """Return what a line must say for a supplier's answer to be right, or nothing when it may stay as it is (AK-2).

    `said` is (quantity, price or none for as ordered) of each delivery. Less than ordered is no change: the rest stays
    open. Of several prices the highest counts.
    """
    rows = list(said)
    offered = sum((amount for amount, _ in rows), Decimal(0))
    price = max((one for _, one in rows if one is not None), default=unit_price)
    if offered <= quantity and price == unit_price:
        return None
    return WantedLine(line_no, max(offered, quantity), price)


def below_what_came(lines: Iterable[Counted]) -> tuple[int, str] | None:
    """Return the first line that would fall below what was received or billed, and which; nothing when none would (PO-2)."""
    for line in lines:
        if line.wanted >= line.ordered:
            continue
        if line.wanted < line.kept:
            return line.line_no, "received"
        if line.wanted < line.invoiced:
            return line.line_no, "billed"
    return None


def in_words(before: Content, after: Content) -> tuple[str, ...]:
    """Say what differs between two contents, a sentence for each difference."""
    said = []
    if before["ship_to"] != after["ship_to"]:
        said.append(f"Deliver to {after['ship_to']} instead of {before['ship_to']}")
    if before["terms_days"] != after["terms_days"]:
        said.append(f"Payment in {after['terms_days']} days instead of {before['terms_days']}")
    old = {line["line_no"]: line for line in before["lines"]}
    for line in after["lines"]:
        was = old.get(line["line_no"], line)
        parts = [
            f"{label} {line[name]} instead of {was[name]}"
            for name, label in (("quantity", "quantity"), ("unit_price", "price"), ("need_by", "needed by"))
            if line[name] != was[name]
        ]
        if parts:
            said.append(f"Line {line['line_no']}: {', '.join(parts)}")
    return tuple(said)
