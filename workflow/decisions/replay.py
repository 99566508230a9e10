"""What a draft of the approval matrix would have done with documents that were decided already.

Source: SEMANTICS AP-10. Each document is its frozen facts and the route it was given then; the draft decides on the
same facts. Managers, cost-centre owners and category managers of both routes are those frozen with the document; who
holds a role is who holds it today, on both sides, so that only the rules differ and not who has come or gone. Absences
are not looked at. The result says for each way of asking whose people were counted.
Duties done on a document are not looked at: nobody can have done them under the draft. Amounts in base currency.
"""

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from policies.decisions.approval import Decision, decide, in_words
from policies.decisions.matrix import ApprovalFacts, Matrix, StageAsk
from policies.decisions.staffing import CLIMBS, Person, Roster, asked, called
from policies.decisions.stored import facts_from_json
from policies.decisions.world import Place
from workflow.decisions.stages import needed
from workflow.decisions.then import FROZEN, Then, meant, read_then

NOBODY = "no row: fallback owner"
TOUCHLESS, ASKED = "touchless", "asked"  # what a difference turns a document into; empty when neither
MOST_REMEMBERED = 20_000  # shapes of documents, so that memory stays flat
_FALLBACK = StageAsk("enterprise_role")
_ASK = {f.name for f in fields(StageAsk)}


@dataclass(frozen=True, slots=True)
class Way:
    """A route: the rule in words, who is asked in order, or nobody because a rule says so (AP-8).

    The hours of a stage are left out (zero): they remind, they route nobody.
    """

    rule: str
    stages: tuple[StageAsk, ...] = ()
    is_touchless: bool = False

    def same_as(self, other: "Way") -> bool:
        """Say whether the same people decide in the same order; a row's number and name change nothing of it."""
        return (self.stages, self.is_touchless, self.is_nobody) == (other.stages, other.is_touchless, other.is_nobody)

    @property
    def is_nobody(self) -> bool:
        """Say whether no row took the document."""
        return self.rule == NOBODY


def way_of(decision: Decision) -> Way:
    """Return the route of a decision."""
    rule = in_words(decision.rule) if decision.rule else NOBODY
    return Way(rule, tuple(replace(stage, due_hours=0) for _, stage in decision.stages), decision.is_touchless)


def stored_way(rule: int | None, name: str, stages: str, *, is_touchless: bool) -> Way:
    """Return the route of a stored decision; `stages` as the JSON it is kept in."""
    asks = tuple(
        StageAsk(**{k: v for k, v in ask.items() if k in _ASK} | {"person_id": ask["person"], "due_hours": 0})
        for ask in json.loads(stages)
    )
    return Way(f"row {rule}: {name}" if rule is not None else NOBODY, asks, is_touchless)


@dataclass(frozen=True, slots=True)
class Past:
    """A document that was routed. `shape` is its frozen facts as JSON without the amount, so that equals are equal."""

    key: int
    shape: str
    base_amount: Decimal
    requester: int
    before: Way
    people: str = ""  # who stood where then, as JSON; empty: asked before that was kept


@dataclass(slots=True)
class Load:
    """How often a person is asked, and how many decisions are theirs when those asked share evenly what is needed (AP-2)."""

    asked_before: int = 0
    asked_after: int = 0
    share_before: float = 0
    share_after: float = 0


@dataclass(slots=True)
class Shift:
    """Documents that go from one route to another."""

    before: str
    after: str
    turns: str
    count: int = 0
    amount: Decimal = Decimal(0)


@dataclass(slots=True)
class Tally:
    """What was counted so far; amounts in base currency."""

    documents: int = 0
    different: int = 0
    amount: Decimal = Decimal(0)
    nobody: int = 0
    touchless_before: int = 0
    touchless_after: int = 0
    load: dict[int, Load] = field(default_factory=dict)
    shifts: list[Shift] = field(default_factory=list)
    people_of: dict[str, list[int]] = field(default_factory=dict)  # way of asking: stages with people of then, of today

    def to_json(self) -> dict[str, Any]:
        """Return the tally as plain JSON, amounts as strings, so that a replay goes on where it was stopped."""
        return {
            **{name: getattr(self, name) for name in COUNTS},
            "amount": str(self.amount),
            "people_of": self.people_of,
            "load": {str(pk): [getattr(load, f.name) for f in fields(Load)] for pk, load in self.load.items()},
            "shifts": [[s.before, s.after, s.turns, s.count, str(s.amount)] for s in self.shifts],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Tally":
        """Return what `to_json` wrote; nothing counted from an empty mapping."""
        if not stored:
            return cls()
        return cls(
            **{name: stored[name] for name in COUNTS},
            amount=Decimal(stored["amount"]),
            people_of={who: list(counts) for who, counts in stored.get("people_of", {}).items()},
            load={int(pk): Load(*load) for pk, load in stored["load"].items()},
            shifts=[Shift(b, a, turns, count, Decimal(amount)) for b, a, turns, count, amount in stored["shifts"]],
        )

    def turning(self, turns: str) -> tuple[int, Decimal]:
        """Return how many documents turn so, and their amount."""
        found = [shift for shift in self.shifts if shift.turns == turns]
        return sum(s.count for s in found), sum((s.amount for s in found), Decimal(0))


COUNTS = ("documents", "different", "nobody", "touchless_before", "touchless_after")


class Replay:
    """A draft over documents, one after another; what a shape of documents gets is decided once."""

    def __init__(
        self, matrix: Matrix, roster: Roster, places: Sequence[Place], fallback_role: str, tally: Tally
    ) -> None:
        self.tally = tally
        self._matrix, self._roster = matrix, roster
        self._places = {place.code: place for place in places}
        held = [h.person for h in roster.held if h.role == fallback_role and not h.site and not h.region]
        self._fallback = frozenset(person.pk for person in roster.active(held))
        rules = (*matrix.rules, *matrix.additional)
        self._edges = sorted({edge for r in rules for edge in (r.amount_from, r.amount_to) if edge is not None})
        self._facts: dict[str, ApprovalFacts] = {}
        self._after: dict[tuple[str, int], Way] = {}
        self._people: dict[tuple[StageAsk, str], tuple[frozenset[int], ...]] = {}
        self._then: dict[str, Then] = {}
        self._numbers = {(s.before, s.after): number for number, s in enumerate(tally.shifts)}

    def take(self, past: Past) -> int | None:
        """Count a document; return the number of its shift in the tally, or nothing when its route stays the same."""
        facts = self._known(past.shape)
        before, after = past.before, self._decided(past, facts)
        tally = self.tally
        tally.documents += 1
        tally.amount += past.base_amount
        tally.nobody += after.is_nobody
        tally.touchless_before += before.is_touchless
        tally.touchless_after += after.is_touchless
        self._burden(past, facts, before, "before")
        self._burden(past, facts, after, "after")
        if before.same_as(after):
            return None
        tally.different += 1
        return self._shifted(before, after, past.base_amount)

    def _known(self, shape: str) -> ApprovalFacts:
        if shape not in self._facts:
            if len(self._facts) >= MOST_REMEMBERED:
                self._facts.clear()
                self._after.clear()
            self._facts[shape] = facts_from_json({**json.loads(shape), "base_amount": "0"})
        return self._facts[shape]

    def _decided(self, past: Past, facts: ApprovalFacts) -> Way:
        key = (past.shape, bisect_left(self._edges, past.base_amount))
        if key not in self._after:
            self._after[key] = way_of(decide(replace(facts, base_amount=past.base_amount), self._matrix))
        return self._after[key]

    def _shifted(self, before: Way, after: Way, amount: Decimal) -> int:
        words = (way_words(before, self._roster), way_words(after, self._roster))
        number = self._numbers.get(words)
        if number is None:
            number = self._numbers[words] = len(self.tally.shifts)
            turns = "" if before.is_touchless == after.is_touchless else TOUCHLESS if after.is_touchless else ASKED
            self.tally.shifts.append(Shift(*words, turns))
        shift = self.tally.shifts[number]
        shift.count += 1
        shift.amount += amount
        return number

    def _burden(self, past: Past, facts: ApprovalFacts, way: Way, side: str) -> None:
        """Count who is asked at each stage of a route, the fallback owners where nobody else may (AP-3)."""
        fallback = self._fallback - {past.requester}
        for people, stage in self._rounds(past, facts, way):
            able = people or fallback
            share = needed(stage.completion, stage.percent, len(able)) / max(len(able), 1)
            for person in able:
                load = self.tally.load.setdefault(person, Load())
                if side == "before":
                    load.asked_before += 1
                    load.share_before += share
                else:
                    load.asked_after += 1
                    load.share_after += share

    def _rounds(self, past: Past, facts: ApprovalFacts, way: Way) -> Iterator[tuple[frozenset[int], StageAsk]]:
        """Yield who is asked together, and by which stage."""
        if way.is_nobody:
            yield frozenset(), _FALLBACK
        for stage in way.stages:
            found = self._meant(stage, past, facts)
            counts = self.tally.people_of.setdefault(stage.who, [0, 0])
            counts[found is None] += 1
            for people in self._asked(stage, past, facts) if found is None else found:
                yield people, stage

    def _meant(self, stage: StageAsk, past: Past, facts: ApprovalFacts) -> tuple[frozenset[int], ...] | None:
        """Return the people frozen with a document whom a stage means; nothing where they are read today."""
        if stage.who not in FROZEN or not past.people:
            return None
        if past.people not in self._then:
            if len(self._then) >= MOST_REMEMBERED:
                self._then.clear()
            self._then[past.people] = read_then(past.people)
        rounds = meant(stage, self._then[past.people], past.base_amount, facts.categories) or ()
        return tuple(frozenset(group) - {past.requester} for group in rounds)

    def _asked(self, stage: StageAsk, past: Past, facts: ApprovalFacts) -> tuple[frozenset[int], ...]:
        place = self._places.get(facts.site) or Place(facts.site, facts.site, facts.region)
        if stage.who in CLIMBS:
            return _keys(asked(stage, self._roster, place, past.requester, past.base_amount))
        key = (stage, facts.site)
        if key not in self._people:
            self._people[key] = _keys(asked(stage, self._roster, place, None, Decimal(0)))
        return tuple(group - {past.requester} for group in self._people[key])


def _keys(groups: Sequence[Sequence[Person]]) -> tuple[frozenset[int], ...]:
    return tuple(frozenset(person.pk for person in group) for group in groups)


def way_words(way: Way, roster: Roster) -> str:
    """Say a route as people do: the row, then who is asked; the fallback owner comes last."""
    if way.is_touchless:
        return f"{way.rule}, touchless"
    people = ", then ".join(called(stage, roster) for stage in way.stages)
    if way.is_nobody and people:
        return f"no row: {people}, then fallback owner"
    return f"{way.rule}, {people}" if people else way.rule
