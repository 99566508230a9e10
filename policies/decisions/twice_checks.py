"""Stages of one chain that only the same people could decide, so that the later one has nobody left.

Source: SEMANTICS AP-4 (nobody decides two stages unless the later one says that an earlier agreement satisfies it) and
AP-9. Every way in which the stages before may be decided is followed; a later stage is found when nobody is left for it
in any of them. One row is looked at, and each two that may meet on a document. Climbs and managers of categories depend on who asks and for what, and are not looked at here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from policies.decisions.documents import Documents, Wanted
from policies.decisions.matrix import ApprovalFacts, Matrix, Rule, StageAsk
from policies.decisions.staffing import CATEGORY, CLIMBS, Person
from policies.decisions.vocabulary import listed
from policies.decisions.world import Finding, Place, World

People = tuple[Person, ...]
Ways = frozenset[frozenset[int]]  # for each way of deciding so far: who has spoken
_UNKNOWN = CLIMBS | {CATEGORY}
_NOBODY_YET: Ways = frozenset({frozenset()})
_MOST_WAYS = 200
MOST = 20  # findings


@dataclass(frozen=True, slots=True)
class _Clash:
    """Two stages and who is asked by the later one; a stage is (row, its number in the row)."""

    first: tuple[str, int]
    second: tuple[str, int]
    people: People


def asked_twice(
    matrix: Matrix, world: World, documents: Documents, able: Callable[[StageAsk, Place], People]
) -> Iterator[Finding]:
    """Yield the stages whose people an earlier stage of the same chain uses up, each with a document that meets both.

    Within one row it refuses publication; where two rows meet only on some documents it is shown.
    """
    found: dict[_Clash, list[tuple[Place, ApprovalFacts]]] = {}
    for rules in _chains(matrix):
        for place in world.taken_by(rules[0]):
            if all(place in world.taken_by(rule) for rule in rules[1:]):
                clash = _clash(rules, matrix, place, able)
                example = clash and documents.decided_by(rules[0], Wanted(place.code), *rules[1:])
                if clash and example:
                    found.setdefault(clash, []).append((place, example))
        if len(found) >= MOST:
            break
    for clash, of in found.items():
        blocks = clash.first[0] == clash.second[0]
        yield Finding(
            "asked_twice", _words(clash, [place for place, _ in of]), of[0][1], blocks=blocks, row=clash.second[0]
        )
    if len(found) >= MOST:
        yield Finding(
            "asked_twice", "More stages may ask only who decided before; mend these first.", None, blocks=False
        )


def _chains(matrix: Matrix) -> Iterator[tuple[Rule, ...]]:
    """Yield the rows whose stages follow one another on a document: one alone, and each two that may meet on one."""
    staged = [rule for rule in matrix.rules if rule.asks]
    additional = [rule for rule in matrix.additional if rule.asks]
    yield from ((rule,) for rule in (*staged, *additional))
    yield from ((rule, more) for rule in staged for more in additional)
    yield from combinations(additional, 2)


def _clash(
    rules: Sequence[Rule], matrix: Matrix, place: Place, able: Callable[[StageAsk, Place], People]
) -> _Clash | None:
    """Return the first stage of the last row that nobody is left for, however the stages before it are decided."""
    before: list[tuple[tuple[str, int], People]] = []
    ways = _NOBODY_YET
    for rule in rules:
        row = f"{'+' if any(rule is one for one in matrix.additional) else ''}{rule.position}"
        own = _NOBODY_YET
        for number, stage in enumerate(rule.stages, start=1):
            people = () if stage.informs or stage.who in _UNKNOWN else able(stage, place)
            asked = frozenset(person.pk for person in people)
            if _is_stuck(stage, asked, ways) and rule is rules[-1]:
                if len(rules) > 1 and _is_stuck(stage, asked, own):
                    return None  # said of the row alone
                first = next(where for where, others in before if set(others) & set(people))
                return _Clash(first, (row, number), people)
            ways, own = _decided(stage, asked, ways), _decided(stage, asked, own)
            before.append(((row, number), people))
    return None


def _is_stuck(stage: StageAsk, asked: frozenset[int], ways: Ways) -> bool:
    return bool(asked) and not stage.may_repeat and all(asked <= spent for spent in ways)


def _decided(stage: StageAsk, asked: frozenset[int], ways: Ways) -> Ways:
    """Return who may have spoken after a stage, for each way before it; nobody for sure where the ways are too many."""
    found: set[frozenset[int]] = set()
    for spent in ways:
        left, agreed = asked - spent, len(asked & spent) if stage.may_repeat else 0
        more = max(_needed(stage, len(left) + agreed) - agreed, 0)
        if comb(len(left), min(more, len(left))) + len(found) > _MOST_WAYS:
            return _NOBODY_YET
        found |= {spent | frozenset(some) for some in combinations(sorted(left), min(more, len(left)))}
    return frozenset(found)


def _needed(stage: StageAsk, voices: int) -> int:
    """Return how many of so many people must agree (AP-2)."""
    by_all = {"all": voices, "majority": voices // 2 + 1, "percent": -(-voices * (stage.percent or 0) // 100)}
    return max(by_all.get(stage.completion, 1), 1)


def _words(clash: _Clash, places: Sequence[Place]) -> str:
    (row, number), (other, later) = clash.first, clash.second
    names = listed(person.name for person in clash.people)
    both = f"{_row(other)}, stage {later} asks only {names} at {places[0].name}, who by then decided"
    before = f"stage {number}" if row == other else f"stage {number} of {_row(row).lower()}"
    before = before if len(clash.people) == 1 else "stages before it"
    more = f", and so at {len(places) - 1} more" if len(places) > 1 else ""
    return f"{both} {before}{more}. Let stage {later} accept who agreed before, or ask somebody else."


def _row(row: str) -> str:
    return f"Additional row {row[1:]}" if row[0] == "+" else f"Row {row}"
