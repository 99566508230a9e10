"""What a room freezes about a matter of the whole enterprise when it asks for approval (AP-1, MQ-1)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from foundation.access import roles_of
from foundation.models import User
from foundation.selectors import base_currency, rate_on
from foundation.selectors.rates import FrozenRate
from policies.decisions.approval import ApprovalFacts

ZERO = Decimal(0)


def enterprise_facts(
    matter: str,
    *,
    requester: User,
    base_amount: Decimal = ZERO,
    categories: Iterable[Sequence[str]] = (),
    supplier_states: Iterable[str] = (),
    supplier_risks: Iterable[str] = (),
    flags: Iterable[str] = (),
) -> ApprovalFacts:
    """Return the facts of a matter that has no site; `matter` is a document type of the matrix, categories are paths.

    `base_amount` in the enterprise base currency; zero where it is about no money.
    """
    return ApprovalFacts(
        document_type=matter,
        base_amount=base_amount,
        site="",
        region="",
        categories=tuple(tuple(path) for path in categories),
        flags=frozenset(flags),
        supplier_states=frozenset(supplier_states),
        supplier_risks=frozenset(risk for risk in supplier_risks if risk),
        requester_roles=frozenset(role for role, _, _ in roles_of(requester)),
    )


def no_money(at: datetime) -> FrozenRate:
    """Return the rate of a matter that is about no money: the base currency's own."""
    return rate_on(base_currency(), at.date())
