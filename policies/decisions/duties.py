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
    days: int = 0  # calendar days for the second signature of a compensated pair


@dataclass(frozen=True, slots=True)
class Conflict:
    """The person would hold both duties on one chain."""

    duty: str
    held: str
    strength: str
    days: int = 0  # as the pair says

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"You already did “{self.held.replace('_', ' ')}” here, so you may not {self.duty.replace('_', ' ')}."

    def of(self, name: str) -> str:
        """Say it in words about somebody on whose behalf another acts."""
        held, duty = self.held.replace("_", " "), self.duty.replace("_", " ")
        return f"{name}, for whom you act, already did “{held}” here, so you may not {duty} for them."


def conflicts(
    duty: str, person_id: int, done: Iterable[tuple[str, int]], pairs: Iterable[Pair]
) -> tuple[Conflict, ...]:
    """Return every pair the person would break by doing `duty`, given (duty, person) of all that was done (SD-2)."""
    mine = {held for held, person in done if person == person_id}
    found = []
    for pair in pairs:
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if one == duty and other in mine:
                found.append(Conflict(duty, other, pair.strength, pair.days))
    return tuple(found)


def hard_conflict(duty: str, person_id: int, done: Iterable[tuple[str, int]], pairs: Iterable[Pair]) -> Conflict | None:
    """Return the first conflict that refuses, or nothing."""
    return next((c for c in conflicts(duty, person_id, done, pairs) if c.strength == HARD), None)


@dataclass(frozen=True, slots=True)
class Post:
    """A role and the sites where it is held; a regional or enterprise role counts at every site below (SD-1)."""

    role: str
    sites: frozenset[int]
    is_everywhere: bool = False


@dataclass(frozen=True, slots=True)
class RoleConflict:
    """Two roles one person would hold at the same sites; both everywhere when `sites` is empty."""

    wanted: str
    held: str
    sites: frozenset[int]


def role_conflict(wanted: Post, held: Iterable[Post], pairs: Iterable[Pair]) -> RoleConflict | None:
    """Return the first pair of strength "role" that would meet at a site, or nothing (SD-1)."""
    apart = {frozenset((pair.first, pair.second)) for pair in pairs if pair.strength == ROLE}
    for post in held:
        if post.role == wanted.role or frozenset((wanted.role, post.role)) not in apart:
            continue
        if wanted.is_everywhere and post.is_everywhere:
            return RoleConflict(wanted.role, post.role, frozenset())
        if wanted.sites & post.sites or wanted.is_everywhere or post.is_everywhere:
            return RoleConflict(wanted.role, post.role, _met(wanted, post))
    return None


def _met(one: Post, other: Post) -> frozenset[int]:
    if one.is_everywhere:
        return other.sites
    return one.sites if other.is_everywhere else one.sites & other.sites
