"""Rows of the other drafts as typed: a tolerance level, a pair of duties, an exception route, the switches."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import InvalidError
from foundation.web.typed import seen_version
from policies.models import PolicyKind, PolicyVersion
from policies.services import (
    delete_duty_pair,
    delete_route,
    delete_tolerance,
    save_duty_pair,
    save_route,
    save_switches,
    save_tolerance,
)
from policies.web.row_forms import LevelForm, PairForm, RouteForm, SwitchesForm
from policies.web.shared import KINDS, StaffRequest, draft_to_edit, frame, now, put_error

FORMS: dict[str, Any] = {"tolerances": LevelForm, "duties": PairForm, "routing": RouteForm}
SAVES: dict[str, Callable[..., object]] = {
    "tolerances": save_tolerance, "duties": save_duty_pair, "routing": save_route,
}  # fmt: skip
DELETES: dict[str, tuple[str, Callable[..., None]]] = {
    "tolerances": ("tolerance_id", delete_tolerance),
    "duties": ("pair_id", delete_duty_pair),
    "routing": ("route_id", delete_route),
}
ROWS = {"tolerances": "tolerances", "duties": "duty_pairs", "routing": "exception_routes"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def row(request: StaffRequest, page: str, number: int, row_id: int | None = None) -> HttpResponse:
    """Add or change a row of a draft that is no matrix."""
    if page not in FORMS:
        raise Http404
    policy = draft_to_edit(request, page, number)
    found = get_object_or_404(getattr(policy, ROWS[page]), pk=row_id) if row_id else None
    form = FORMS[page](request.POST or None, row=found)
    if request.method == "POST" and form.is_valid():
        try:
            SAVES[page](
                version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=now(),
                **form.as_input(),
            )  # fmt: skip
        except InvalidError as error:
            put_error(form, error)
        else:
            return redirect("policy", page, number)
    context = {**frame(request, policy), "form": form, "row": found, "title": form.title(found)}
    return render(request, "policies/row.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def remove(request: StaffRequest, page: str, number: int, row_id: int) -> HttpResponse:
    """Take a row out of a draft."""
    if page not in DELETES:
        raise Http404
    policy = draft_to_edit(request, page, number)
    key, delete = DELETES[page]
    delete(
        version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=now(), **{key: row_id}
    )  # fmt: skip
    return redirect("policy", page, number)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def switches(request: StaffRequest, page: str, number: int) -> HttpResponse:
    """Change the switches of a draft."""
    policy: PolicyVersion = draft_to_edit(request, page, number)
    if KINDS[page] not in {PolicyKind.SOURCING, PolicyKind.APPROVAL}:
        raise Http404
    form = SwitchesForm(policy.settings, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            save_switches(
                version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=now(),
                settings=form.cleaned_data,
            )  # fmt: skip
        except InvalidError as error:
            put_error(form, error)
        else:
            return redirect("policy", page, number)
    context = {**frame(request, policy), "form": form, "title": "Switches"}
    return render(request, "policies/row.html", context, status=422 if form.errors else 200)
