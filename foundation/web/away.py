"""Days away and deputies (AP-5): a person's own page, and the same for a user administrator."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from foundation import access
from foundation.models import Absence, Site, User
from foundation.models.user import ZONE
from foundation.roles import DELEGATED
from foundation.selectors import absences_of, deputising, people_of_ours
from foundation.services import AbsencePlan, declare_absence, end_absence
from foundation.web.door import admitted, now, staff, tried
from foundation.web.numbers import NumberField

SHOWN_AFTER = timedelta(days=90)
_DAY = {"type": "date"}


class AbsenceForm(forms.Form):
    """Days, both included, and who decides meanwhile; `zone` is where the days are counted."""

    since = forms.DateField(label="First day", widget=forms.DateInput(_DAY))
    until = forms.DateField(label="Last day", widget=forms.DateInput(_DAY))
    deputy = forms.ModelChoiceField(
        User.objects.none(), required=False, label="Who decides meanwhile", empty_label="Nobody",
        help_text="Somebody who neither asked nor changed; what they may not decide stays.",
    )  # fmt: skip
    presence = forms.ChoiceField(
        choices=[("away", "Away: not at work"), ("here", "Here, and hands decisions over")],
        initial="away", label="Meanwhile", widget=forms.RadioSelect,
    )  # fmt: skip
    duties = forms.MultipleChoiceField(
        choices=list(DELEGATED.items()), required=False, label="Only these duties",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    sites = forms.MultipleChoiceField(required=False, label="Only at these sites", widget=forms.CheckboxSelectMultiple)
    amount_limit = NumberField(
        required=False, label="Only up to", help_text="Base currency, the amount itself included. Empty: any amount."
    )
    reason = forms.CharField(max_length=300, required=False, label="Reason", help_text="Others can read it.")

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(person.time_zone or ZONE)
        self.fields["deputy"] = forms.ModelChoiceField(
            people_of_ours(is_active=True).prefetch_related(None).exclude(pk=person.pk).order_by(
                "first_name", "last_name"
            ),
            required=False, label="Who decides meanwhile", empty_label="Nobody",
            help_text="What they asked for or changed themselves stays with you.",
        )  # fmt: skip
        sites = self.fields["sites"]
        assert isinstance(sites, forms.MultipleChoiceField)  # noqa: S101 - declared above; for the type checker
        sites.choices = list(Site.objects.filter(is_active=True).values_list("code", "name").order_by("name"))

    def plan(self, at: datetime) -> AbsencePlan:
        """Return what was written; a first day that is today begins now."""
        data = self.cleaned_data
        today = at.astimezone(self.zone).date()
        return AbsencePlan(
            starts_at=at if data["since"] == today else self._midnight(data["since"]),
            ends_at=self._midnight(data["until"] + timedelta(days=1)),
            deputy_id=data["deputy"].pk if data["deputy"] else None,
            is_away=data["presence"] == "away",
            duties=tuple(data["duties"]),
            sites=tuple(data["sites"]),
            amount_limit=data["amount_limit"],
            reason=data["reason"],
        )

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def is_narrowed(self) -> bool:
        """Say whether the scope is typed, so that the page opens it."""
        return any(self[name].value() for name in ("duties", "sites", "amount_limit"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_absences(request: HttpRequest) -> HttpResponse:
    """Show a person's own days away, and declare more."""
    return _page(request, staff(request), reverse("me"), "Your settings", "away_end", [])


@require_POST
@login_required
def my_absence_end(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Be back early, or take a planned absence back."""
    me = staff(request)
    end_absence(absence_id=absence_id, person_id=me.pk, actor=me, at=now())
    messages.success(request, "That absence is over. What is not decided is yours again.")
    return redirect("away")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def absences(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show somebody's days away to a user administrator, who may declare more."""
    person = _person(request, person_id)
    return _page(request, person, reverse("person", args=[person.pk]), str(person), "person_away_end", [person.pk])


@require_POST
@login_required
def absence_end(request: HttpRequest, person_id: int, absence_id: int) -> HttpResponse:
    """End somebody's absence."""
    person = _person(request, person_id)
    end_absence(absence_id=absence_id, person_id=person.pk, actor=staff(request), at=now())
    messages.success(request, f"That absence is over. What is not decided is {person}'s again.")
    return redirect("person_away", person.pk)


def _person(request: HttpRequest, person_id: int) -> User:
    admitted(request, access.can_administer_people(staff(request)))
    return get_object_or_404(people_of_ours().prefetch_related(None), pk=person_id)


def _page(
    request: HttpRequest, person: User, back: str, back_label: str, end_name: str, keys: list[int]
) -> HttpResponse:
    at = now()
    form = AbsenceForm(person, request.POST or None)
    if request.method == "POST":
        made = tried(
            form,
            lambda: declare_absence(person_id=person.pk, plan=form.plan(at), actor=staff(request), at=at),
        )
        if made is not None:
            messages.success(request, _told(made))
            return redirect(request.path)
    rows = [
        (row, row.is_in_force(at), reverse(end_name, args=[*keys, row.pk]) if row.ended_at is None else "", scope(row))
        for row in absences_of(person, since=at - SHOWN_AFTER)
    ]
    context = {
        "person": person, "is_me": person.pk == staff(request).pk, "form": form, "rows": rows, "back": back,
        "back_label": back_label, "deputising": deputising(person, at), "zone": str(form.zone),
    }  # fmt: skip
    return render(request, "people/away.html", context, status=422 if form.errors else 200)


def _told(absence: Absence) -> str:
    if absence.deputy is None:
        return "Declared. Nobody decides meanwhile; what only waits for this person goes to the fallback owner."
    when = "What waits goes to them now" if absence.began_at else "What waits then goes to them"
    return f"{absence.deputy} decides meanwhile. {when}, and comes back at the end."


def scope(absence: Absence) -> str:
    """Write what a deputy decides, as people say it."""
    parts = [", ".join(DELEGATED.get(duty, duty).lower() for duty in absence.duties)]
    parts.append(f"at {', '.join(absence.sites)}" if absence.sites else "")
    parts.append(f"up to {absence.amount_limit:,.2f}" if absence.amount_limit is not None else "")
    return "; ".join(part for part in parts if part) or "everything"
