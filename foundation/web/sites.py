"""Sites and how they receive, for user administrators."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from foundation import access
from foundation.errors import InvalidError
from foundation.models import LegalEntity, Region, Site, WorkCalendar
from foundation.selectors import all_sites
from foundation.services import SiteSettings, change_site, open_site, seen_of_site
from foundation.web.door import admitted, now, put_error, staff


class SettingsForm(forms.Form):
    """What may change at a site."""

    name = forms.CharField(max_length=80, label="Name")
    calendar = forms.ModelChoiceField(
        WorkCalendar.objects.order_by("name"), label="Working hours", empty_label="Choose"
    )
    time_zone = forms.CharField(
        max_length=64, label="Time zone", initial="Europe/London", help_text="such as Europe/London"
    )
    gln = forms.CharField(max_length=13, required=False, label="GLN", help_text="13 digits")
    address = forms.CharField(max_length=500, required=False, label="Address", widget=forms.Textarea(attrs={"rows": 3}))
    blind_receiving = forms.BooleanField(required=False, label="Receive blind: receivers do not see what is expected")
    is_active = forms.BooleanField(required=False, initial=True, label="Open for new requisitions")

    def clean_time_zone(self) -> str:
        """Refuse what is not a time zone, before the service does."""
        name: str = self.cleaned_data["time_zone"].strip()
        if name not in available_timezones():
            raise forms.ValidationError(f"{name} is not a time zone. Use a name such as Europe/London.")
        return name

    def settings(self) -> SiteSettings:
        """Return what was written, as the service takes it."""
        return SiteSettings(**{name: self.cleaned_data[name] for name in SettingsForm.base_fields})


class OpenForm(SettingsForm):
    """A new site."""

    code = forms.CharField(max_length=8, label="Code", help_text="stands in every document number; it stays")
    region = forms.ModelChoiceField(Region.objects.order_by("name"), label="Region", empty_label="Choose")
    legal_entity = forms.ModelChoiceField(
        LegalEntity.objects.order_by("name"),
        label="Legal entity",
        empty_label="Choose",
        help_text="which owes the money",
    )
    currency = forms.CharField(max_length=3, label="Currency", help_text="such as GBP; it stays")
    field_order = ("name", "code", "region", "legal_entity", "currency", "calendar", "time_zone", "gln")

    def fixed(self) -> dict[str, Any]:
        """Return what never changes afterwards."""
        return {name: self.cleaned_data[name] for name in ("code", "region", "legal_entity", "currency")}


@require_safe
@login_required
def sites(request: HttpRequest) -> HttpResponse:
    """List our sites."""
    admitted(request, access.can_keep_ground(staff(request)))
    return render(request, "sites/list.html", {"sites": all_sites()})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def site_new(request: HttpRequest) -> HttpResponse:
    """Open a site."""
    admitted(request, access.can_keep_ground(staff(request)))
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            site = open_site(settings=form.settings(), actor=staff(request), at=now(), **form.fixed())
        except InvalidError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{site} is open. Give people their duties there next.")
            return redirect("site", site.code)
    return render(request, "sites/site.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def site(request: HttpRequest, code: str) -> HttpResponse:
    """Show a site and change its settings."""
    admitted(request, access.can_keep_ground(staff(request)))
    found: Site = get_object_or_404(all_sites(), code=code)
    now_there = {name: getattr(found, name) for name in SettingsForm.base_fields}
    form = SettingsForm(request.POST or None, initial=now_there)
    if request.method == "POST" and form.is_valid():
        try:
            change_site(
                code=code, seen=request.POST.get("seen", ""), settings=form.settings(), actor=staff(request), at=now()
            )
        except InvalidError as error:
            put_error(form, error)
        else:
            messages.success(request, "The site is changed.")
            return redirect("site", code)
    context = {"form": form, "site": found, "seen": request.POST.get("seen") or seen_of_site(site=found)}
    return render(request, "sites/site.html", context, status=422 if form.errors else 200)
