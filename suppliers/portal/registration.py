"""A company registers itself: step by step, saved half-way, sent when nothing is missing (SU-1)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import ConflictError, InvalidError, NotFoundError
from foundation.web.door import now, tried
from foundation.web.typed import seen_version
from suppliers.decisions.profile import STEPS, WRITTEN
from suppliers.models import Onboarding, SupplierState
from suppliers.portal.door import PortalRequest, portal_view
from suppliers.selectors.onboarding import beside, running_onboarding, steps_of
from suppliers.services import save_profile, send_profile
from suppliers.validators import STEP_FORMS

TITLES = dict(STEPS)


@portal_view
@require_safe
def registration(request: PortalRequest) -> HttpResponse:
    """Show every step with what is missing, and where the registration stands."""
    return _page(request, running_onboarding(request.supplier.pk))


def _page(request: PortalRequest, onboarding: Onboarding | None, *, error: str = "") -> HttpResponse:
    context: dict[str, Any] = {"onboarding": onboarding, "section": "registration", "error": error}
    if onboarding is not None:
        steps, lacking = steps_of(onboarding, beside(request.supplier, now().date()))
        context |= {"steps": steps, "lacking": lacking, "is_open": request.supplier.state == SupplierState.INVITED}
    return render(request, "portal/registration.html", context, status=422 if error else 200)


@portal_view
@require_http_methods(["GET", "HEAD", "POST"])
def registration_step(request: PortalRequest, step: str) -> HttpResponse:
    """Show and save one step; what is empty may wait."""
    onboarding = running_onboarding(request.supplier.pk)
    if step not in WRITTEN or onboarding is None:
        raise Http404
    kind = STEP_FORMS[step]
    form = kind(request.POST) if request.method == "POST" else kind(initial=onboarding.profile.get(step, {}))
    try:
        saved = tried(form, lambda: _save(request, step, form))
    except ConflictError as error:
        messages.info(request, error.message)
        return redirect("portal_registration")
    if saved is not None:
        messages.success(request, f"Saved: {TITLES[step]}.")
        return redirect("portal_registration")
    context = {
        "form": form, "title": TITLES[step], "onboarding": onboarding, "section": "registration", "step": step,
        "is_open": request.supplier.state == SupplierState.INVITED,
    }  # fmt: skip
    return render(request, "portal/registration_step.html", context, status=422 if form.errors else 200)


def _save(request: PortalRequest, step: str, form: forms.Form) -> Onboarding:
    return save_profile(
        supplier_id=request.supplier.pk, step=step, given=form.cleaned_data, expected_version=seen_version(request) or 0,
        actor=request.user, at=now(),
    )  # fmt: skip


@portal_view
@require_POST
def registration_send(request: PortalRequest) -> HttpResponse:
    """Send the profile; what is missing comes back beside its step."""
    try:
        send_profile(
            supplier_id=request.supplier.pk, expected_version=seen_version(request) or 0, actor=request.user, at=now()
        )
    except NotFoundError as error:
        raise Http404 from error
    except ConflictError as error:
        messages.info(request, error.message)
        return redirect("portal_registration")
    except InvalidError as error:
        return _page(request, running_onboarding(request.supplier.pk), error=error.message)
    messages.success(request, "Sent. We check it and write to you.")
    return redirect("portal_registration")
