"""TM-2, TM-3, SD-1, EX-1: the rows of the other drafts."""

from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import DomainError, InvalidError
from foundation.models import AuditEvent
from policies.decisions.tolerances import LIMITS
from policies.models import PolicyKind, PolicyVersion
from policies.selectors import differences_between, version_in_force
from policies.services import (
    delete_duty_pair,
    delete_route,
    delete_tolerance,
    save_duty_pair,
    save_route,
    save_tolerance,
)
from tests.factories import NOW, Company, company
from tests.policies.factories import draft

pytestmark = pytest.mark.django_db
BLANK: dict[str, Decimal | None] = dict.fromkeys(LIMITS)


def call(service: Any, made: Company, version: PolicyVersion, **values: Any) -> str:
    """Call a service on a draft as Polly; return the code of its refusal, or nothing."""
    version.refresh_from_db()
    try:
        service(version_id=version.pk, expected_version=version.version, actor=made.polly, at=NOW, **values)
    except DomainError as error:
        return error.code
    return ""


def test_refused_limit_is_named_as_on_the_page() -> None:
    made = company()
    version = draft(made, PolicyKind.TOLERANCE)

    with pytest.raises(
        InvalidError, match=r"“Price above the order” cannot be negative. Write zero or more, or unlimited."
    ):
        save_tolerance(
            version_id=version.pk, expected_version=version.version, scope="site", scope_code="LDS", unlimited=[],
            limits={"price_up_percent": Decimal(-1)}, actor=made.polly, at=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "values", "code"),
    [
        ("a site's own limit", {"scope": "site", "scope_code": "LDS", "limits": {"price_up_percent": Decimal(1)}}, ""),
        ("zero is a limit (GR-3)", {"scope": "site", "scope_code": "LDS", "limits": {"price_up_percent": Decimal(0)}}, ""),
        ("unlimited is written", {"scope": "supplier", "scope_code": "ACME", "unlimited": ["quantity_percent"]}, ""),
        ("below nothing", {"scope": "site", "scope_code": "LDS", "limits": {"price_up_percent": Decimal(-1)}}, "limit_negative"),
        ("larger than fits", {"scope": "site", "scope_code": "LDS", "limits": {"price_up_percent": Decimal(99999)}}, "limit_size"),
        ("both at once", {"scope": "site", "scope_code": "LDS", "limits": {"total_absolute": Decimal(1)}, "unlimited": ["total_absolute"]}, "limit_twice"),
        ("enterprise has no code", {"scope": "enterprise", "scope_code": "LDS"}, "tolerance_scope"),
        ("a site has one", {"scope": "site", "scope_code": ""}, "tolerance_scope"),
        ("no such site", {"scope": "site", "scope_code": "XXX"}, "code_unknown"),
        ("no such item", {"scope": "item", "scope_code": "XXX"}, "code_unknown"),
        ("no such limit", {"scope": "site", "scope_code": "LDS", "unlimited": ["colour"]}, "limit_unknown"),
    ],
)  # fmt: skip
def test_save_tolerance(_case: str, values: dict[str, Any], code: str) -> None:
    made = company()
    version = draft(made, PolicyKind.TOLERANCE)

    found = call(save_tolerance, made, version, **{"limits": {}, "unlimited": [], **values})

    assert (found, version.tolerances.count()) == (code, 1 if code else 2)
    assert AuditEvent.objects.filter(action="save_tolerance").count() == (0 if code else 1)


def test_level_is_taken_out_but_the_enterprise_level_stays() -> None:
    made = company()
    version = draft(made, PolicyKind.TOLERANCE)
    call(save_tolerance, made, version, scope="site", scope_code="LDS", limits=BLANK, unlimited=[])
    site, base = version.tolerances.get(scope="site"), version.tolerances.get(scope="enterprise")

    refusals = [call(delete_tolerance, made, version, tolerance_id=pk) for pk in (base.pk, site.pk, site.pk)]

    assert (refusals, version.tolerances.get()) == (["tolerance_base", "", "not_found"], base)


@pytest.mark.parametrize(
    ("_case", "values", "code"),
    [
        ("a new pair", {"first": "request", "second": "enter_invoice", "strength": "hard"}, ""),
        ("either order is one pair", {"first": "approve_requisition", "second": "request", "strength": "hard"}, "same"),
        ("one duty twice", {"first": "request", "second": "request", "strength": "hard"}, "duty_pair"),
        ("no such duty", {"first": "request", "second": "sing", "strength": "hard"}, "duty_unknown"),
        ("a role is no duty", {"first": "request", "second": "buyer", "strength": "hard"}, "duty_unknown"),
        ("roles are kept apart as roles", {"first": "auditor", "second": "buyer", "strength": "role"}, ""),
        ("no such strength", {"first": "request", "second": "receive", "strength": "soft"}, "duty_strength"),
        ("countersigned without days", {"first": "request", "second": "enter_invoice", "strength": "compensated"}, "countersign_days"),
    ],
)  # fmt: skip
def test_save_duty_pair(_case: str, values: dict[str, Any], code: str) -> None:
    made = company()
    version = draft(made, PolicyKind.DUTY)
    before = version.duty_pairs.count()

    found = call(save_duty_pair, made, version, **values)

    assert found == ("" if code == "same" else code)
    assert version.duty_pairs.count() == before + (0 if code else 1)


def test_pair_is_taken_out_and_the_difference_says_so() -> None:
    made = company()
    version = draft(made, PolicyKind.DUTY)
    pair = version.duty_pairs.get(first="request", second="receive")

    code = call(delete_duty_pair, made, version, pair_id=pair.pk)

    assert (code, differences_between(version_in_force("duty", NOW), version)) == (
        "",
        (
            "Raise a requisition and Receive goods is gone (was Allowed when a second person countersigns within 5 days).",
        ),
    )


@pytest.mark.parametrize(
    ("_case", "values", "code"),
    [
        ("another owner", {"category": "receipt", "name": "Delivery", "owner_role": "receiver", "due_hours": 4}, ""),
        ("no such role", {"category": "receipt", "name": "Delivery", "owner_role": "king", "due_hours": 4}, "route_role"),
        ("no time at all", {"category": "receipt", "name": "Delivery", "owner_role": "buyer", "due_hours": 0}, "route_hours"),
    ],
)  # fmt: skip
def test_save_route(_case: str, values: dict[str, Any], code: str) -> None:
    made = company()
    version = draft(made, PolicyKind.ROUTING)

    found = call(save_route, made, version, **values)

    assert (found, version.exception_routes.get(category="receipt").due_hours) == (code, 8 if code else 4)


def test_kind_is_taken_out_but_other_stays() -> None:
    made = company()
    version = draft(made, PolicyKind.ROUTING)
    routes = {route.category: route.pk for route in version.exception_routes.all()}

    refusals = [call(delete_route, made, version, route_id=routes[name]) for name in ("other", "receipt")]

    assert (refusals, version.exception_routes.count()) == (["route_base", ""], len(routes) - 1)
