"""Near duplicates: a bill that looks like one we already have. The exact one cannot be stored at all.

Source: SEMANTICS TM-10, RELIABILITY section 5: same reading of the number, or same total within 40 days and a number
at most two strokes away. The second test skips bills of different orders: suppliers repeat weekly orders.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rapidfuzz.distance import Levenshtein

from invoicing.decisions.facts import Finding, HoldCode
from invoicing.decisions.words import money

DAYS_APART = 40
STROKES_APART = 2


@dataclass(frozen=True, slots=True)
class Bill:
    """What two bills are compared by; `standing` is 0 once released, 1 when cleared, 2 before (see `standing`)."""

    id: int
    number: str
    supplier_id: int
    supplier_number: str
    key: str
    skeleton: str
    total: Decimal
    currency: str
    date: date
    orders: frozenset[str]
    standing: int


def standing(state: str) -> int:
    """Say how firmly an invoice in a state holds what it claims: 0 released, 1 cleared, 2 not yet."""
    return {"released": 0, "posted": 0, "paid": 0, "cleared": 1}.get(state, 2)


def near_duplicates(bill: Bill, others: Iterable[Bill]) -> tuple[Finding, ...]:
    """Return one finding naming the bills this one looks like, or none.

    A bill that stands more firmly is the first one and not held; of two that stand alike both are, whichever came
    first, and a person says which is right (TM-13).
    """
    first = sorted((o for o in others if o.standing <= bill.standing and _alike(bill, o)), key=_order)
    if not first:
        return ()
    names = ", ".join(f"{o.supplier_number} of {o.date:%d %b %Y} ({money(o.total, o.currency)})" for o in first[:3])
    return (
        Finding(
            HoldCode.DUPLICATE,
            f"Looks like {names}, which we already have. {money(bill.total, bill.currency)} would be paid twice.",
            abs(bill.total),
            actual=bill.supplier_number,
            limit=first[0].supplier_number,
            evidence=tuple(("looks like", o.number) for o in first[:10]),
        ),
    )


def _order(bill: Bill) -> tuple[object, ...]:
    return (bill.standing, bill.date, bill.key, bill.supplier_id)


def _alike(bill: Bill, other: Bill) -> bool:
    if bill.skeleton == other.skeleton:
        return True
    if bill.orders and other.orders and not bill.orders & other.orders:
        return False
    same_money = bill.total == other.total and bill.currency == other.currency
    close = abs((bill.date - other.date).days) <= DAYS_APART
    return same_money and close and Levenshtein.distance(bill.key, other.key) <= STROKES_APART
