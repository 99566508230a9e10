"""What every policy page needs: the kind in the address, the version on screen, refusals beside their field."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest
from django.utils import timezone

from foundation.errors import InvalidError, require
from foundation.models import User
from foundation.web.at_hand import keep_at_hand
from policies import access
from policies.models import PolicyKind, PolicyState, PolicyVersion
from policies.selectors import Beside, version_beside, version_numbered

PAGES: Mapping[PolicyKind, str] = {
    PolicyKind.APPROVAL: "approvals",
    PolicyKind.TOLERANCE: "tolerances",
    PolicyKind.DUTY: "duties",
    PolicyKind.ROUTING: "routing",
    PolicyKind.SOURCING: "ordering",
}
KINDS = {name: kind for kind, name in PAGES.items()}
PURPOSE = {
    PolicyKind.APPROVAL: "Who must agree before money is spent, and what needs nobody.",
    PolicyKind.TOLERANCE: "How far an invoice may differ from order and receipt before a person looks.",
    PolicyKind.DUTY: "What one person must never do twice on one chain of documents.",
    PolicyKind.ROUTING: "Who owns each kind of exception, and how fast it should be cured.",
    PolicyKind.SOURCING: "How approved lines become orders, and how far a supplier's answer may differ.",
}


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


def now() -> datetime:
    """Read the clock."""
    return timezone.now()  # noqa: TID251 - the porch reads the clock


def kind_of(page: str) -> PolicyKind:
    """Return the kind a page is about; any other page is missing."""
    if page not in KINDS:
        raise Http404
    return KINDS[page]


def version_to_read(request: StaffRequest, page: str, number: int) -> PolicyVersion:
    """Return a version for somebody who may read policies."""
    require(access.can_read_policies(request.user))
    found = version_numbered(kind_of(page), number)
    keep_at_hand(request, found)
    return found


def versions_to_read(request: StaffRequest, page: str, number: int, other: int | None = None) -> Beside:
    """Return a version beside the one in force, and another by its number, for somebody who may read policies."""
    require(access.can_read_policies(request.user))
    found = version_beside(kind_of(page), number, now(), other)
    keep_at_hand(request, found.version)
    return found


def draft_to_edit(request: StaffRequest, page: str, number: int) -> PolicyVersion:
    """Return a draft for somebody who may change it; the refusal says why not."""
    policy = version_to_read(request, page, number)
    require(access.can_edit(request.user, policy))
    return policy


def put_error(form: forms.Form, error: InvalidError) -> None:
    """Put a refusal beside the field it names, or on top."""
    field = str(error.details.get("field", ""))
    form.add_error(field if field in form.fields else None, error.message)


def zone_of(user: User) -> ZoneInfo:
    """Return the zone in which a person reads and types times."""
    return ZoneInfo(user.time_zone or "Europe/London")


def frame(request: StaffRequest, policy: PolicyVersion, tab: str = "rules") -> dict[str, Any]:
    """Return what the head of every page of a version shows."""
    return {
        "page": PAGES[PolicyKind(policy.kind)],
        "policy": policy,
        "tab": tab,
        "is_draft": policy.state == PolicyState.DRAFT,
        "may_edit": access.can_edit(request.user, policy),
        "may_withdraw": access.can_withdraw(request.user, policy, now()),
        "may_roll_forward": access.can_roll_forward(request.user, policy, now()),
    }
