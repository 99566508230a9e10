"""The demo's way in: a button per person, and a mailbox. Wired only in demo settings."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_POST, require_safe

from foundation.models import User
from foundation.registries import navigation
from foundation.web.mailbox import read_mail
from foundation.web.numbers import NumberField

_LOCAL = re.compile(r"http://127\.0\.0\.1:\d+/")


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise Http404


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show every demo person with their duties."""
    _only_in_demo()
    people = User.objects.filter(is_active=True).exclude(kind=User.Kind.SYSTEM).exclude(is_superuser=True)
    people = (
        people.prefetch_related("role_assignments__site", "role_assignments__region", "supplier_memberships__supplier")
        .filter(username__startswith="demo.")
        .order_by("kind", "pk")
    )
    jobs, password = import_string(settings.DEMO_GUIDE)() if settings.DEMO_GUIDE else ({}, "")
    rows = [(person, jobs.get(person.username, ""), _waiting(person)) for person in people]
    return render(request, "demo/index.html", {"people": rows, "password": password})


def _waiting(person: User) -> list[tuple[str, int]]:
    """Return what the person's menu counts as waiting now."""
    menu = [(entry.label, entry.waiting(person)) for entry in navigation.for_user(person) if entry.badge]
    counted = [(label, min(sum(rows[:99].count() for rows in found), 99)) for label, found in menu]
    return [(label, count) for label, count in counted if count]


@require_POST
def sign_in(request: HttpRequest, username: str) -> HttpResponse:
    """Sign in as a demo person with one press."""
    _only_in_demo()
    person = get_object_or_404(
        User, username=username, is_active=True, is_superuser=False, username__startswith="demo."
    )
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("home")


class ShownForm(forms.Form):
    """Fields in the states a form has."""

    number = NumberField(label="Quantity", help_text="Such as 1,234.5")
    place = forms.ChoiceField(label="Deliver to", choices=[("LDS", "Leeds"), ("HUL", "Hull")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    urgent = forms.BooleanField(label="Urgent", required=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of the shown history."""

    at: datetime
    text: str
    who: str = ""
    tone: str = ""


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component once, in the words of the trade."""
    _only_in_demo()
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    history = [Shown(at, "Submitted", "Rosa Mendez"), Shown(at, "Approved", "Amir Patel", "ok"),
               Shown(at, "Answer overdue", "", "bad"), Shown(at, "Waits for the buyer", "", "now")]  # fmt: skip
    refused = ShownForm({"number": "1,5", "place": "LDS"})
    context = {
        "form": ShownForm(),
        "refused": refused,
        "history": history,
        "views": (("open", "Open"), ("closed", "Closed")),
        "amount": Decimal("4218.60"),
        "day": at.date(),
    }
    refused.is_valid()
    return render(request, "demo/styleguide.html", context)


@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """Show what the product mailed, newest first; what was written before the demo chose its port leads to this one."""
    _only_in_demo()
    letters = read_mail()
    for letter in letters:
        letter["text"] = _LOCAL.sub(request.build_absolute_uri("/"), letter["text"])
    return render(request, "demo/mail.html", {"letters": letters})
