"""What the document adds up to, and whether the supplier says the same. Source: SEMANTICS MQ-2, TM-5, TM-6."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from foundation.money import round_amount, total
from invoicing.decisions.facts import ZERO, Finding, HoldCode
from invoicing.decisions.words import money

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Part:
    """A line's or charge's net amount with its tax rate; no rate means the supplier did not say."""

    amount: Decimal
    tax_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Our own computation, kept beside the supplier's (TM-14). `tax_known` is false when a rate is missing."""

    net: Decimal
    tax: Decimal
    total: Decimal
    tax_known: bool


@dataclass(frozen=True, slots=True)
class Stated:
    """What the supplier states."""

    net: Decimal | None
    tax: Decimal | None
    rounding: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class TotalsResult:
    """Findings, and what TM-6 accepts and books to the small-difference account (stated - ours)."""

    findings: tuple[Finding, ...]
    small_difference: Decimal


def compute(parts: Iterable[Part], stated: Stated, currency: str) -> Totals:
    """Add rounded amounts; tax is rounded once per rate. Where a rate is missing the stated tax stands."""
    parts = list(parts)
    net = total(round_amount(p.amount, currency) for p in parts)
    tax_known = bool(parts) and all(p.tax_percent is not None for p in parts)
    tax = _tax(parts, currency) if tax_known else (stated.tax or ZERO)
    return Totals(net, tax, net + tax + stated.rounding, tax_known)


def _tax(parts: list[Part], currency: str) -> Decimal:
    bases: dict[Decimal, Decimal] = {}
    for part in parts:
        rate = (part.tax_percent or ZERO).normalize()
        bases[rate] = bases.get(rate, ZERO) + round_amount(part.amount, currency)
    return total(round_amount(base * rate / HUNDRED, currency) for rate, base in bases.items())


def check_totals(ours: Totals, stated: Stated, *, currency: str, limit: Decimal | None) -> TotalsResult:
    """Compare tax, then the whole; a difference up to the limit is accepted (TM-6), no limit accepts any.

    The whole is added with the stated tax, so that a tax difference is found once, under its own name.
    """
    findings = []
    stated_tax = ours.tax if stated.tax is None else stated.tax
    tax_difference = stated_tax - ours.tax
    if ours.tax_known and not _small(tax_difference, limit):
        findings.append(_differs(HoldCode.TAX, "Tax", stated_tax, ours.tax, currency))
    whole = ours.net + stated_tax + stated.rounding
    whole_difference = stated.total - whole
    if not _small(whole_difference, limit):
        findings.append(_differs(HoldCode.TOTAL, "The total", stated.total, whole, currency))
    return TotalsResult(tuple(findings), stated.total - ours.total)


def check_charges(charges: Iterable[tuple[str, Decimal]], currency: str) -> tuple[Finding, ...]:
    """Find charges we did not order (TM-5). Orders plan none yet; an allowance is in our favour and passes."""
    unplanned = sorted((name, amount) for name, amount in charges if amount > 0)
    if not unplanned:
        return ()
    amount = total(amount for _, amount in unplanned)
    names = ", ".join(f"{name} {money(value, currency)}" for name, value in unplanned)
    return (
        Finding(
            HoldCode.CHARGE,
            f"{names}: not on the order."[:300],
            amount,
            actual=money(amount, currency),
            limit=money(ZERO, currency),
        ),
    )


def _small(difference: Decimal, limit: Decimal | None) -> bool:
    return limit is None or abs(difference) <= limit


def _differs(code: HoldCode, what: str, stated: Decimal, computed: Decimal, currency: str) -> Finding:
    difference = abs(stated - computed)
    return Finding(
        code,
        f"{what} is stated as {money(stated, currency)} and comes to {money(computed, currency)}:"
        f" {money(difference, currency)} {'too much' if stated > computed else 'too little'}.",
        difference,
        actual=money(stated, currency),
        limit=money(computed, currency),
    )
