"""Who would be asked, and who is there to answer. Source: SEMANTICS AP-2, AP-3, AP-4 and AP-5."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from foundation.decisions.absence import Away, is_away, stand_in
from policies.decisions.approval import Decision
from policies.decisions.matrix import StageAsk
from policies.decisions.world import Place

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
    username: str = ""


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
    """Who holds what today. `requesting` names the roles that may raise requisitions; `owners` by site code.

    `managers` by category code. `absences` are those declared that end after `today`, by person.
    """

    people: Mapping[int, Person]
    held: tuple[Held, ...]
    requesting: frozenset[str]
    owners: Mapping[str, frozenset[int]] = field(default_factory=dict)
    role_names: Mapping[str, str] = field(default_factory=dict)
    managers: Mapping[str, int] = field(default_factory=dict)
    absences: Mapping[int, tuple[Away, ...]] = field(default_factory=dict)
    today: datetime | None = None

    def active(self, people: Sequence[int] | set[int] | frozenset[int]) -> tuple[Person, ...]:
        """Return the people who are still there, by key."""
        return tuple(self.people[pk] for pk in sorted(people) if pk in self.people and self.people[pk].is_active)

    def requesters(self, place: Place) -> tuple[Person, ...]:
        """Return who may raise requisitions at a place; a matter of the enterprise, whoever holds a role there."""
        if not place.code:
            return self.active({h.person for h in self.held if h.counts_at(place)})
        return self.active({h.person for h in self.held if h.role in self.requesting and h.counts_at(place)})

    def roles(self, person: Person) -> frozenset[str]:
        """Return every role somebody holds, wherever it is."""
        return frozenset(h.role for h in self.held if h.person == person.pk)

    def manager_of(self, category: Sequence[str]) -> int | None:
        """Return who manages a category, given by its path: its own manager, or that of the nearest branch above."""
        return next((self.managers[code] for code in reversed(category) if code in self.managers), None)

    def is_gone(self, person: Person, at: datetime, site: str, amount: Decimal) -> bool:
        """Say whether somebody is away at an instant and no deputy at work may decide an amount at a site for them."""
        absences = self._in_force(person.pk, at)
        if not is_away(absences):
            return False
        deputy = stand_in(absences, duty="approve_requisition", site=site, amount=amount)
        return deputy is None or not self.active({deputy}) or is_away(self._in_force(deputy, at))

    def _in_force(self, person: int, at: datetime) -> tuple[Away, ...]:
        return tuple(a for a in self.absences.get(person, ()) if a.starts <= at < a.until)


def asked(
    stage: StageAsk,
    roster: Roster,
    place: Place,
    requester: int | None,
    amount: Decimal,
    categories: Iterable[Sequence[str]] | None = None,
) -> tuple[tuple[Person, ...], ...]:
    """Return the people a stage asks, one group for each round (a climb has several); the requester is never asked.

    Of managers of categories, those of a document's `categories`; every one when it is not known what is asked for.
    """
    if stage.who in CLIMBS:
        climb = tuple(climbed(roster, requester, amount))
        if stage.who == CLIMB_ONE:
            return (tuple(p for p in climb if p.limit is not None and p.limit >= amount),)
        return tuple((person,) for person in climb) or ((),)
    if stage.who == PERSON:
        people = {stage.person_id} if stage.person_id else set()
    elif stage.who == OWNER:
        people = set(roster.owners.get(place.code, frozenset()))
    elif stage.who == CATEGORY:
        found = roster.managers.values() if categories is None else map(roster.manager_of, categories)
        people = {pk for pk in found if pk is not None}
    elif not place.code and stage.who != ENTERPRISE:
        people = set()
    else:
        scope = {SITE: (place.code, ""), REGION: ("", place.region)}.get(stage.who, ("", ""))
        people = {h.person for h in roster.held if h.role == stage.role and (h.site, h.region) == scope}
    return (roster.active(people - {requester}),)


def climbed(roster: Roster, requester: int | None, amount: Decimal) -> Iterator[Person]:
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
    """A step of a chain with its people; `is_fallback` when nobody else may decide it (AP-3); `informs` only tells them."""

    rule: str
    label: str
    completion: str
    due_hours: int
    people: tuple[Person, ...]
    is_fallback: bool = False
    informs: bool = False


def chain(
    decision: Decision,
    roster: Roster,
    place: Place,
    requester: int | None,
    amount: Decimal,
    fallback_role: str,
    categories: Iterable[Sequence[str]] | None = None,
) -> tuple[Link, ...]:
    """Return who would decide a document at a place, in order; duty records of real documents are not looked at."""
    fallback = {h.person for h in roster.held if h.role == fallback_role and not h.site and not h.region}
    owners = roster.active(fallback - {requester})
    told = tuple(
        Link(rule, called(stage, roster, place), stage.completion, 0, people, informs=True)
        for rule, stage in decision.informed
        for people in asked(stage, roster, place, requester, amount, categories)
    )
    if decision.asks_nobody:
        return (Link("no row", "Fallback owner", "one", 8, owners, is_fallback=True), *told)
    links = []
    for rule, stage in decision.stages:
        label = called(stage, roster, place)
        for people in asked(stage, roster, place, requester, amount, categories):
            unknown = stage.who in CLIMBS and requester is None
            links.append(
                Link(
                    rule, label, stage.completion, stage.due_hours, people if people or unknown else owners,
                    is_fallback=not people and not unknown,
                )
            )  # fmt: skip
    return (*links, *told)
