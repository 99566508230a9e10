"""Whom a stage meant when a document asked for approval: the people frozen beside its facts (AP-4, AP-10, AP-11).

Managers with their limits, owners of cost centres and managers of categories are read once, when the document is
routed, and stored with it; a later change of who manages whom changes nothing of what was decided. Who holds a role is
not frozen here: a stage by role or by name is said to be read today. Amounts in base currency.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from policies.decisions.matrix import StageAsk
from policies.decisions.staffing import CATEGORY, CLIMB, CLIMB_ONE, OWNER

FROZEN = frozenset({CLIMB, CLIMB_ONE, OWNER, CATEGORY})
Rounds = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Then:
    """Who stood where at the instant of asking; people by key.

    `climb` are the managers above the requester, the nearest first, with their limits; `managers` those of the
    categories on the document and above them, None where that person could not sign in.
    """

    climb: tuple[tuple[int, Decimal | None], ...] = ()
    owners: tuple[int, ...] = ()
    managers: Mapping[str, int | None] = field(default_factory=dict)


def read_then(stored: Mapping[str, Any] | str) -> Then:
    """Return what was stored, given as JSON or as its text."""
    found = json.loads(stored) if isinstance(stored, str) else stored
    return Then(
        tuple((pk, None if limit is None else Decimal(limit)) for pk, limit in found["climb"]),
        tuple(found["owners"]),
        found["managers"],
    )


def meant(stage: StageAsk, then: Then, amount: Decimal, categories: Sequence[Sequence[str]]) -> Rounds | None:
    """Return whom a stage meant, one group for each round (a climb has several); nothing for a stage that is not frozen."""
    if stage.who in {CLIMB, CLIMB_ONE}:
        climb = _up_to(then.climb, amount)
        if stage.who == CLIMB:
            return tuple((pk,) for pk, _ in climb) or ((),)
        return (tuple(pk for pk, limit in climb if limit is not None and limit >= amount),)
    if stage.who == OWNER:
        return (tuple(sorted(then.owners)),)
    if stage.who == CATEGORY:
        nearest = (next((then.managers[c] for c in reversed(path) if c in then.managers), None) for path in categories)
        return (tuple(sorted({pk for pk in nearest if pk is not None})),)
    return None


def _up_to(
    climb: Sequence[tuple[int, Decimal | None]], amount: Decimal
) -> Sequence[tuple[int, Decimal | None]]:  # fmt: skip
    """Return the managers up to the first whose limit covers the amount (AP-3)."""
    for number, (_, limit) in enumerate(climb, start=1):
        if limit is not None and limit >= amount:
            return climb[:number]
    return climb


def asked_then(
    stages: Sequence[StageAsk], then: Then, amount: Decimal, categories: Sequence[Sequence[str]]
) -> list[list[list[int]]]:
    """Return whom the frozen stages of a decision meant, in their order, as it is stored beside the decision."""
    found = (meant(stage, then, amount, categories) for stage in stages)
    return [[list(group) for group in rounds] for rounds in found if rounds is not None]
