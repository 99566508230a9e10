"""People for the pages of user administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Prefetch, Q, QuerySet

from foundation.models import AuditEvent, Role, RoleAssignment, User

_SHOWN = 200
_WORDS = {
    "invite_person": "Invited", "change_person": "Changed", "deactivate_person": "Shut out",
    "reactivate_person": "Let in again", "send_password_link": "Link to set a password sent",
    "reset_second_factor": "Second factor taken away", "change_company_role": "Role in the company changed",
    "grant_role": "Duty granted", "revoke_role": "Duty taken away",
}  # fmt: skip
_FIELDS = {
    "first_name": "first name", "last_name": "last name", "email": "e-mail", "approval_limit": "approval limit",
    "manager_id": "manager", "is_staff": "support pages",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a person's history, as the timeline draws it."""

    at: datetime
    text: str
    who: str
    tone: str = ""


def people_of_ours(*, text: str = "", role: str = "", is_active: bool | None = None) -> QuerySet[User]:
    """Return staff whose name, user name or address holds the text, with their duties."""
    held = RoleAssignment.objects.select_related("site", "region").order_by("role", "pk")
    rows = User.objects.filter(kind=User.Kind.STAFF).prefetch_related(Prefetch("role_assignments", queryset=held))
    for word in text.split()[:5]:
        rows = rows.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(username__icontains=word)
            | Q(email__icontains=word)
        )  # fmt: skip
    if role:
        rows = rows.filter(pk__in=RoleAssignment.objects.filter(role=role).values("user"))
    return rows if is_active is None else rows.filter(is_active=is_active)


def has_second_factor(person: User) -> bool:
    """Say whether a person has a passkey, an app or recovery codes; one statement."""
    return bool(Authenticator.objects.filter(user_id=person.pk).exists())


def person_history(person: User) -> Sequence[Happened]:
    """Return what administrators did to a person's account and duties, the newest first; two statements."""
    rows = AuditEvent.objects.filter(
        Q(object_type="foundation.user", object_id=person.pk)
        | Q(object_type="foundation.roleassignment", data__user=person.username),
        action__in=_WORDS,
    ).select_related("actor")
    return [
        Happened(row.at, _sentence(row.action, row.data), str(row.actor or "the installation"), _tone(row.action))
        for row in rows.order_by("-seq")[:_SHOWN]
    ]


def _tone(action: str) -> str:
    return {
        "reset_second_factor": "bad",
        "deactivate_person": "bad",
        "reactivate_person": "ok",
        "grant_role": "ok",
    }.get(action, "")


def _sentence(action: str, data: dict[str, Any]) -> str:
    words = _WORDS[action]
    if action in {"grant_role", "revoke_role"}:
        role = dict(Role.choices).get(data.get("role", ""), data.get("role", ""))
        scope = data.get("scope", "")
        return f"{words}: {role}, {'everywhere' if scope == 'enterprise' else scope}"
    if action == "change_person":
        before, after = data.get("before", {}), data.get("after", {})
        return f"{words}: " + "; ".join(
            f"{_FIELDS.get(name, name)} from {_value(name, before.get(name))} to {_value(name, after[name])}"
            for name in after
        )
    return f"{words}: {data['reason']}" if data.get("reason") else words


def _value(name: str, value: Any) -> str:
    if name == "manager_id" and value is not None:
        found = User.objects.filter(pk=value).first()
        return str(found or "somebody who is gone")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in {None, ""} else "none"
