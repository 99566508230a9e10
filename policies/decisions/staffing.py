"""Who would be asked, and stages that would ask nobody. Source: SEMANTICS AP-2, AP-3, AP-4 and AP-9."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from policies.decisions.approval import Decision
from policies.decisions.matrix import Matrix, Rule, StageAsk
from policies.decisions.vocabulary import listed
from policies.decisions.world import Finding, Place, World

SITE, REGION, ENTERPRISE = "site_role", "region_role", "enterprise_role"
OWNER, CLIMB, PERSON = "cost_centre_owner", "climb", "person"
CATEGORY, CLIMB_ONE = "category_manager", "climb_one"
CLIMBS = frozenset({CLIMB, CLIMB_ONE})
_CALLED = {
    OWNER: "owner of the cost centre", CATEGORY: "manager of the category", CLIMB: "managers up to the limit",
    CLIMB_ONE: "the first manager whose limit covers it",
}  # fmt: skip
_SCOPES = {SITE: "at the site", REGION: "in the region", ENTERPRISE: "of the enterprise"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of ours. `limit` is what they may approve, in base currency."""

    pk: int
    name: str
    manager: int | None = None
    limit: Decimal | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds: at a site, in a region, or everywhere when both are empty. Codes."""

    role: str
    person: int
    site: str = ""
    region: str = ""

    def counts_at(self, place: Place) -> bool:
        """Say whether the role counts at a place; regional and enterprise roles count at every site below (SD-1)."""
        return self.site in {"", place.code} and self.region in {"", place.region}


@dataclass(frozen=True, slots=True)
class Roster:
    """Who holds what today. `requesting` names the roles that may raise requisitions; `owners` by site code."""

    people: Mapping[int, Person]
    held: tuple[Held, ...]
    requesting: frozenset[str]
    owners: Mapping[str, frozenset[int]] = field(default_factory=dict)
    role_names: Mapping[str, str] = field(default_factory=dict)
    category_managers: frozenset[int] = frozenset()

    def active(self, people: Sequence[int] | set[int] | frozenset[int]) -> tuple[Person, ...]:
        """Return the people who are still there, by key."""
        return tuple(self.people[pk] for pk in sorted(people) if pk in self.people and self.people[pk].is_active)

    def requesters(self, place: Place) -> tuple[Person, ...]:
        """Return who may raise requisitions at a place."""
        return self.active({h.person for h in self.held if h.role in self.requesting and h.counts_at(place)})


def asked(
    stage: StageAsk, roster: Roster, place: Place, requester: int | None, amount: Decimal
) -> tuple[tuple[Person, ...], ...]:
    """Return the people a stage asks, one group for each round (a climb has several); the requester is never asked."""
    if stage.who in CLIMBS:
        climb = tuple(_climb(roster, requester, amount))
        if stage.who == CLIMB_ONE:
            return (tuple(p for p in climb if p.limit is not None and p.limit >= amount),)
        return tuple((person,) for person in climb) or ((),)
    if stage.who == PERSON:
        people = {stage.person_id} if stage.person_id else set()
    elif stage.who == OWNER:
        people = set(roster.owners.get(place.code, frozenset()))
    elif stage.who == CATEGORY:
        people = set(roster.category_managers)
    else:
        scope = {SITE: (place.code, ""), REGION: ("", place.region)}.get(stage.who, ("", ""))
        people = {h.person for h in roster.held if h.role == stage.role and (h.site, h.region) == scope}
    return (roster.active(people - {requester}),)


def _climb(roster: Roster, requester: int | None, amount: Decimal) -> Iterator[Person]:
    """Yield each manager up to the first whose limit covers the amount (AP-3); a circle ends the climb."""
    seen = {requester}
    person = roster.people.get(requester or 0)
    while person and person.manager and person.manager not in seen and person.manager in roster.people:
        person = roster.people[person.manager]
        seen.add(person.pk)
        if person.is_active:
            yield person
            if person.limit is not None and person.limit >= amount:
                return


def called(stage: StageAsk, roster: Roster, place: Place | None = None) -> str:
    """Return what a stage is called, at a place or in general."""
    role = roster.role_names.get(stage.role, stage.role.replace("_", " "))
    if stage.who == PERSON:
        person = roster.people.get(stage.person_id or 0)
        return person.name if person else "a person who left"
    if stage.who in _CALLED:
        return _CALLED[stage.who]
    if place is None or stage.who == ENTERPRISE:
        return f"{role} {_SCOPES.get(stage.who, 'of the enterprise')}"
    return f"{role} of {place.name if stage.who == SITE else place.region_name or place.region}"


@dataclass(frozen=True, slots=True)
class Link:
    """A step of a chain with its people; `is_fallback` when nobody else may decide it (AP-3)."""

    rule: str
    label: str
    completion: str
    due_hours: int
    people: tuple[Person, ...]
    is_fallback: bool = False


def chain(
    decision: Decision, roster: Roster, place: Place, requester: int | None, amount: Decimal, fallback_role: str
) -> tuple[Link, ...]:
    """Return who would decide a document at a place, in order; duty records of real documents are not looked at."""
    fallback = {h.person for h in roster.held if h.role == fallback_role and not h.site and not h.region}
    owners = roster.active(fallback - {requester})
    if decision.rule is None:
        return (Link("no row", "Fallback owner", "one", 8, owners, is_fallback=True),)
    links = []
    for rule, stage in decision.stages:
        label = called(stage, roster, place)
        for people in asked(stage, roster, place, requester, amount):
            unknown = stage.who in CLIMBS and requester is None
            links.append(
                Link(
                    rule, label, stage.completion, stage.due_hours, people if people or unknown else owners,
                    is_fallback=not people and not unknown,
                )
            )  # fmt: skip
    return tuple(links)


def unstaffed(matrix: Matrix, world: World, roster: Roster, fallback_role: str) -> Iterator[Finding]:
    """Yield the stages that ask nobody today, and rows whose only approver may be the requester (AP-9)."""
    if not any(h.role == fallback_role and not h.site and not h.region for h in roster.held):
        role = roster.role_names.get(fallback_role, fallback_role)
        yield Finding("unstaffed", f"The fallback owner is the {role.lower()}, and nobody holds that role.", None)
    rows = [(str(r.position), r) for r in matrix.rules] + [(f"+{r.position}", r) for r in matrix.additional]
    alone: dict[tuple[tuple[Place, Person], ...], list[tuple[str, Rule]]] = {}
    for row, rule in rows:
        for number, stage in enumerate(rule.stages, start=1):
            empty, own = _weak_places(rule, stage, world, roster)
            if empty:
                yield _nobody(rule, row, f"stage {number}", stage, empty, world, roster)
            if own:
                alone.setdefault(tuple(own), []).append((row, rule))
    for same, of in alone.items():
        sentence = _alone(list(same), [row for row, _ in of])
        yield Finding("own_approver", sentence, world.example(of[0][1]), blocks=False, row=of[0][0])


def _weak_places(
    rule: Rule, stage: StageAsk, world: World, roster: Roster
) -> tuple[list[Place], list[tuple[Place, Person]]]:
    """Return the places where a stage asks nobody, and those where the only one asked may be the requester."""
    empty: list[Place] = []
    own: list[tuple[Place, Person]] = []
    for place in world.taken_by(rule):
        requesters = roster.requesters(place)
        able = _able(stage, roster, place, requesters)
        if able == ():
            empty.append(place)
        elif able is not None and len(able) == 1 and stage.who not in CLIMBS and able[0] in requesters:
            own.append((place, able[0]))
    return empty, own


def _nobody(
    rule: Rule, row: str, stage_name: str, stage: StageAsk, empty: list[Place], world: World, roster: Roster
) -> Finding:
    name = f"{'Additional row' if row[0] == '+' else 'Row'} {rule.position}, {stage_name}"
    where = listed(place.name for place in empty)
    names = listed(dict.fromkeys(called(stage, roster, place) for place in empty), "or")
    cause = {
        CLIMB: f"nobody who raises requests at {where} has a manager",
        CLIMB_ONE: f"nobody who raises requests at {where} has a manager",
        CATEGORY: "no category has a manager",
        OWNER: f"no cost centre of {where} has an owner",
        PERSON: f"{names} is no longer here",
    }.get(stage.who, f"nobody is {names}")
    return Finding("unstaffed", f"{name}: {cause}.", world.example(rule), row=row)


def _alone(own: list[tuple[Place, Person]], rows: list[str]) -> str:
    """Say where rows ask one person alone who may also be the requester."""
    place, person = own[0]
    which = f"row {rows[0]} asks" if len(rows) == 1 else f"rows {listed(rows)} ask"
    more = f", and so at {len(own) - 1} more" if len(own) > 1 else ""
    return (
        f"At {place.name} {which} only {person.name}, who may also raise requests there{more}. "
        "A request of their own goes to the fallback owner."
    )


def _able(stage: StageAsk, roster: Roster, place: Place, requesters: tuple[Person, ...]) -> tuple[Person, ...] | None:
    """Return everybody a stage could ask at a place; a climb asks managers, and nothing can be said of no requester."""
    if stage.who not in CLIMBS:
        return asked(stage, roster, place, None, Decimal(0))[0]
    return roster.active({p.manager for p in requesters if p.manager}) if requesters else None
