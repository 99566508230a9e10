"""The places and people a draft is checked against, as frozen values; three statements at most."""

from collections.abc import Iterable

from foundation.models import Category, CostCentre, Role, RoleAssignment, Site, User
from foundation.roles import REQUEST, SITE_PERMISSIONS
from policies.decisions.matrix import Matrix
from policies.decisions.staffing import Held, Person, Roster
from policies.decisions.world import Place, World
from policies.models import StageWho

ROLE_NAMES = {str(role.value): str(role.label) for role in Role}
REQUESTING = frozenset(role for role, permissions in SITE_PERMISSIONS.items() if REQUEST in permissions)


def world_today() -> World:
    """Return the sites that order and the categories, as they are now."""
    sites = Site.objects.filter(is_active=True).values_list("code", "name", "region__code", "region__name")
    categories = list(Category.objects.values_list("path", "name"))
    paths = [tuple(path.strip("/").split("/")) for path, _ in categories]
    names = {path[-1]: name for path, (_, name) in zip(paths, categories, strict=True)}
    return World(tuple(Place(*row) for row in sites), tuple(paths), names)


def roster_today(matrix: Matrix) -> Roster:
    """Return who holds a role today; cost-centre owners are read only when a stage asks them."""
    held = tuple(
        Held(role, person, site or "", region or "")
        for role, person, site, region in RoleAssignment.objects.values_list(
            "role", "user_id", "site__code", "region__code"
        )
    )
    people = User.objects.filter(kind=User.Kind.STAFF)
    return Roster(
        {p.pk: Person(p.pk, str(p), p.manager_id, p.approval_limit, p.is_active) for p in people},
        held,
        REQUESTING,
        _owners() if StageWho.COST_CENTRE_OWNER in _asking(matrix) else {},
        ROLE_NAMES,
    )


def _asking(matrix: Matrix) -> Iterable[str]:
    return {stage.who for rule in (*matrix.rules, *matrix.additional) for stage in rule.stages}


def _owners() -> dict[str, frozenset[int]]:
    owners: dict[str, set[int]] = {}
    for site, owner in CostCentre.objects.exclude(owner=None).values_list("site__code", "owner_id"):
        owners.setdefault(site, set()).add(owner)
    return {site: frozenset(people) for site, people in owners.items()}


def approvers_today() -> list[tuple[int, str]]:
    """Return the people of ours who can be named in a stage."""
    people = User.objects.filter(kind=User.Kind.STAFF, is_active=True).order_by("first_name", "last_name", "pk")
    return [(person.pk, str(person)) for person in people]
