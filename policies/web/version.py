"""A version: what it says, how it differs from the one in force, its history, publication and the end of a draft."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import DomainError, InvalidError
from foundation.web.typed import seen_version
from policies import access
from policies.models import PolicyKind, PolicyVersion
from policies.selectors import analyse, differences_between, history_of, version_in_force
from policies.services import check_publishable, discard_draft, publish_version
from policies.web import matrix, other_kinds
from policies.web.shared import StaffRequest, frame, now, put_error, version_to_read, zone_of

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


def _in_force(policy: PolicyVersion, at: datetime) -> PolicyVersion | None:
    try:
        return version_in_force(policy.kind, at)
    except DomainError:  # the first version ever has nothing before it
        return None


@require_safe
@login_required
def changes(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Say in words how a version differs from the one in force."""
    policy = version_to_read(request, page, number)
    base = _in_force(policy, now())
    lines = differences_between(base, policy) if base and base.pk != policy.pk else ()
    return render(request, "policies/changes.html", {**frame(request, policy, "changes"), "base": base, "lines": lines})


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
    policy = version_to_read(request, page, number)
    form = PublishForm(request.POST or None)
    if request.method == "POST":
        with timezone.override(zone_of(request.user)):
            valid = form.is_valid()
        if valid and _publish(request, policy, form):
            return redirect("policy", page, number)
    may_publish = access.can_publish(request.user, policy)
    context = {**frame(request, policy, "publish"), "form": form, "may_publish": may_publish, **_prospect(policy)}
    return render(request, "policies/publish.html", context, status=422 if form.errors else 200)


def _publish(request: StaffRequest, policy: PolicyVersion, form: PublishForm) -> bool:
    try:
        done = publish_version(
            version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=now(),
            effective_from=form.cleaned_data["effective_from"],
        )  # fmt: skip
    except InvalidError as error:
        put_error(form, error)
        return False
    starts = done.effective_from
    later = starts is not None and starts > now()
    messages.success(request, f"{done} is published and {'waits for its day' if later else 'in force'}.")
    return True


def _prospect(policy: PolicyVersion) -> dict[str, Any]:
    """Return what a second person must see before publishing: changes and what stands in the way."""
    base = _in_force(policy, now())
    stops = ""
    try:
        check_publishable(draft=policy)
    except InvalidError as error:
        stops = error.message
    return {
        "base": base,
        "lines": differences_between(base, policy) if base and base.pk != policy.pk else (),
        "stops": stops,
        **(matrix.checks(analyse(policy)) if policy.kind == PolicyKind.APPROVAL else {}),
    }


@require_POST
@login_required
def discard(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Throw a draft away; it stays readable."""
    policy = version_to_read(request, page, number)
    discard_draft(version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=now())
    messages.success(request, f"{policy} is discarded. It stays readable here.")
    return redirect("policies", page)
