"""Which duties one person must not combine on a chain of documents. Source: SEMANTICS SD-1 and SD-2."""

from collections.abc import Iterable
from dataclasses import dataclass

HARD, ROLE, COMPENSATED = "hard", "role", "compensated"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two duties kept apart, in either order."""

    first: str
    second: str
    strength: str = HARD


@dataclass(frozen=True, slots=True)
class Conflict:
    """The person would hold both duties on one chain."""

    duty: str
    held: str
    strength: str

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"You already did “{self.held.replace('_', ' ')}” here, so you may not {self.duty.replace('_', ' ')}."


def conflicts(
    duty: str, person_id: int, done: Iterable[tuple[str, int]], pairs: Iterable[Pair]
) -> tuple[Conflict, ...]:
    """Return every pair the person would break by doing `duty`, given (duty, person) of all that was done (SD-2)."""
    mine = {held for held, person in done if person == person_id}
    found = []
    for pair in pairs:
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if one == duty and other in mine:
                found.append(Conflict(duty, other, pair.strength))
    return tuple(found)


def hard_conflict(duty: str, person_id: int, done: Iterable[tuple[str, int]], pairs: Iterable[Pair]) -> Conflict | None:
    """Return the first conflict that refuses, or nothing."""
    return next((c for c in conflicts(duty, person_id, done, pairs) if c.strength == HARD), None)
