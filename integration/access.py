"""Who may look after connections and messages."""

from foundation import access
from foundation.models import Role, User
from foundation.selectors.system import INTERNAL
from foundation.verdict import ALLOWED, Verdict
from integration.models import ApiClient


def can_see_messages(user: User) -> Verdict:
    """Judge reading connections and messages."""
    return access.can_in_role(user, "see messages", Role.INTEGRATION_ENGINEER, Role.AUDITOR)


def can_operate(user: User) -> Verdict:
    """Judge replaying and resending."""
    return access.can_in_role(user, "replay messages", Role.INTEGRATION_ENGINEER)


def can_see_clients(user: User) -> Verdict:
    """Judge seeing which machines may use the API."""
    return access.can_in_role(user, "see API clients", Role.INTEGRATION_ENGINEER, Role.USER_ADMIN, Role.AUDITOR)


def can_manage_clients(user: User) -> Verdict:
    """Judge letting machines in and shutting them out."""
    return access.can_in_role(user, "let machines in", Role.INTEGRATION_ENGINEER, Role.USER_ADMIN)


def can_renew(user: User, client: ApiClient) -> Verdict:
    """Judge making a new secret: whoever reads it can act as the client does."""
    if client.supplier_id is not None:
        return can_manage_clients(user)
    return can_act_as(user, client.application.user)


def can_grant_duties(user: User) -> Verdict:
    """Judge saying what a machine may do at which site."""
    return access.can_in_role(user, "give machines their duties", Role.USER_ADMIN)


def can_act_as(user: User, person: User) -> Verdict:
    """Judge letting a machine act in somebody's name: never one's own, and with duties only by a user administrator."""
    if person == user:
        return Verdict("own_client", "A machine does not act in your own name; ask another user administrator.")
    for applies, code, reason in (
        (person.is_superuser, "superuser", "is a superuser; give the machine an account with the duties it needs"),
        (not person.is_active, "person_inactive", "may not sign in any more"),
        (person.kind == User.Kind.SUPPLIER, "not_ours", "is a supplier's; choose the supplier instead"),
        (person.username.startswith(INTERNAL), "internal_account", "is a part of Crossdock itself"),
    ):
        if applies:
            return Verdict(code, f"{person} {reason}.")
    if person.kind == User.Kind.STAFF or access.roles_of(person):
        return access.can_in_role(user, "let a machine act in the name of somebody with duties", Role.USER_ADMIN)
    return ALLOWED
