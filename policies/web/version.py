"""A version: what it says, how it differs from the one in force, its history, publication and the end of a draft."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import InvalidError
from foundation.web.typed import seen_version, whole
from policies import access
from policies.models import PolicyKind, PolicyState, PolicyVersion
from policies.selectors import (
    analysis_of,
    differences_between,
    history_of,
    versions_of,
)
from policies.services import (
    analyse_draft,
    check_publishable,
    discard_draft,
    publish_by_law,
    roll_forward,
    withdraw_version,
)
from policies.web import matrix, other_kinds
from policies.web.shared import StaffRequest, frame, now, put_error, version_to_read, versions_to_read, zone_of

MOST_OTHERS = 50  # versions offered for a comparison
BODIES: dict[str, tuple[str, Callable[[StaffRequest, PolicyVersion], dict[str, Any]]]] = {
    PolicyKind.APPROVAL: ("policies/matrix.html", matrix.body),
    PolicyKind.TOLERANCE: ("policies/tolerances.html", other_kinds.tolerances),
    PolicyKind.DUTY: ("policies/duties.html", other_kinds.duties),
    PolicyKind.ROUTING: ("policies/routing.html", other_kinds.routing),
    PolicyKind.SOURCING: ("policies/ordering.html", other_kinds.ordering),
}


@require_safe
@login_required
def version(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Show a version in words; a draft can be changed from here."""
    policy = version_to_read(request, page, number)
    template, body = BODIES[policy.kind]
    return render(request, template, {**frame(request, policy), **body(request, policy)})


@require_safe
@login_required
def changes(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Say in words how a version differs from the one in force, or from the version that `with` names."""
    found = versions_to_read(request, page, number, whole(request.GET.get("with"), 9))
    policy, in_force, base = found.version, found.in_force, found.other or found.in_force
    lines = differences_between(base, policy) if base and base.pk != policy.pk else ()
    others = versions_of(policy.kind).exclude(pk=policy.pk)[:MOST_OTHERS]
    context = {
        **frame(request, policy, "changes"),
        "base": base,
        "lines": lines,
        "in_force": in_force,
        "others": others,
    }
    return render(request, "policies/changes.html", context)


@require_POST
@login_required
def bring_back(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Make a draft equal to an older version."""
    policy = version_to_read(request, page, number)
    made = roll_forward(version_id=policy.pk, actor=request.user, at=now())
    messages.success(request, f"{made} says what {policy} said. Nothing changes until it is published.")
    return redirect("policy_changes", page, made.number)


@require_safe
@login_required
def history(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """List who changed what in a version, newest first."""
    policy = version_to_read(request, page, number)
    context = {**frame(request, policy, "history"), "rows": history_of(policy)}
    return render(request, "policies/history.html", context)


class PublishForm(forms.Form):
    """When a draft takes force."""

    effective_from = forms.DateTimeField(
        required=False,
        label="In force from",
        help_text="Your time. Leave empty to start now.",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def publish(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Show what publication would change, and publish; only a second person may (SD-1)."""
    found = versions_to_read(request, page, number)
    policy = found.version
    form = PublishForm(request.POST or None)
    if request.method == "POST":
        with timezone.override(zone_of(request.user)):
            valid = form.is_valid()
        if valid and _publish(request, policy, form):
            return redirect("policy", page, number)
    may_publish = access.can_publish(request.user, policy)
    context = {
        **frame(request, policy, "publish"),
        "form": form,
        "may_publish": may_publish,
        **_prospect(policy, found.in_force),
    }
    return render(request, "policies/publish.html", context, status=422 if form.errors else 200)


def _publish(request: StaffRequest, policy: PolicyVersion, form: PublishForm) -> bool:
    try:
        done = publish_by_law(
            version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=now(),
            effective_from=form.cleaned_data["effective_from"],
        )  # fmt: skip
    except InvalidError as error:
        put_error(form, error)
        return False
    if done.state == PolicyState.DRAFT:
        messages.success(request, f"You agree. {done} waits for the next who must.")
        return True
    starts = done.effective_from
    later = starts is not None and starts > now()
    messages.success(request, f"{done} is published and {'waits for its day' if later else 'in force'}.")
    return True


def _prospect(policy: PolicyVersion, base: PolicyVersion | None) -> dict[str, Any]:
    """Return what a second person must see before publishing: changes and what stands in the way."""
    stops = ""
    analysis = analysis_of(policy, at=now()) if policy.kind == PolicyKind.APPROVAL else None
    try:
        check_publishable(draft=policy, at=now(), analysis=analysis)
    except InvalidError as error:
        stops = error.message
    return {
        "base": base,
        "lines": differences_between(base, policy, analysis) if base and base.pk != policy.pk else (),
        "stops": stops,
        **(matrix.checks(analysis) if analysis else {}),
    }


@require_POST
@login_required
def analyse_now(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Analyse a draft as it is now."""
    policy = version_to_read(request, page, number)
    done = analyse_draft(version_id=policy.pk, actor=request.user, at=now())
    if not done.is_analysed:
        messages.success(request, f"{done} is being analysed. This page shows what is found when it is done.")
        return redirect("policy_publish", page, number)
    found = f"{done.analysed_blocking} to mend" if done.analysed_blocking else "nothing in the way of publication"
    messages.success(request, f"{done} is analysed: {found}.")
    return redirect("policy_publish", page, number)


@require_POST
@login_required
def withdraw(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Take back a version that waits for its day."""
    policy = version_to_read(request, page, number)
    withdraw_version(version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=now())
    messages.success(request, f"{policy} is withdrawn and will not start. What is in force goes on.")
    return redirect("policies", page)


@require_POST
@login_required
def discard(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Throw a draft away; it stays readable."""
    policy = version_to_read(request, page, number)
    discard_draft(version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=now())
    messages.success(request, f"{policy} is discarded. It stays readable here.")
    return redirect("policies", page)
