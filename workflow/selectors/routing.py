"""The chain of a document: the same code shows it before submission and opens it (UX 6.1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from foundation import duties, money
from foundation.models import CostCentre, Role, Site, User
from foundation.selectors import FrozenRate, rate_on
from policies.decisions.approval import ApprovalFacts, Decision, StageAsk, decide
from policies.models import PolicyVersion
from policies.selectors import duty_pairs_in_force, matrix_in_force
from workflow.decisions.stages import ASKED, FALLBACK, Matter, Seat, is_vacant, seated
from workflow.decisions.then import FROZEN
from workflow.selectors.people import Asked, Candidates, Seated, candidates_for, fallback_people, read_people

NO_ROW = StageAsk("enterprise_role", due_hours=8)


@dataclass(frozen=True, slots=True)
class Routing:
    """What the policy in force says about a document, with names."""

    decision: Decision
    policy: PolicyVersion
    stages: tuple[Asked, ...]
    unstaffed: tuple[str, ...]
    informed: tuple[Asked, ...] = ()  # people who are only told
    meant: dict[str, Any] = field(default_factory=dict)  # beside the decision: whom its frozen stages meant


def freeze_amount(amount: Decimal, currency: str, day: date) -> tuple[Decimal, FrozenRate]:
    """Return the amount in base currency and the rate of the day, to be stored and never read again (MQ-1)."""
    rate = rate_on(currency, day)
    return money.convert(amount, rate.rate, rate.base_currency), rate


def fallback_role(policy: PolicyVersion) -> str:
    """Return the role that decides, enterprise-wide, what nobody else may (AP-3)."""
    return str(policy.settings.get("fallback_role", Role.FINANCE_DIRECTOR))


def route(
    facts: ApprovalFacts,
    *,
    site: Site | None,
    requester: User,
    at: datetime,
    duty: str,
    chains: Sequence[str] = (),
    cost_centres: Sequence[CostCentre] = (),
    done: frozenset[tuple[str, int]] | None = None,
) -> Routing:
    """Return the decision and the people of each stage, deputies for who is away (AP-5).

    `done` is what was done on the chains, where the caller has read it.
    A stage that nobody who is there may decide goes to the fallback owner besides and is named in `unstaffed` (AP-3).
    """
    matrix, policy = matrix_in_force(at)
    decision = decide(facts, matrix)
    asks = [ask for _, ask in decision.stages]
    told = [ask for _, ask in decision.informed]
    if done is None:
        done = duties.done_on(list(chains)) if chains and asks else frozenset()
    pairs = duty_pairs_in_force(at) if asks or decision.asks_nobody else ()
    matter = Matter(duty, facts.site, facts.base_amount, requester.pk, done, pairs)
    found = candidates_for(
        [*asks, *told], site=site, requester=requester, base_amount=facts.base_amount, categories=facts.categories,
        cost_centres=cost_centres, at=at,
    )  # fmt: skip
    read_people(found, deputies_of(found) - set(found.people), at)
    seats = _Seats(found, matter, fallback_role(policy))
    stages: list[Asked] = []
    frozen = []
    for rule, ask in decision.stages:
        label, rounds = found.rounds(ask)
        if ask.who in FROZEN:
            frozen.append([[person.pk for person in people] for people in rounds])
        for number, people in enumerate(rounds):
            together = ask.with_previous and number == 0 and bool(stages)
            group = stages[-1].group if together else (stages[-1].group + 1 if stages else 1)
            stages.append(seats.stage(rule, label, ask, people, group))
    if decision.asks_nobody:
        stages.append(seats.stage("no row", "Fallback owner", NO_ROW, [], 1 + len(stages)))
        seats.unstaffed[-1:] = ["no row of the matrix"]
    meant = {"meant": frozen} if frozen else {}
    informed = _informed(decision, found, requester, len(stages))
    return Routing(decision, policy, tuple(stages), tuple(seats.unstaffed), informed, meant)


def _informed(decision: Decision, found: Candidates, requester: User, after: int) -> tuple[Asked, ...]:
    """Return whom the stages that only inform reach, each person once and never who asks; nobody there tells nobody."""
    known = {requester.pk}
    stages: list[Asked] = []
    for rule, ask in decision.informed:
        label, rounds = found.rounds(ask)
        people = [person for group in rounds for person in group if person.pk not in known]
        known |= {person.pk for person in people}
        if people:
            seats = tuple(Seated(person, person, ASKED) for person in dict.fromkeys(people))
            stages.append(Asked(rule, label, ask, seats, 1 + after + len(stages)))
    return tuple(stages)


def deputies_of(found: Candidates) -> set[int]:
    """Return the people named as deputies of those who may be asked."""
    return {a.deputy for absences in found.absences.values() for a in absences if a.deputy is not None}


class _Seats:
    """Fills the stages of one document."""

    def __init__(self, found: Candidates, matter: Matter, fallback: str) -> None:
        self.found, self.matter, self.fallback = found, matter, fallback
        self.unstaffed: list[str] = []

    def stage(self, rule: str, label: str, ask: StageAsk, people: Sequence[User], group: int) -> Asked:
        """Return a stage with its people; the fallback owner too when nobody else is there to decide it."""
        able = [person.pk for person in people if not self.matter.bars(person.pk)]
        seats = seated(
            [Seat(pk, pk, ASKED) for pk in able], self.matter, self.found.absences, able=self.found.people
        )  # fmt: skip
        sitting = [Seated(self.found.people[s.person], self.found.people[s.owner], s.why) for s in seats]
        is_fallback = is_vacant(seats, self.found.absences)
        if is_fallback:
            self.unstaffed.append(label)
            taken = {seat.person.pk for seat in sitting}
            sitting += [
                Seated(person, person, FALLBACK)
                for person in fallback_people(self.fallback)
                if not self.matter.bars(person.pk) and person.pk not in taken
            ]
        return Asked(rule, label, ask, tuple(sitting), group, is_fallback)
