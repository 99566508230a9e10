"""Credit notes: matched with the invoice lines they take back, never with open order quantity. Source: TM-12."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from foundation.money import round_amount, round_unit_price
from foundation.quantity import round_quantity
from invoicing.decisions.allocation import Allocation
from invoicing.decisions.facts import ZERO, BilledLine, Finding, HoldCode, OrderLineFacts
from invoicing.decisions.matching import ShareResult
from invoicing.decisions.words import money, number, price


@dataclass(frozen=True, slots=True)
class CreditedLine:
    """A line of the credited invoice with one order line it paid for; quantities in base units.

    `credited` is what other standing credit notes already took back; `unit_price` is what was billed, per ordered unit.
    """

    line_no: str
    order_line: OrderLineFacts
    billed: Decimal
    credited: Decimal
    unit_price: Decimal

    def rank(self) -> tuple[object, ...]:
        """Return a lasting order: by order line."""
        return (self.order_line.order_number, self.order_line.line_no, self.line_no)


def match_credit(
    lines: Iterable[BilledLine], credited: tuple[CreditedLine, ...] | None, currency: str
) -> tuple[tuple[ShareResult, ...], tuple[Finding, ...]]:
    """Match each credited line; `credited` is nothing when the invoice it names is not ours."""
    results: list[ShareResult] = []
    unplaced: list[Finding] = []
    taken: dict[tuple[object, ...], Decimal] = {}
    for line in sorted(lines, key=BilledLine.rank):
        billed = _billed(line, credited or ())
        factor = billed.order_line.factor_of(line.unit_code) if billed else None
        if billed is None or factor is None or line.quantity <= 0:
            unplaced.append(_unplaced(line, credited, billed, currency))
            continue
        before = taken.get(billed.rank(), ZERO)
        quantity = round_quantity(line.quantity * factor)
        free = max(billed.billed - billed.credited - before, ZERO)
        share = Allocation(
            line,
            billed.order_line,
            min(quantity, free),
            line.net_amount,
            round_unit_price(line.unit_price / factor * billed.order_line.base_factor),
            before,
            f"invoice line {billed.line_no}",
        )
        found = _tests(share, quantity, billed, currency)
        taken[billed.rank()] = before + share.quantity
        if share.quantity > 0:
            results.append(ShareResult(share, found))
        else:
            unplaced.extend(found)
    return tuple(results), tuple(unplaced)


def _billed(line: BilledLine, credited: Iterable[CreditedLine]) -> CreditedLine | None:
    for theirs in sorted(credited, key=CreditedLine.rank):
        same_order = not line.order_number or line.order_number == theirs.order_line.order_number
        if line.order_line_no and same_order and str(theirs.order_line.line_no) == line.order_line_no:
            return theirs
    named = [
        theirs
        for theirs in sorted(credited, key=CreditedLine.rank)
        if (line.item_code and line.item_code == theirs.order_line.item_code)
        or (line.supplier_part and line.supplier_part == theirs.order_line.supplier_part)
        or (line.gtin and line.gtin == theirs.order_line.gtin)
    ]
    return named[0] if named else None


def _unplaced(
    line: BilledLine, credited: tuple[CreditedLine, ...] | None, billed: CreditedLine | None, currency: str
) -> Finding:
    amount = abs(line.net_amount)
    if credited is None:
        text = f"The credit note names no invoice of this supplier. {money(amount, currency)} cannot be placed."
        return Finding(HoldCode.UNMATCHED, text, amount, line.key)
    if billed is not None and line.quantity > 0:
        text = f"{line.unit_words} cannot be converted to {billed.order_line.unit_symbol}, the unit ordered."
        return Finding(HoldCode.UNIT, text, amount, line.key, actual=line.unit_code, limit=billed.order_line.unit_code)
    text = f"Line {line.line_no} ({money(amount, currency)}) fits no line of the credited invoice."
    return Finding(HoldCode.UNMATCHED, text, amount, line.key)


def _tests(share: Allocation, stated: Decimal, billed: CreditedLine, currency: str) -> tuple[Finding, ...]:
    """Test a share that was cut to what may still be credited against the stated quantity, in base units."""
    findings = []
    ours, free = share.order_line, share.quantity
    if stated > free:
        over = round_amount((stated - free) / ours.base_factor * share.unit_price, currency)
        findings.append(
            Finding(
                HoldCode.OVER_CREDITED,
                f"{number(stated / ours.base_factor)} {ours.unit_symbol} credited,"
                f" {number(free / ours.base_factor)} billed and not yet credited. {money(over, currency)} too much.",
                over,
                share.line.key,
                actual=number(stated / ours.base_factor),
                limit=number(free / ours.base_factor),
            )
        )
    if share.unit_price > billed.unit_price:
        over = round_amount((share.unit_price - billed.unit_price) * share.quantity / ours.base_factor, currency)
        findings.append(
            Finding(
                HoldCode.PRICE_ABOVE,
                f"Credited at {price(share.unit_price, currency)}, billed at {price(billed.unit_price, currency)}."
                f" {money(over, currency)} too much.",
                over,
                share.line.key,
                actual=price(share.unit_price, currency),
                limit=price(billed.unit_price, currency),
            )
        )
    return tuple(findings)
