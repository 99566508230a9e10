"""Keeps the stored shares of a bill equal to what the match found, and the order lines' counters with them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from invoicing.decisions.facts import ZERO
from invoicing.decisions.judgement import Judgement
from invoicing.decisions.matching import ShareResult
from invoicing.models import InvoiceKind, InvoiceMatch, MatchState
from invoicing.selectors.facts import LockedInvoice
from procurement.services.add_invoiced import add_invoiced

_STORED = ["quantity", "amount", "explanation", "state", "facts", "policy_version", "tested_at"]


def store_shares(locked: LockedInvoice, judgement: Judgement, *, at: datetime) -> bool:
    """Create, change and remove shares; returns whether anything changed."""
    standing = {(m.line_id, m.order_line_id): m for m in locked.matches if m.line.invoice_id == locked.invoice.pk}
    moves: dict[int, Decimal] = {}
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
    move_counters(moves, locked.invoice.kind)
    return bool(create or change or standing)


def move_counters(moves: dict[int, Decimal], kind: str) -> None:
    """Move the billed quantity of order lines, in base units; a credit note takes it back (invariant 2)."""
    moves = {key: quantity for key, quantity in moves.items() if quantity}
    if not moves:
        return
    if kind == InvoiceKind.CREDIT_NOTE:
        add_invoiced(invoiced={key: -quantity for key, quantity in moves.items()}, credited=moves)
    else:
        add_invoiced(invoiced=moves)


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
