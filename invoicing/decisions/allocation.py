"""Which order lines a bill pays for: explicit references first, then what the line says about the item, never a guess.

Source: SEMANTICS TM-7. Deterministic: lines are taken by what they say (`BilledLine.rank`), order lines by number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from foundation.money import round_amount, round_unit_price
from foundation.quantity import round_quantity
from invoicing.decisions.facts import ZERO, BilledLine, Finding, HoldCode, OrderFacts, OrderLineFacts
from invoicing.decisions.words import money


@dataclass(frozen=True, slots=True)
class Allocation:
    """A share of a billed line that pays for an order line; quantity in base units, price per ordered unit.

    `before` is what this bill's earlier lines already take of the same order line.
    """

    line: BilledLine
    order_line: OrderLineFacts
    quantity: Decimal
    amount: Decimal
    unit_price: Decimal
    before: Decimal
    explanation: str


@dataclass(frozen=True, slots=True)
class Allocated:
    """Every share, and a finding for each line that has none."""

    shares: tuple[Allocation, ...]
    findings: tuple[Finding, ...]


def allocate(
    lines: Iterable[BilledLine], orders: Mapping[str, OrderFacts], header_reference: str, currency: str
) -> Allocated:
    """Allocate every line. The result depends on what lines say, not on their order."""
    taken: dict[int, Decimal] = {}
    shares: list[Allocation] = []
    findings: list[Finding] = []
    for line in sorted(lines, key=BilledLine.rank):
        candidates, why = _candidates(line, orders, header_reference)
        problem = _refuse(line, candidates, why, orders, currency)
        if problem:
            findings.append(problem)
            continue
        shares.extend(_split(line, candidates, why, taken, currency))
    return Allocated(tuple(shares), tuple(findings))


def _candidates(
    line: BilledLine, orders: Mapping[str, OrderFacts], header_reference: str
) -> tuple[list[OrderLineFacts], str]:
    number = line.order_number or header_reference
    order = orders.get(number)
    if order is None:
        return [], number
    if line.order_line_no:
        found = [ours for ours in order.lines if str(ours.line_no) == line.order_line_no.lstrip("0")]
        return found, f"order {number} line {line.order_line_no} as stated" if found else number
    for label, name in (("our item", "item_code"), ("supplier part", "supplier_part"), ("GTIN", "gtin")):
        stated = getattr(line, name)
        found = [ours for ours in order.lines if stated and getattr(ours, name).upper() == stated.upper()]
        if found:
            return sorted(found, key=lambda o: o.line_no), f"order {number}, {label} {stated}"
    return [], number


def _refuse(
    line: BilledLine, candidates: list[OrderLineFacts], why: str, orders: Mapping[str, OrderFacts], currency: str
) -> Finding | None:
    at_stake = abs(line.net_amount)
    evidence = (("order", why), ("item", line.item_code), ("supplier part", line.supplier_part), ("GTIN", line.gtin))
    if not candidates and why not in orders:
        text = f"Order {why} is not an order we sent this supplier." if why else "The line names no order."
        return Finding(HoldCode.NO_ORDER, text, at_stake, line.key, evidence=evidence)
    if not candidates:
        text = f"Line {line.line_no} ({money(at_stake, currency)}) fits no line of order {why}."
        return Finding(HoldCode.UNMATCHED, text, at_stake, line.key, evidence=evidence)
    if line.quantity <= 0:
        text = f"Line {line.line_no} bills no quantity; goods taken back need a credit note."
        return Finding(HoldCode.UNMATCHED, text, at_stake, line.key, evidence=evidence)
    factor = candidates[0].factor_of(line.unit_code)
    if factor is None or round_quantity(line.quantity * factor) <= 0:
        text = f"{line.unit_words} cannot be converted to {candidates[0].unit_symbol}, the unit ordered."
        return Finding(
            HoldCode.UNIT, text, at_stake, line.key, actual=line.unit_code, limit=candidates[0].unit_code,
            evidence=evidence,
        )  # fmt: skip
    return None


def _split(
    line: BilledLine, candidates: list[OrderLineFacts], why: str, taken: dict[int, Decimal], currency: str
) -> Iterable[Allocation]:
    """Fill the candidates in turn up to what may ever be billed; the last takes the rest, so nothing disappears."""
    factor = candidates[0].factor_of(line.unit_code) or Decimal(1)
    quantity = rest = round_quantity(line.quantity * factor)
    amount_rest = line.net_amount
    for ours in candidates:
        before = taken.get(ours.id, ZERO)
        is_last = ours is candidates[-1]
        share = rest if is_last else min(rest, max(ours.to_come - ours.taken - before, ZERO))
        if share <= 0:
            continue
        amount = amount_rest if share == rest else round_amount(line.net_amount * share / quantity, currency)
        taken[ours.id] = before + share
        rest, amount_rest = rest - share, amount_rest - amount
        price = line.unit_price if factor == ours.base_factor else line.unit_price / factor * ours.base_factor
        yield Allocation(line, ours, share, amount, round_unit_price(price), before, why)
        if rest <= 0:
            return
