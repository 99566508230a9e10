"""The publication of a policy in the inbox and on the draft's page (AP-9)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from foundation.models import User
from foundation.registries import Subject, panels, subjects
from foundation.web.at_hand import at_hand
from foundation.web.typed import seen_version
from policies.access import can_edit, can_read_policies
from policies.models import PolicyKind, PolicyState, PolicyVersion
from policies.selectors import analyse, differences_between, in_force_or_none
from policies.web.shared import PAGES, StaffRequest, version_to_read
from workflow.selectors import newest_request
from workflow.services import ask_publication
from workflow.services.publication import SUBJECT, approve_publication, publish_draft, reject_publication


def register() -> None:
    """Fill the registries."""
    subjects.add(
        Subject(
            type=SUBJECT,
            label="Policy",
            url=lambda pk: _address(PolicyVersion.objects.get(pk=pk)),
            title=lambda pk: str(PolicyVersion.objects.get(pk=pk)),
            visible=lambda user, _pk: bool(can_read_policies(user)),
            facts=_facts,
            panel=_changes,
            lines=lambda pk: list(_lines(PolicyVersion.objects.get(pk=pk))),
            page=_page,
            actions={
                "approve": approve_publication, "return": reject_publication, "publish": publish_draft,
            },
        )
    )  # fmt: skip
    panels.add("policy.publish", waiting_panel)


def _address(policy: PolicyVersion) -> str:
    return reverse("policy_changes", args=[PAGES[PolicyKind(policy.kind)], policy.number])


def _page(number: str) -> str:
    label, _, count = number.rpartition(" v")
    kind = next(kind for kind in PolicyKind if kind.label == label)
    return reverse("policy_changes", args=[PAGES[kind], int(count)])


def _lines(policy: PolicyVersion) -> tuple[str, ...]:
    """Return in words what would change."""
    base = in_force_or_none(policy.kind, timezone.now())  # noqa: TID251 - the porch reads the clock
    return tuple(str(line) for line in differences_between(base, policy)) if base and base.pk != policy.pk else ()


def _facts(_user: Any, pk: int) -> list[tuple[str, str]]:
    policy = PolicyVersion.objects.select_related("created_by").get(pk=pk)
    return [("Policy", str(policy)), ("Written by", str(policy.created_by)), ("Note", policy.note)]


def _changes(request: HttpRequest, pk: int) -> str:
    """Draw for the inbox what would change, and what the analyser finds in it."""
    policy = PolicyVersion.objects.select_related("created_by").get(pk=pk)
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    is_matrix = policy.kind == PolicyKind.APPROVAL and policy.state == PolicyState.DRAFT
    asked = newest_request(SUBJECT, pk)
    context = {
        "policy": policy, "lines": _lines(policy), "findings": analyse(policy, at=now).findings if is_matrix else (),
        "is_matrix": is_matrix, "starts": asked.facts["starts"] if asked else "",
    }  # fmt: skip
    return render_to_string("workflow/publication.html", context, request=request)


def waiting_panel(request: HttpRequest, pk: int | None = None) -> str:
    """Show on the draft's page who is asked to publish it, or the button that asks."""
    user = request.user
    policy = at_hand(request, PolicyVersion, pk) or PolicyVersion.objects.filter(pk=pk or 0).first()
    if policy is None or policy.state != PolicyState.DRAFT or not isinstance(user, User) or not can_edit(user, policy):
        return ""
    asked = newest_request(SUBJECT, policy.pk)
    context = {"policy": policy, "approval": asked, "page": PAGES[PolicyKind(policy.kind)]}
    return render_to_string("workflow/publication_asked.html", context, request=request)


@require_POST
@login_required
def ask(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Ask a second person to publish a draft at once."""
    policy = version_to_read(request, page, number)
    asked = ask_publication(
        version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=timezone.now()  # noqa: TID251 - the porch reads the clock
    )  # fmt: skip
    step = asked.steps.prefetch_related("assignees__person").first()
    names = " or ".join(str(a.person) for a in step.assignees.all()) if step else "nobody"
    messages.success(request, f"{policy} waits for {names}. You may go on reading; a change takes it back.")
    return redirect(reverse("policy_publish", args=[page, number]))
