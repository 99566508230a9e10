"""SD-1, strength "role": who may not hold which two roles, and where; enforced in the service that grants."""

from typing import Any

import pytest

from foundation.errors import InvalidError
from foundation.models import AuditEvent, Region, RoleAssignment, Site
from foundation.services import grant_role
from tests.factories import NOW, Company, company, person

pytestmark = pytest.mark.django_db


def place(made: Company, where: str) -> dict[str, Any]:
    """Return a place by its name; Hull lies in a region of its own."""
    if not Region.objects.filter(code="EAST").exists():
        Site.objects.filter(pk=made.hull.pk).update(region=Region.objects.create(code="EAST", name="East"))
    if where in {"North", "East"}:
        return {"region": Region.objects.get(name=where)}
    return {} if where == "everywhere" else {"site": Site.objects.get(name=where)}


@pytest.mark.parametrize(
    ("_case", "held", "wanted", "refused_at"),
    [
        ("SD-1 both at one site",                  "buyer Leeds",               "supplier_manager Leeds", "at Leeds"),
        ("SD-1 at two sites they do not meet",     "buyer Hull",                "supplier_manager Leeds", ""),
        ("SD-1 a region counts at its sites",      "buyer North",               "supplier_manager Leeds", "at Leeds"),
        ("SD-1 and in the other order",            "buyer Leeds",               "supplier_manager North", "at Leeds"),
        ("SD-1 another region does not count",     "buyer East",                "supplier_manager Leeds", ""),
        ("SD-1 two regions do not meet",           "buyer East",                "supplier_manager North", ""),
        ("SD-1 everywhere counts at every site",   "buyer everywhere",          "supplier_manager Hull", "at Hull"),
        ("SD-1 both everywhere",                   "buyer everywhere",          "supplier_manager everywhere", "at every site"),
        ("SD-1 administering users and buying",    "user_admin everywhere",     "buyer Leeds", "at Leeds"),
        ("SD-1 the pair has no order",             "supplier_manager Leeds",    "buyer Leeds", "at Leeds"),
        ("SD-1 no pair",                           "requester Leeds",           "buyer Leeds", ""),
        ("SD-1 one role twice is no pair",         "buyer North",               "buyer Leeds", ""),
        ("SD-1 a hard pair of duties is none",     "requester Leeds",           "site_manager Leeds", ""),
    ],
)  # fmt: skip
def test_roles_kept_apart_never_meet_at_a_site(_case: str, held: str, wanted: str, refused_at: str) -> None:
    made = company()
    nora = person("nora")
    role, where = held.split()
    grant_role(user=nora, role=role, actor=made.ursula, at=NOW, **place(made, where))
    before = AuditEvent.objects.count()
    role, where = wanted.split()

    def grant() -> None:
        grant_role(user=nora, role=role, actor=made.ursula, at=NOW, **place(made, where))

    if not refused_at:
        grant()
        assert RoleAssignment.objects.filter(user=nora).count() == 2
        return
    with pytest.raises(
        InvalidError, match=f"kept apart, and one person would hold both {refused_at}. Take "
    ) as refusal:
        grant()
    assert (refusal.value.code, refusal.value.details["field"]) == ("roles_kept_apart", "role")
    assert (RoleAssignment.objects.filter(user=nora).count(), AuditEvent.objects.count()) == (1, before)
