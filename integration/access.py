"""Who may look after connections and messages."""

from foundation import access
from foundation.models import Role, User
from foundation.verdict import Verdict


def can_see_messages(user: User) -> Verdict:
    """Judge reading connections and messages."""
    return access.can_in_role(user, "see messages", Role.INTEGRATION_ENGINEER, Role.AUDITOR)


def can_operate(user: User) -> Verdict:
    """Judge replaying and resending."""
    return access.can_in_role(user, "replay messages", Role.INTEGRATION_ENGINEER)
