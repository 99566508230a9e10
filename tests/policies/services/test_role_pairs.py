"""SD-1, strength "role": who may not hold which two roles, and where; enforced in the service that grants."""

import ast
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from foundation.errors import InvalidError
from foundation.models import AuditEvent, Region, Role, RoleAssignment, Site
from foundation.services import grant_duty, grant_role
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


def test_duty_given_by_a_user_administrator_passes_the_same_rule() -> None:
    made = company()
    nora = person("nora")
    grant_role(user=nora, role=Role.RECEIVER, actor=made.ursula, at=NOW, site=made.leeds)

    with pytest.raises(InvalidError) as refusal:
        grant_duty(person_id=nora.pk, role=Role.SUPPLIER_MANAGER, site=made.leeds, actor=made.ursula, at=NOW)

    assert (refusal.value.code, nora.role_assignments.count()) == ("roles_kept_apart", 1)


def test_page_of_a_person_says_why_beside_the_field() -> None:
    made = company()
    nora = person("nora")
    grant_role(user=nora, role=Role.BUYER, actor=made.ursula, at=NOW, site=made.leeds)
    client = Client()
    client.force_login(made.ursula)

    page = client.post(f"/settings/people/{nora.pk}/duties/", {"role": "supplier_manager", "place": "site:LDS"})

    assert page.status_code == 422
    assert "are kept apart, and one person would hold both at Leeds" in page.content.decode()
    assert RoleAssignment.objects.filter(user=nora).count() == 1


def test_no_other_code_gives_anybody_a_role() -> None:
    """One service makes role assignments, so imports, the admin and the command line pass the same rule."""
    root = Path(__file__).resolve().parents[3]
    makers = {
        path.relative_to(root).as_posix()
        for room in (
            "config",
            "foundation",
            "policies",
            "workflow",
            "suppliers",
            "procurement",
            "invoicing",
            "integration",
        )
        for path in (root / room).rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node.func) == "RoleAssignment"
            or (
                ast.unparse(node.func).startswith("RoleAssignment.objects.")
                and ast.unparse(node.func).rpartition(".")[2]
                in {"create", "bulk_create", "get_or_create", "update_or_create"}
            )
        )
    }

    assert makers == {"foundation/services/grant_role.py"}
