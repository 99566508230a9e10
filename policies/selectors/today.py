"""The places and people a draft is checked against, as frozen values; three statements at most."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone

from foundation.decisions.absence import Away
from foundation.models import Absence, Category, CostCentre, Role, Site, User
from foundation.roles import REQUEST, SITE_PERMISSIONS
from policies.decisions.matrix import Matrix
from policies.decisions.staffing import Held, Person, Roster
from policies.decisions.world import Place, World
from policies.models import StageWho

AHEAD = timedelta(days=366)  # absences further ahead are declared again before they matter
ROLE_NAMES = {str(role.value): str(role.label) for role in Role}
REQUESTING = frozenset(role for role, permissions in SITE_PERMISSIONS.items() if REQUEST in permissions)


def world_today() -> World:
    """Return the sites that order and the categories, as they are now; one statement."""
    return _world(list(_sites().union(_categories(), all=True)))


def today(matrix: Matrix, at: datetime | None = None) -> tuple[World, Roster]:
    """Return the world and who is here with which role; with `at`, also the absences declared that end after it.

    One statement, one more when a stage asks owners of cost centres, and one when it asks managers of categories.
    """
    away = [_absences(at)] if at is not None else []
    rows = list(_sites().union(_categories(), _people(), *away, all=True))
    people, held = {}, []
    for row in (row for kind, row in rows if kind == "person"):
        pk = row["pk"]
        name = f"{row['first']} {row['last']}".strip() or row["username"]
        limit = None if row["limit"] is None else Decimal(row["limit"])
        people[pk] = Person(pk, name, row["manager"], limit, row["active"], row["username"])
        if row["role"]:
            held.append(Held(row["role"], pk, row["site"] or "", row["region"] or ""))
    owners = _owners() if StageWho.COST_CENTRE_OWNER in asking(matrix) else {}
    managers = _category_managers() if StageWho.CATEGORY_MANAGER in asking(matrix) else {}
    absences = _by_person(_away(row) for kind, row in rows if kind == "away")
    local = timezone.localtime(at) if at is not None else None
    return _world(rows), Roster(people, tuple(held), REQUESTING, owners, ROLE_NAMES, managers, absences, local)


def _world(rows: Sequence[tuple[str, Any]]) -> World:
    sites = [row for kind, row in rows if kind == "site"]
    places = [Place(row["code"], row["name"], row["region"], row["region_name"]) for row in sites]
    categories = [row for kind, row in rows if kind == "category"]
    paths = sorted(tuple(row["path"].strip("/").split("/")) for row in categories)
    names = {row["code"]: row["name"] for row in categories}
    return World(tuple(sorted(places, key=lambda place: place.name)), tuple(paths), names, REQUESTING)


def _tagged(kind: str, rows: Any, **columns: Any) -> Any:
    """Return rows as (kind, object), so that different tables come back from one statement."""
    return rows.order_by().annotate(tag=Value(kind), row=JSONObject(**columns)).values_list("tag", "row")


def _sites() -> Any:
    rows = Site.objects.filter(is_active=True)
    return _tagged("site", rows, code="code", name="name", region="region__code", region_name="region__name")


def _categories() -> Any:
    return _tagged("category", Category.objects, code="code", name="name", path="path")


def _people() -> Any:
    return _tagged(
        "person", User.objects.filter(kind=User.Kind.STAFF), pk="pk", username="username", first="first_name",
        last="last_name", manager="manager_id", active="is_active", role="role_assignments__role",
        limit=Cast("approval_limit", TextField()), site="role_assignments__site__code",
        region="role_assignments__region__code",
    )  # fmt: skip


def asking(matrix: Matrix) -> set[str]:
    """Return the ways in which the stages of a matrix find approvers."""
    return {stage.who for rule in (*matrix.rules, *matrix.additional) for stage in rule.stages}


def _owners() -> dict[str, frozenset[int]]:
    owners: dict[str, set[int]] = {}
    for site, owner in CostCentre.objects.exclude(owner=None).values_list("site__code", "owner_id"):
        owners.setdefault(site, set()).add(owner)
    return {site: frozenset(people) for site, people in owners.items()}


def _category_managers() -> dict[str, int]:
    rows = Category.objects.exclude(manager=None).values_list("code", "manager_id")
    return {code: manager for code, manager in rows if manager is not None}


def _absences(at: datetime) -> Any:
    rows = Absence.objects.filter(ended_at=None, starts_at__lt=at + AHEAD, ends_at__gt=at)
    return _tagged(
        "away", rows, person="person_id", deputy="deputy_id", starts="starts_at", until="ends_at", is_away="is_away",
        duties="duties", sites="sites", limit=Cast("amount_limit", TextField()),
    )  # fmt: skip


def _away(row: dict[str, Any]) -> Away:
    """Return an absence in the time zone of whoever reads."""
    starts, until = (timezone.localtime(datetime.fromisoformat(row[name])) for name in ("starts", "until"))
    limit = None if row["limit"] is None else Decimal(row["limit"])
    scope = frozenset(row["duties"]), frozenset(row["sites"])
    return Away(row["person"], row["deputy"], starts, until, row["is_away"], *scope, limit)


def _by_person(absences: Iterable[Away]) -> dict[int, tuple[Away, ...]]:
    found: dict[int, tuple[Away, ...]] = {}
    for away in sorted(absences, key=lambda away: (away.starts, away.person)):
        found[away.person] = (*found.get(away.person, ()), away)
    return found


def approvers_today() -> list[tuple[int, str]]:
    """Return the people of ours who can be named in a stage."""
    people = User.objects.filter(kind=User.Kind.STAFF, is_active=True).order_by("first_name", "last_name", "pk")
    return [(person.pk, str(person)) for person in people]
