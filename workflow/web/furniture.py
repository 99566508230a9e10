"""What the orchestration layer furnishes for the menu and the home page."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from foundation import worklist
from foundation.access import has_role, holds_anywhere, roles_of, stands_in
from foundation.models import Role, User
from foundation.registries import MenuEntry, Subject, Work, navigation, panels, subjects, works
from foundation.roles import APPROVE
from policies.access import can_read_policies
from policies.decisions.vocabulary import DUTIES, words
from workflow import access
from workflow.models import CaseState, Countersignature, ExceptionCase
from workflow.selectors.signatures import signatures_counted, waiting_signatures
from workflow.selectors.tasks import (
    APPROVAL,
    CASE,
    SIGNATURE,
    approval_tally,
    approval_tasks,
    case_tally,
    case_tasks,
    signature_tally,
    signature_tasks,
)
from workflow.services.replay import KIND, replay_slice
from workflow.web import publication
from workflow.web.conflicts import of_draft, of_pair
from workflow.web.followers import panel_of
from workflow.web.replay import panel

# Roles that approve no spend and are asked about other matters: suppliers, bank accounts, policies, prices.
_DECIDING = (Role.POLICY_ADMIN, Role.SUPPLIER_MANAGER, Role.PAYABLES_LEAD)


def register() -> None:
    """Fill the registries."""
    navigation.add(MenuEntry("Inbox", "inbox", 10, may_be_asked, waiting))
    navigation.add(MenuEntry("Exceptions", "cases", 50, lambda u: bool(roles_of(u)), open_cases))
    _tasks_of_ours()
    publication.register()
    panels.add("home", home_approver)
    panels.add("home", home_signatures)
    panels.add("home", home_cases)
    panels.add("requisition.side", panel_of("requisition"))
    panels.add("order.side", panel_of("order"))
    panels.add("case.main", panel_of("case"))
    panels.add("policy.version", panel)
    panels.add("policy.duties", of_draft)
    panels.add("policy.pair", of_pair)
    works.add(
        Work(
            kind=KIND,
            slice=replay_slice,
            visible=lambda user, _params: bool(can_read_policies(user)),
            url=lambda params: reverse("policy_replay", args=[params["number"]]),
        )
    )
    subjects.add(
        Subject(
            type="case",
            label="Exception",
            url=lambda pk: reverse("case", args=[ExceptionCase.objects.values_list("number", flat=True).get(pk=pk)]),
            title=lambda pk: str(ExceptionCase.objects.values_list("number", flat=True).get(pk=pk)),
            visible=lambda user, pk: access.visible_cases(user).filter(pk=pk).exists(),
        )
    )
    subjects.add(
        Subject(
            type="signature",
            label="Second signature",
            url=lambda pk: reverse("signature", args=[_number_of(pk)]),
            title=_number_of,
            visible=lambda user, pk: access.visible_signatures(user).filter(pk=pk).exists(),
        )
    )


def _number_of(pk: int) -> str:
    return str(Countersignature.objects.values_list("number", flat=True).get(pk=pk))


def _tasks_of_ours() -> None:
    worklist.add(worklist.TaskSource(APPROVAL, "Approvals", approval_tasks, approval_tally))
    worklist.add(worklist.TaskSource(CASE, "Exceptions", case_tasks, case_tally))
    worklist.add(worklist.TaskSource(SIGNATURE, "Second signatures", signature_tasks, signature_tally))


def decides(user: User) -> bool:
    """Say whether a person approves spend somewhere, or decides for somebody who does."""
    return holds_anywhere(user, APPROVE) or stands_in(user) or has_role(user, *_DECIDING)


def may_be_asked(user: User) -> bool:
    """Say whether decisions or second signatures can ever wait for a person: any duty of ours, or a deputy's."""
    return bool(roles_of(user)) or stands_in(user)


def waiting(user: User) -> tuple[QuerySet[Any], ...]:
    """Return what waits for the person's decision and for their second signature."""
    return (access.waiting_for(user), signatures_counted(user))


def open_cases(user: User) -> QuerySet[ExceptionCase]:
    """Return the open exceptions of the person's roles."""
    return access.visible_cases(user).filter(state=CaseState.OPEN)


def home_approver(request: HttpRequest, _pk: Any = None) -> str:
    """Show what waits for a decision."""
    user = request.user
    if not isinstance(user, User) or not decides(user):
        return ""
    steps = list(access.waiting_for(user).order_by("due_at", "pk")[:5])
    return render_to_string("workflow/home_approver.html", {"steps": steps}, request=request)


def home_signatures(request: HttpRequest, _pk: Any = None) -> str:
    """Show the second signatures that are the person's to give."""
    user = request.user
    if not isinstance(user, User):
        return ""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    rows = waiting_signatures(user, now)[:5]
    context = {"signatures": [(row, words(row.duty, DUTIES)) for row in rows], "now": now}
    return render_to_string("workflow/signatures_waiting.html", context, request=request) if rows else ""


def home_cases(request: HttpRequest, _pk: Any = None) -> str:
    """Show the most urgent exceptions of the person's roles."""
    user = request.user
    if not isinstance(user, User):
        return ""
    rows = list(access.visible_cases(user).filter(state=CaseState.OPEN).order_by("due_at", "pk")[:5])
    return render_to_string("workflow/home_cases.html", {"rows": rows}, request=request) if rows else ""
