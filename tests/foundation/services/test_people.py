from decimal import Decimal
from typing import Any

import pytest

from foundation import access
from foundation.errors import ConflictError, DomainError, InvalidError, NotPermittedError, StaleError
from foundation.models import AuditEvent, Role, RoleAssignment, User
from foundation.services import (
    PersonDetails,
    change_person,
    grant_duty,
    grant_role,
    invite_person,
    revoke_duty,
    seen_of,
    send_link,
    set_active,
)
from tests.factories import NOW, Company, company

pytestmark = pytest.mark.django_db


def details(**changes: Any) -> PersonDetails:
    return PersonDetails(**{"first_name": "Nora", "last_name": "Blake", "email": "nora@northgate.example", **changes})


def invited(made: Company, username: str = "n.blake", **changes: Any) -> User:
    return invite_person(username=username, details=details(**changes), actor=made.ursula, at=NOW)


def last_audit() -> tuple[str, dict[str, Any]]:
    row = AuditEvent.objects.order_by("-seq")[0]
    return row.action, row.data


def test_invited_person_has_neither_password_nor_duty() -> None:
    nora = invited(company())

    assert (nora.kind, nora.has_usable_password(), nora.role_assignments.count()) == ("staff", False, 0)
    assert last_audit()[0] == "invite_person"


@pytest.mark.parametrize(
    ("username", "changes", "field"),
    [
        ("",             {},                                   "username"),
        ("n blake",      {},                                   "username"),
        ("RITA",         {},                                   "username"),
        ("system-mail",  {},                                   "username"),
        ("n.blake",      {"email": "not an address"},          "email"),
        ("n.blake",      {"email": "RITA@example.com"},        "email"),
        ("n.blake",      {"first_name": " ", "last_name": ""}, "first_name"),
        ("n.blake",      {"approval_limit": Decimal(-1)},      "approval_limit"),
        ("n.blake",      {"approval_limit": Decimal("NaN")},   "approval_limit"),
        ("n.blake",      {"approval_limit": Decimal("0.00001")}, "approval_limit"),
        ("n.blake",      {"manager_id": 999_999},              "manager"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_beside_its_field(username: str, changes: dict[str, Any], field: str) -> None:
    made = company()
    before = User.objects.count()

    with pytest.raises(InvalidError) as refusal:
        invited(made, username, **changes)

    assert (refusal.value.details["field"], User.objects.count()) == (field, before)


def test_change_is_audited_with_before_and_after_of_what_changed() -> None:
    made = company()
    change_person(
        person_id=made.rita.pk, seen=seen_of(person=made.rita), actor=made.ursula, at=NOW,
        details=PersonDetails("Rita", "", "rita@example.com", Decimal(500), made.mona.pk),
    )  # fmt: skip

    action, data = last_audit()
    assert action == "change_person"
    assert (data["before"], data["after"]) == (
        {"approval_limit": None, "manager_id": None},
        {"approval_limit": "500", "manager_id": made.mona.pk},
    )


def test_change_on_an_old_page_is_refused() -> None:
    made = company()
    seen = seen_of(person=made.rita)
    change_person(person_id=made.rita.pk, seen=seen, details=details(), actor=made.ursula, at=NOW)

    with pytest.raises(StaleError):
        change_person(person_id=made.rita.pk, seen=seen, details=details(last_name="B"), actor=made.ursula, at=NOW)


def test_duty_given_twice_is_held_once_and_taken_twice_is_gone_once() -> None:
    made = company()
    nora = invited(made)
    held = [
        grant_duty(person_id=nora.pk, role="receiver", site=made.leeds, actor=made.ursula, at=NOW) for _ in range(2)
    ]
    for _ in range(2):
        revoke_duty(person_id=nora.pk, assignment_id=held[0].pk, actor=made.ursula, at=NOW)

    assert held[0] == held[1]
    counted = AuditEvent.objects.filter(object_type="foundation.roleassignment", object_id=held[0].pk)
    assert sorted(counted.values_list("action", flat=True)) == ["grant_role", "revoke_role"]


@pytest.mark.parametrize("act", ["change", "grant", "revoke", "deactivate", "link"])
@pytest.mark.parametrize(
    ("who", "code"), [("ursula", "own_duties"), ("rita", "not_your_role"), ("root", "not_your_role")]
)
def test_nobody_changes_their_own_account_and_others_are_no_administrators(act: str, who: str, code: str) -> None:
    made = company()
    root = User.objects.create_superuser("root", "root@example.com", "a long password indeed")
    actor = root if who == "root" else made.people[who]
    target = made.ursula
    known: dict[str, Any] = {"person_id": target.pk, "actor": actor, "at": NOW}
    held = target.role_assignments.get()
    rows = AuditEvent.objects.count()
    calls = {
        "change": lambda: change_person(seen=seen_of(person=target), details=details(), **known),
        "grant": lambda: grant_duty(role="executive", **known),
        "revoke": lambda: revoke_duty(assignment_id=held.pk, **known),
        "deactivate": lambda: set_active(is_active=False, reason="Because", **known),
        "link": lambda: send_link(**known),
    }

    with pytest.raises(NotPermittedError) as refusal:
        calls[act]()

    assert (refusal.value.code, AuditEvent.objects.count()) == (code, rows)
    assert RoleAssignment.objects.filter(user=target).count() == 1


def test_person_shut_out_keeps_the_duty_without_its_power() -> None:
    made = company()
    for _ in range(2):
        set_active(person_id=made.mona.pk, is_active=False, reason="On leave", actor=made.ursula, at=NOW)

    mona = User.objects.get(pk=made.mona.pk)
    assert mona.role_assignments.count() == 1
    assert (access.has_role(mona, Role.SITE_MANAGER), access.holds_anywhere(mona, "approve_spend")) == (False, False)
    assert not access.people_with_role(Role.SITE_MANAGER, site=made.leeds).exists()
    assert AuditEvent.objects.filter(action="deactivate_person").count() == 1

    set_active(person_id=mona.pk, is_active=True, reason="Back", actor=made.ursula, at=NOW)

    assert access.has_role(User.objects.get(pk=mona.pk), Role.SITE_MANAGER)


def test_link_goes_to_nobody_who_is_shut_out_or_has_no_address() -> None:
    made = company()
    set_active(person_id=made.mona.pk, is_active=False, reason="Left", actor=made.ursula, at=NOW)
    User.objects.filter(pk=made.rita.pk).update(email="")

    with pytest.raises(ConflictError):
        send_link(person_id=made.mona.pk, actor=made.ursula, at=NOW)
    with pytest.raises(InvalidError):
        send_link(person_id=made.rita.pk, actor=made.ursula, at=NOW)


@pytest.mark.parametrize("kind", [User.Kind.SUPPLIER, User.Kind.SYSTEM])
def test_only_people_of_ours_are_administered_here(kind: str) -> None:
    made = company()
    other = User.objects.create(username="other", kind=kind)

    with pytest.raises(DomainError, match="no such person"):
        grant_duty(person_id=other.pk, role="buyer", actor=made.ursula, at=NOW)


def test_two_administrators_cannot_shut_out_one_another() -> None:
    made = company()
    second = invited(made)
    grant_role(user=second, role=Role.USER_ADMIN, actor=made.ursula, at=NOW)
    held = made.ursula.role_assignments.get()
    access.roles_of(made.ursula)  # remembered before the second administrator was quicker

    revoke_duty(person_id=made.ursula.pk, assignment_id=held.pk, actor=second, at=NOW)

    with pytest.raises(NotPermittedError):
        set_active(person_id=second.pk, is_active=False, reason="First", actor=made.ursula, at=NOW)
