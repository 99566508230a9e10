"""Keeps the stored shares of a bill equal to what the match found, and the order lines' counters with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from invoicing.decisions.facts import ZERO
from invoicing.decisions.judgement import Judgement
from invoicing.decisions.matching import ShareResult
from invoicing.models import InvoiceKind, InvoiceMatch, InvoiceState, MatchState
from invoicing.selectors.facts import LockedInvoice
from procurement.services import add_invoiced, follow_budgets

_STORED = ["quantity", "amount", "explanation", "state", "facts", "policy_version", "tested_at"]


Moves = dict[int, Decimal]  # order line -> base units
Spent = dict[int, tuple[Decimal, Decimal]]  # order line -> base units and net amount of a cleared bill
SPENT_STATES = (InvoiceState.CLEARED, InvoiceState.RELEASED, InvoiceState.POSTED, InvoiceState.PAID)


@dataclass(frozen=True, slots=True)
class Shares:
    """What storing the shares of a bill moves: the billed quantities, and what the bill claimed before and claims now."""

    changed: bool
    moves: Moves
    before: Spent
    now: Spent


def store_shares(locked: LockedInvoice, judgement: Judgement, *, at: datetime) -> Shares:
    """Create, change and remove shares; the caller moves the counters when it knows the state of the bill."""
    before = claims((m.order_line_id, m.quantity, m.amount) for m in _own(locked))
    standing = {(m.line_id, m.order_line_id): m for m in _own(locked)}
    moves: Moves = {}
    create, change = [], []
    for result in judgement.results:
        key = (result.share.line.key, result.share.order_line.id)
        match = standing.pop(key, None)
        _count(moves, key[1], result.share.quantity - (match.quantity if match else ZERO))
        if match is None:
            create.append(_fill(InvoiceMatch(line_id=key[0], order_line_id=key[1]), locked, result, at))
        elif _differs(match, result):
            change.append(_fill(match, locked, result, at))
    for (_, order_line_id), match in standing.items():
        _count(moves, order_line_id, -match.quantity)
    if create:
        InvoiceMatch.objects.bulk_create(create)
    if change:
        InvoiceMatch.objects.bulk_update(change, _STORED)
    if standing:
        InvoiceMatch.objects.filter(pk__in=[m.pk for m in standing.values()]).delete()
    now = claims((r.share.order_line.id, r.share.quantity, r.share.amount) for r in judgement.results)
    return Shares(bool(create or change or standing), moves, before, now)


def _own(locked: LockedInvoice) -> list[InvoiceMatch]:
    return [m for m in locked.matches if m.line.invoice_id == locked.invoice.pk]


def claims(rows: Iterable[tuple[int, Decimal, Decimal]]) -> Spent:
    """Add up (order line, base units, net amount) by order line."""
    found: Spent = {}
    for key, quantity, amount in rows:
        before = found.get(key, (ZERO, ZERO))
        found[key] = (before[0] + quantity, before[1] + amount)
    return found


def move_counters(locked: LockedInvoice, moves: Moves, given_back: Spent, taken: Spent, *, at: datetime) -> None:
    """Move what order lines count of a bill, and the budgets with it (invariant 2, RQ-6).

    `moves` is the billed quantity; a credit note takes it back. `given_back` is what it had spent, `taken` what it
    spends now: a cleared bill spends, and no other; a credit note gives money back and opens no quantity (TM-12).
    """
    credit = locked.invoice.kind == InvoiceKind.CREDIT_NOTE
    moves = {key: quantity for key, quantity in moves.items() if quantity}
    spent: Spent = {}
    for key in {*given_back, *taken}:
        (old, less), (new, more) = given_back.get(key, (ZERO, ZERO)), taken.get(key, (ZERO, ZERO))
        if (old, less) != (new, more):
            spent[key] = (ZERO, less - more) if credit else (new - old, more - less)
    if not moves and not spent:
        return
    if credit:
        add_invoiced(invoiced={key: -quantity for key, quantity in moves.items()}, credited=moves, spent=spent)
    else:
        add_invoiced(invoiced=moves, spent=spent)
    lines = [line for line in locked.order_lines if line.pk in spent]
    if any(line.cost_centre.is_budgeted for line in lines if line.cost_centre):
        follow_budgets(orders={line.order_id for line in lines}, why="bill", at=at)


def _count(moves: dict[int, Decimal], key: int, quantity: Decimal) -> None:
    moves[key] = moves.get(key, ZERO) + quantity


def _fill(match: InvoiceMatch, locked: LockedInvoice, result: ShareResult, at: datetime) -> InvoiceMatch:
    match.supplier_id = locked.invoice.supplier_id
    match.quantity, match.amount = result.share.quantity, result.share.amount
    match.explanation = result.share.explanation[:200]
    match.facts = share_facts(result)
    match.policy_version = result.share.order_line.limits.version
    match.tested_at = at
    target = _target(result)
    if match.state != target:
        {MatchState.MATCHED: match.agree, MatchState.WAITING: match.wait, MatchState.DIFFERS: match.differ}[target](
            at=at
        )
    return match


def _differs(match: InvoiceMatch, result: ShareResult) -> bool:
    found = (result.share.quantity, result.share.amount, _target(result), share_facts(result))
    return (match.quantity, match.amount, match.state, match.facts) != found


def _target(result: ShareResult) -> MatchState:
    if any(finding.is_exception for finding in result.findings):
        return MatchState.DIFFERS
    return MatchState.WAITING if result.findings else MatchState.MATCHED


def share_facts(result: ShareResult) -> dict[str, Any]:
    """Return the figures the match was made on, as strings: the page shows these and not later ones."""
    share, ours = result.share, result.share.order_line
    return {
        "mode": ours.limits.mode,
        "ordered": str(ours.ordered),
        "payable": str(ours.payable),
        "delivered": str(ours.delivered),
        "accepted": str(ours.accepted),
        "billed_before": str(ours.taken + share.before),
        "billed": str(share.quantity),
        "base_factor": str(ours.base_factor),
        "unit": ours.unit_code,
        "order_price": str(ours.unit_price),
        "unit_price": str(share.unit_price),
        "expected": ours.expected.isoformat(),
        "findings": [[f.code.value, f.sentence, str(f.amount)] for f in result.findings],
    }
