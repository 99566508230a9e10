"""How a person wants to be told: by kind, when the daily letter goes, and when none may."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from foundation.models import NoticeKind, NoticePreference, User
from foundation.selectors.notices import channel_of, channels_for, preference_of
from foundation.services import save_notice_choices
from foundation.web.door import now, staff, tried

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class ChoicesForm(forms.Form):
    """One select for each kind, the hour of the daily letter, and quiet hours."""

    digest_hour = forms.TypedChoiceField(label="Daily e-mail at", choices=HOURS, coerce=int)
    quiet_from = forms.TimeField(label="No e-mail from", required=False, widget=forms.TimeInput(format="%H:%M"))
    quiet_until = forms.TimeField(label="No e-mail until", required=False, widget=forms.TimeInput(format="%H:%M"))

    def __init__(self, data: QueryDict | None, *, preference: NoticePreference) -> None:
        """Begin with what the person chose."""
        first: dict[str, Any] = {
            "digest_hour": preference.digest_hour,
            "quiet_from": preference.quiet_from,
            "quiet_until": preference.quiet_until,
        }
        first |= {str(kind): channel_of(preference, kind) for kind in NoticeKind.values}
        super().__init__(data, initial=first)
        for kind in NoticeKind:
            ways = [(way.value, way.label) for way in channels_for(kind)]
            self.fields[str(kind.value)] = forms.ChoiceField(label=kind.label, choices=ways)

    def kinds(self) -> list[forms.BoundField]:
        """Return the fields of the kinds."""
        return [self[kind] for kind in NoticeKind.values]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def notice_choices(request: HttpRequest) -> HttpResponse:
    """Let a person choose how to be told."""
    person = staff(request)
    form = ChoicesForm(request.POST or None, preference=preference_of(person))
    if request.method == "POST" and tried(form, lambda: _save(form, person)) is not None:
        messages.success(request, "You are told that way from now on.")
        return redirect("notice_choices")
    context = {"form": form, "zone": person.zone}
    return render(request, "home/notice_choices.html", context, status=422 if form.errors else 200)


def _save(form: forms.Form, person: User) -> NoticePreference:
    given = form.cleaned_data
    return save_notice_choices(
        person=person, channels={kind: given[kind] for kind in NoticeKind.values}, digest_hour=given["digest_hour"],
        quiet_from=given["quiet_from"], quiet_until=given["quiet_until"], at=now(),
    )  # fmt: skip
