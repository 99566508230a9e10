"""From a stage as the policy writes it to the people who are asked (AP-2, AP-3, AP-5)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q

from foundation.access import people_with_role
from foundation.decisions.absence import Away
from foundation.models import Category, CostCentre, Role, RoleAssignment, Site, User
from foundation.selectors.absences import read_absences, with_absences
from policies.decisions.approval import StageAsk
from policies.models import StageWho

_CLIMB = """
with recursive climb(id, step, seen) as (
  select u.manager_id, 0, array[u.id] from foundation_user u where u.id = %s and u.manager_id <> u.id
  union all
  select u.manager_id, c.step + 1, c.seen || u.id
    from climb c join foundation_user u on u.id = c.id where u.manager_id <> all(c.seen || u.id))
select id from climb order by step"""


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody asked at a stage, and for whom when it is not for themselves (AP-5)."""

    person: User
    owner: User
    why: str

    def __str__(self) -> str:
        return str(self.person) if self.person == self.owner else f"{self.person} for {self.owner}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A stage with its people and its name in words; `group` is shared by stages that are open together."""

    rule: str
    label: str
    ask: StageAsk
    seats: tuple[Seated, ...]
    group: int
    is_fallback: bool = False

    @property
    def people(self) -> tuple[User, ...]:
        """Return who decides."""
        return tuple(seat.person for seat in self.seats)

    @property
    def completion(self) -> str:
        """Return how many of them must agree."""
        return self.ask.completion

    @property
    def due_hours(self) -> int:
        """Return the business hours until somebody is reminded."""
        return self.ask.due_hours


@dataclass(slots=True)
class Candidates:
    """Whom the stages of a document can ask, read once for all of them; `absences` are those in force, by person."""

    site: Site | None
    base_amount: Decimal
    people: dict[int, User] = field(default_factory=dict)
    absences: dict[int, tuple[Away, ...]] = field(default_factory=dict)
    by_role: dict[tuple[str, str], list[User]] = field(default_factory=dict)
    climb: list[User] = field(default_factory=list)
    owners: list[User] = field(default_factory=list)
    category_managers: list[User] = field(default_factory=list)

    def rounds(self, ask: StageAsk) -> tuple[str, list[list[User]]]:
        """Return what a stage is called and the people asked, one list for each round (a climb has several)."""
        if ask.who == StageWho.PERSON:
            person = self.people.get(ask.person_id or 0)
            return str(person or "a person who left"), [[person] if person else []]
        if ask.who == StageWho.COST_CENTRE_OWNER:
            return "owner of the cost centre", [self.owners]
        if ask.who == StageWho.CATEGORY_MANAGER:
            return "manager of the category", [self.category_managers]
        if ask.who == StageWho.CLIMB:
            return "managers up to the limit", [[person] for person in self.climb] or [[]]
        if ask.who == StageWho.CLIMB_ONE:
            return "the first manager whose limit covers it", [[p for p in self.climb if _covers(p, self.base_amount)]]
        scope = scope_of(ask.who)
        places = {"site": self.site.name, "region": self.site.region.name} if self.site else {}
        place = places.get(scope, "the enterprise")
        return f"{Role(ask.role).label} of {place}", [self.by_role.get((scope, ask.role), [])]


def scope_of(who: str) -> str:
    """Return where a stage by role looks for its people."""
    return {StageWho.SITE_ROLE: "site", StageWho.REGION_ROLE: "region"}.get(StageWho(who), "enterprise")


def candidates_for(
    asks: Sequence[StageAsk],
    *,
    site: Site | None,
    requester: User,
    base_amount: Decimal,
    categories: Iterable[Sequence[str]],
    cost_centres: Sequence[CostCentre],
    at: datetime,
) -> Candidates:
    """Read everybody the stages can ask, with their absences in force: one statement for each way of asking.

    The caller takes out whom AP-4 bars.
    """
    found = Candidates(site, base_amount)
    by_role = {(scope_of(a.who), a.role) for a in asks if a.role}
    kinds = {ask.who for ask in asks}
    if by_role:
        _read_roles(found, by_role, at)
    named: set[int] = {ask.person_id for ask in asks if ask.person_id}
    climb = _climb_ids(requester) if kinds & {StageWho.CLIMB, StageWho.CLIMB_ONE} else []
    owners = [c.owner_id for c in cost_centres if c.owner_id] if StageWho.COST_CENTRE_OWNER in kinds else []
    managers = _category_managers(categories) if StageWho.CATEGORY_MANAGER in kinds else []
    read_people(found, {*named, *climb, *owners, *managers} - set(found.people), at)
    found.owners = [found.people[pk] for pk in sorted({pk for pk in owners if pk in found.people})]
    found.category_managers = [found.people[pk] for pk in sorted({pk for pk in managers if pk in found.people})]
    found.climb = _up_to_limit([found.people[pk] for pk in climb if pk in found.people], base_amount)
    return found


def _read_roles(found: Candidates, wanted: Collection[tuple[str, str]], at: datetime) -> None:
    scopes = {"enterprise": Q(site=None, region=None)}
    if found.site is not None:
        scopes |= {"site": Q(site=found.site), "region": Q(region=found.site.region_id, site=None)}
    condition = Q(pk__in=[])
    for scope, role in wanted:
        condition |= scopes.get(scope, Q(pk__in=[])) & Q(role=role)
    rows = RoleAssignment.objects.filter(condition, user__is_active=True).select_related("user").order_by("user_id")
    for row in with_absences(rows, "user_id", at):
        scope = "site" if row.site_id else "region" if row.region_id else "enterprise"
        _remember(found, row.user, row)
        held = found.by_role.setdefault((scope, row.role), [])
        held.append(found.people[row.user_id])


def read_people(found: Candidates, wanted: Collection[int], at: datetime) -> None:
    """Read more people who can sign in, with their absences; no statement for nobody."""
    if wanted:
        rows = User.objects.filter(pk__in=wanted, is_active=True).exclude(kind=User.Kind.SUPPLIER)
        for row in with_absences(rows, "pk", at):
            _remember(found, row, row)


def _remember(found: Candidates, person: User, row: Any) -> None:
    found.people.setdefault(person.pk, person)
    absences = read_absences(row)
    if absences:
        found.absences[person.pk] = absences


def _climb_ids(requester: User) -> list[int]:
    """Return the managers above somebody, the nearest first; a circle ends the climb. One statement."""
    if requester.manager_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CLIMB, [requester.pk])
        return [row[0] for row in cursor.fetchall()]


def _up_to_limit(managers: Sequence[User], base_amount: Decimal) -> list[User]:
    """Return the managers up to the first whose limit covers the amount (AP-3)."""
    for number, person in enumerate(managers, start=1):
        if _covers(person, base_amount):
            return list(managers[:number])
    return list(managers)


def _covers(person: User, base_amount: Decimal) -> bool:
    return person.approval_limit is not None and person.approval_limit >= base_amount


def _category_managers(paths: Iterable[Sequence[str]]) -> list[int]:
    """Return the manager of each category, or of the nearest branch above it that has one."""
    ways = [tuple(path) for path in paths]
    rows = Category.objects.filter(code__in={code for way in ways for code in way}).exclude(manager=None)
    managers: Mapping[str, int | None] = dict(rows.values_list("code", "manager_id"))
    found = (next((managers[code] for code in reversed(way) if code in managers), None) for way in ways)
    return [pk for pk in found if pk is not None]


def fallback_people(role: str) -> list[User]:
    """Return the policy's fallback owners: whoever holds the role enterprise-wide."""
    return list(people_with_role(role, scope="enterprise"))
