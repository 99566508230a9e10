"""The whole match of one bill, and what becomes of its holds. Source: SEMANTICS TM-1 to TM-3, TM-5 to TM-10, TM-13.

Single and bulk use these same functions: the workshop only brings the facts and stores the answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from invoicing.decisions.allocation import allocate
from invoicing.decisions.credit import CreditedLine, match_credit
from invoicing.decisions.duplicates import Bill, near_duplicates
from invoicing.decisions.facts import BilledLine, Finding, HoldCode, OrderFacts
from invoicing.decisions.matching import ShareResult, latest_expected, match_share
from invoicing.decisions.totals import Stated, Totals, check_charges, check_totals
from invoicing.decisions.words import money
from policies.decisions.tolerances import MatchPolicy


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """Everything the match of one bill looks at, read under one lock. `limits` are those of the document (TM-6)."""

    bill: Bill
    kind: str
    currency: str
    header_reference: str
    lines: tuple[BilledLine, ...]
    charges: tuple[tuple[str, Decimal], ...]
    totals: Totals
    stated: Stated
    supplier_name: str
    supplier_may_be_paid: bool
    bank_change: str  # number of the open change of the supplier's account; empty = none (SU-2)
    remit_to: tuple[str, str]  # location to be paid as the bill states it, and that of the account in force; by code
    orders: Mapping[str, OrderFacts]
    lookalikes: tuple[Bill, ...]
    limits: MatchPolicy
    today: date
    credited: tuple[CreditedLine, ...] | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Shares with their tests, every finding, when waited-for goods are due, and what TM-6 books apart."""

    results: tuple[ShareResult, ...]
    findings: tuple[Finding, ...]
    expected: date | None
    small_difference: Decimal
    policy_version: str


def judge(facts: InvoiceFacts) -> Judgement:
    """Match a bill. The order of its lines, charges and lookalikes makes no difference (TM-13)."""
    results, unplaced = _lines(facts)
    totals = check_totals(facts.totals, facts.stated, currency=facts.currency, limit=facts.limits.total_absolute)
    found = (
        *_supplier(facts),
        *near_duplicates(facts.bill, facts.lookalikes),
        *unplaced,
        *(finding for result in results for finding in result.findings),
        *(check_charges(facts.charges, facts.currency) if facts.kind == "invoice" else ()),
        *totals.findings,
    )
    return Judgement(
        results, _one_per_place(found), latest_expected(results), totals.small_difference, facts.limits.version
    )


def _lines(facts: InvoiceFacts) -> tuple[tuple[ShareResult, ...], tuple[Finding, ...]]:
    if facts.kind == "credit_note":
        return match_credit(facts.lines, facts.credited, facts.currency)
    allocated = allocate(facts.lines, facts.orders, facts.header_reference, facts.currency)
    results = tuple(
        match_share(
            share,
            invoice_currency=facts.currency,
            order_currency=facts.orders[share.order_line.order_number].currency,
            today=facts.today,
        )
        for share in allocated.shares
    )
    return results, allocated.findings


def _supplier(facts: InvoiceFacts) -> tuple[Finding, ...]:
    amount = abs(facts.bill.total)
    worth, found = money(amount, facts.currency), []
    if not facts.supplier_may_be_paid:
        text = f"{facts.supplier_name} may not be paid now. {worth} stay with us until that ends."
        found.append(Finding(HoldCode.SUPPLIER_BLOCKED, text, amount))
    if facts.bank_change:
        text = f"{facts.supplier_name} has an open bank change, {facts.bank_change}. {worth} wait until it is decided."
        found.append(Finding(HoldCode.BANK_CHANGE, text, amount))
    stated, ours = facts.remit_to
    if stated and stated != ours:
        there = f"we pay it at {ours}" if ours else "we know no location it is paid at"
        text = f"The bill asks to be paid at {stated}; {there}. {worth} wait until somebody has looked."
        found.append(Finding(HoldCode.REMIT_TO, text, amount, actual=stated, limit=ours))
    return tuple(found)


def _one_per_place(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep one finding per line and code, the one with most at stake: a line may pay for several order lines."""
    worst: dict[tuple[int | None, HoldCode], Finding] = {}
    for finding in found:
        place = (finding.line, finding.code)
        if place not in worst or (finding.amount, finding.sentence) > (worst[place].amount, worst[place].sentence):
            worst[place] = finding
    return tuple(sorted(worst.values(), key=lambda f: (f.line is not None, f.line or 0, f.code)))


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A hold as stored: open, or released up to a magnitude (TM-9)."""

    id: int
    line: int | None
    code: str
    is_open: bool
    sentence: str
    amount: Decimal
    released_magnitude: Decimal | None = None


@dataclass(frozen=True, slots=True)
class HoldChanges:
    """What to do with the holds: `keep` are open ones that still apply, `restate` those whose figures moved."""

    open: tuple[Finding, ...]
    cure: tuple[int, ...]
    restate: tuple[tuple[int, Finding], ...]
    keep: tuple[int, ...]


def reconcile_holds(findings: Iterable[Finding], standing: Iterable[StandingHold]) -> HoldChanges:
    """Compare what was found with what is stored. A release covers the same cause up to its magnitude (TM-9)."""
    standing = tuple(standing)
    opened = {(h.line, h.code): h for h in standing if h.is_open}
    released: dict[tuple[int | None, str], Decimal] = {}
    for hold in standing:
        if not hold.is_open and hold.released_magnitude is not None:
            place = (hold.line, hold.code)
            released[place] = max(released.get(place, hold.released_magnitude), hold.released_magnitude)
    fresh: list[Finding] = []
    restate: list[tuple[int, Finding]] = []
    keep: set[int] = set()
    for finding in findings:
        place = (finding.line, finding.code.value)
        same = opened.get(place)
        if same is not None:
            keep.add(same.id)
            if (same.sentence, same.amount) != (finding.sentence, finding.amount):
                restate.append((same.id, finding))
        elif place not in released or finding.amount > released[place]:
            fresh.append(finding)
    cure = tuple(sorted(h.id for h in opened.values() if h.id not in keep))
    return HoldChanges(tuple(fresh), cure, tuple(restate), tuple(sorted(keep)))


def state_after(exception_open: bool, waiting_open: bool) -> str:  # noqa: FBT001 - two words of one table
    """Return the state an unpaid invoice belongs in: trouble first, then patience, then cleared."""
    if exception_open:
        return "held"
    return "waiting" if waiting_open else "cleared"
