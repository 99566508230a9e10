"""Three-way match: what is billed against what was ordered and what came.

Source: SEMANTICS TM-2 (price), TM-3 (quantity), TM-8 (waiting). Two-way and four-way differ only in what is payable.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from foundation.money import round_amount
from invoicing.decisions.allocation import Allocation
from invoicing.decisions.facts import Finding, HoldCode
from invoicing.decisions.words import money, number, percent, price

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class ShareResult:
    """A share with everything its test found; `expected` is when goods it waits for are due."""

    share: Allocation
    findings: tuple[Finding, ...]
    expected: date | None = None


def match_share(share: Allocation, *, invoice_currency: str, order_currency: str, today: date) -> ShareResult:
    """Test one share. Nothing found means that bill, order and goods agree. The limit itself is allowed."""
    quantity = _quantity(share, invoice_currency, today)
    if invoice_currency != order_currency:
        findings: tuple[Finding | None, ...] = (_currency(share, invoice_currency, order_currency), quantity)
    else:
        findings = (_price(share, invoice_currency), quantity)
    waits = quantity is not None and quantity.code in {HoldCode.WAITING, HoldCode.OVERDUE}
    return ShareResult(share, tuple(f for f in findings if f), share.order_line.expected if waits else None)


def allowed_difference(base: Decimal, share_percent: Decimal | None, absolute: Decimal | None) -> Decimal | None:
    """Return how far a value may be off: the tighter of the two limits; nothing when both are unlimited (TM-2)."""
    limits = [absolute] if absolute is not None else []
    if share_percent is not None:
        limits.append(base * share_percent / HUNDRED)
    return min(limits) if limits else None


def _price(share: Allocation, currency: str) -> Finding | None:
    ours, limits = share.order_line, share.order_line.limits
    difference = share.unit_price - ours.unit_price
    up = difference > 0
    allowed = (
        allowed_difference(ours.unit_price, limits.price_up_percent, limits.price_up_absolute)
        if up
        else allowed_difference(ours.unit_price, limits.price_down_percent, limits.price_down_absolute)
    )
    if allowed is None or abs(difference) <= allowed:
        return None
    at_stake = round_amount(abs(difference) * share.quantity / ours.base_factor, currency)
    edge = ours.unit_price + (allowed if up else -allowed)
    return Finding(
        HoldCode.PRICE_ABOVE if up else HoldCode.PRICE_BELOW,
        f"Invoice price {price(share.unit_price, currency)} is {percent(abs(difference), ours.unit_price)}"
        f" {'above' if up else 'below'} the order's {price(ours.unit_price, currency)};"
        f" the limit is {price(edge, currency)}. {money(at_stake, currency)} {'too much' if up else 'too little'}.",
        at_stake,
        share.line.key,
        actual=price(share.unit_price, currency),
        limit=price(edge, currency),
        evidence=(("order", f"{ours.order_number} line {ours.line_no}"), ("per", ours.unit_symbol)),
    )


def _quantity(share: Allocation, currency: str, today: date) -> Finding | None:
    ours = share.order_line
    billed = ours.taken + share.before + share.quantity
    excess = billed - ours.payable
    if excess <= 0 or _within(excess, ours.payable, share):
        return None
    too_much = min(excess, share.quantity)
    at_stake = round_amount(too_much / ours.base_factor * share.unit_price, currency)
    code, sentence = _cause(share, billed, today)
    return Finding(
        code,
        f"{sentence} {money(at_stake, currency)} in question.",
        at_stake,
        share.line.key,
        actual=number(billed / ours.base_factor),
        limit=number(ours.payable / ours.base_factor),
        evidence=(
            ("order", f"{ours.order_number} line {ours.line_no}"),
            ("unit", ours.unit_symbol),
            ("billed before", number((ours.taken + share.before) / ours.base_factor)),
        ),
    )


def _within(excess: Decimal, payable: Decimal, share: Allocation) -> bool:
    """TM-3: every limit that is set must hold; all unlimited lets any excess pass."""
    limits = share.order_line.limits
    allowed = allowed_difference(payable, limits.quantity_percent, limits.quantity_absolute)
    if allowed is not None and excess > allowed:
        return False
    value = excess / share.order_line.base_factor * share.order_line.unit_price
    return limits.quantity_value is None or value <= limits.quantity_value


def _cause(share: Allocation, billed: Decimal, today: date) -> tuple[HoldCode, str]:
    ours = share.order_line
    said = f"{number(billed / ours.base_factor)} {ours.unit_symbol} billed"
    came = f"{number(ours.payable / ours.base_factor)} {_PAYABLE[ours.limits.mode]}"
    if not ours.is_open:
        return HoldCode.ORDER_CLOSED, f"{said}, {came}, and the order is closed."
    if billed > ours.to_come and not _within(billed - ours.to_come, ours.to_come, share):
        return HoldCode.OVER_RECEIVED, f"{said}, {came}; the order line never comes to that much."
    if ours.expected < today:
        return HoldCode.OVERDUE, f"{said}, {came}; the rest was due {ours.expected:%d %b %Y}."
    return HoldCode.WAITING, f"{said}, {came}; the rest is due {ours.expected:%d %b %Y}."


_PAYABLE = {"two_way": "ordered", "three_way": "received", "four_way": "accepted"}


def _currency(share: Allocation, billed_in: str, ordered_in: str) -> Finding:
    return Finding(
        HoldCode.CURRENCY,
        f"The invoice is in {billed_in}, order {share.order_line.order_number} is in {ordered_in}.",
        abs(share.line.net_amount),
        share.line.key,
        actual=billed_in,
        limit=ordered_in,
    )


def latest_expected(results: Iterable[ShareResult]) -> date | None:
    """Return when the last goods that are waited for are due."""
    return max((r.expected for r in results if r.expected), default=None)
