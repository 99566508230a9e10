"""A supplier's person for themselves: which company they act for, their clock, and the devices that remember them.

These pages read and write rows of the person only, so they run outside the supplier's database role, which sees no person's
sessions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import available_timezones

from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.models import Session
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from foundation.services import end_device, save_preferences
from foundation.web.door import now
from suppliers.models import SupplierUser
from suppliers.portal.door import SESSION_KEY, SIGN_IN, PortalRequest, bind

_BROWSERS = (("Edg/", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac", "Mac"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in which the person is signed in."""

    pk: int
    name: str
    address: str
    since: datetime
    is_this: bool


class ClockForm(forms.Form):
    """How a person sees the portal."""

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As the browser asks")), *settings.LANGUAGES]
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name],
    )
    theme = forms.ChoiceField(
        label=_("Colours"), choices=[("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]
    )


def own_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a supplier's person in to what is theirs; anybody else finds nothing here."""

    @wraps(view)
    @login_required(login_url=SIGN_IN)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(bind(request), *args, **kwargs)

    return run


@require_http_methods(["GET", "HEAD", "POST"])
@own_page
def account(request: PortalRequest) -> HttpResponse:
    """Show and save the person's clock and colours; list their companies and devices."""
    person = request.user
    form = ClockForm(
        request.POST or None, initial={"language": person.language, "time_zone": person.zone, "theme": person.theme}
    )
    if request.method == "POST" and form.is_valid():
        save_preferences(
            user_id=person.pk, density=person.density, shortcuts=person.shortcuts, at=now(), **form.cleaned_data
        )
        with translation.override(form.cleaned_data["language"] or translation.get_language_from_request(request)):
            messages.success(request, gettext("Saved."))
        return redirect("portal_account")
    companies = SupplierUser.objects.filter(user=person, is_active=True).select_related("supplier")
    context = {
        "form": form, "section": "account", "devices": list(_devices(request)),
        "companies": companies.order_by("supplier__name"),
    }  # fmt: skip
    return render(request, "portal/account.html", context, status=422 if form.errors else 200)


@require_POST
@own_page
def company(request: PortalRequest, code: str) -> HttpResponse:
    """Act for another company of the person's from now on, in this browser."""
    mine = SupplierUser.objects.filter(user=request.user, is_active=True, supplier__code=code)
    held = mine.select_related("supplier").first()
    if held is None:
        raise Http404
    request.session[SESSION_KEY] = held.supplier_id
    return redirect("portal_home")


@require_POST
@own_page
def device_end(request: PortalRequest, device_id: int) -> HttpResponse:
    """Sign the person out on one of their devices."""
    end_device(person=request.user, device_id=device_id, at=now())
    messages.success(request, gettext("That device is signed out."))
    return redirect("portal_account")


def _devices(request: PortalRequest) -> Iterator[Device]:
    """Yield where the person is signed in, newest first; what ran out is left out."""
    known = list(UserSession.objects.filter(user=request.user).order_by("-created_at")[:50])
    alive = set(
        Session.objects.filter(session_key__in=[one.session_key for one in known], expire_date__gt=now()).values_list(
            "session_key", flat=True
        )
    )
    for one in known:
        if one.session_key in alive:
            is_this = one.session_key == request.session.session_key
            yield Device(one.pk, _name_of(one.user_agent), one.ip, one.created_at, is_this)


def _name_of(agent: str) -> str:
    """Return what people call a browser, such as Chrome on Android."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser
