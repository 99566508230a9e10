"""Working weeks and days off, for those who keep the ground."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation import access
from foundation.models import WorkCalendar
from foundation.selectors import public_days_off
from foundation.services import (
    CalendarDetails,
    add_day_off,
    change_calendar,
    create_calendar,
    drop_day_off,
    seen_of_calendar,
)
from foundation.web.door import admitted, now, staff, tried
from foundation.web.keeping import Sheet, changed, shown, written
from foundation.web.keyset import paginate_along

SHEET = Sheet("calendars", "Working hours", "Add working hours", "master/calendar.html")
DAYS = [(str(n), day) for n, day in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), start=1)]
AHEAD = timedelta(days=365)  # of public holidays are shown
_CLOCK = {"type": "time"}


class CalendarForm(forms.Form):
    """What may change at a calendar."""

    name = forms.CharField(max_length=80, label="Name")
    opens = forms.TimeField(label="Opens", widget=forms.TimeInput(attrs=_CLOCK, format="%H:%M"))
    closes = forms.TimeField(label="Closes", widget=forms.TimeInput(attrs=_CLOCK, format="%H:%M"))
    weekdays = forms.MultipleChoiceField(
        choices=DAYS, label="Days of work", widget=forms.CheckboxSelectMultiple(attrs={"class": "in-line"})
    )
    country = forms.CharField(
        max_length=2, required=False, label="Country", help_text="its public holidays are off, such as GB"
    )
    subdivision = forms.CharField(max_length=8, required=False, label="Part of the country", help_text="such as ENG")

    def details(self) -> CalendarDetails:
        """Return what was written, as the service takes it."""
        data = {name: self.cleaned_data[name] for name in CalendarForm.base_fields}
        return CalendarDetails(**{**data, "weekdays": "".join(data["weekdays"])})


class NewCalendarForm(CalendarForm):
    """A new calendar."""

    code = forms.CharField(max_length=20, label="Code", help_text="letters, digits and hyphens; it stays")
    field_order = ("name", "code", "opens", "closes", "weekdays", "country", "subdivision")


class DayOffForm(forms.Form):
    """A day off besides the public holidays."""

    date = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    name = forms.CharField(max_length=80, label="Why", help_text="such as stocktaking")


@require_safe
@login_required
def calendars(request: HttpRequest) -> HttpResponse:
    """List calendars by code, with the sites that work by them."""
    admitted(request, access.can_keep_ground(staff(request)))
    text = request.GET.get("q", "").strip()[:80]
    rows = _calendars().filter(Q(name__icontains=text) | Q(code__icontains=text)) if text else _calendars()
    return render(request, "master/calendars.html", {"page": paginate_along(request, rows, "code"), "text": text})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def calendar_new(request: HttpRequest) -> HttpResponse:
    """Add a calendar."""
    admitted(request, access.can_keep_ground(staff(request)))
    form = NewCalendarForm(
        request.POST or None, initial={"weekdays": list("12345"), "opens": "08:00", "closes": "17:00"}
    )
    return written(
        request, SHEET, form,
        lambda: create_calendar(
            code=form.cleaned_data["code"], details=form.details(), actor=staff(request), at=now()
        ),
        lambda made: ("calendar", made.code),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """Show a calendar with its days off, and change its hours."""
    row = _calendar(request, code)
    form = CalendarForm(request.POST or None, initial=_there(row))
    return changed(
        request, SHEET, row, form,
        lambda: change_calendar(
            code=code, seen=request.POST.get("seen", ""), details=form.details(), actor=staff(request), at=now()
        ),
        lambda: seen_of_calendar(calendar=row),
        **_days(row), off=DayOffForm(),
    )  # fmt: skip


@require_POST
@login_required
def calendar_day(request: HttpRequest, code: str) -> HttpResponse:
    """Add a day off; a refusal comes back beside its form."""
    row = _calendar(request, code)
    form = DayOffForm(request.POST)
    made = tried(
        form,
        lambda: add_day_off(
            code=code, day=form.cleaned_data["date"], name=form.cleaned_data["name"], actor=staff(request), at=now()
        ),
    )
    if made is not None:
        messages.success(request, f"{made}: nobody works.")
        return redirect("calendar", code)
    return _again(request, row, form)


@require_POST
@login_required
def calendar_day_drop(request: HttpRequest, code: str, day_id: int) -> HttpResponse:
    """Work on a day that was off."""
    row = _calendar(request, code)
    form = forms.Form({})
    if tried(form, lambda: drop_day_off(code=code, day_id=day_id, actor=staff(request), at=now())) is not None:
        messages.success(request, "That day is worked.")
        return redirect("calendar", code)
    return _again(request, row, DayOffForm(), dropping=form)


def _again(request: HttpRequest, row: WorkCalendar, off: DayOffForm, **more: Any) -> HttpResponse:
    form = CalendarForm(initial=_there(row))
    return shown(
        request, SHEET, row, form, lambda: seen_of_calendar(calendar=row), **_days(row), off=off, **more
    )  # fmt: skip


def _calendars() -> Any:
    used = ArrayAgg("sites__name", filter=Q(sites__isnull=False), order_by="sites__name", default=[])
    return WorkCalendar.objects.annotate(used_by=used)


def _calendar(request: HttpRequest, code: str) -> Any:
    admitted(request, access.can_keep_ground(staff(request)))
    return get_object_or_404(_calendars(), code=code)


def _there(row: WorkCalendar) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in CalendarForm.base_fields}
    return {**plain, "weekdays": [day for day in row.weekdays if day != "0"]}


def _days(row: Any) -> dict[str, Any]:
    """Return what the page shows of days off: our own, past ones included, and the public ones of a year."""
    today = timezone.localdate()
    own = [(day.date, day.name, day.pk if day.date >= today else None) for day in row.extra_holidays.all()]
    public = [(day, name, None) for day, name in public_days_off(row, today, today + AHEAD)]
    return {
        "days": sorted([(*one, "own") for one in own] + [(*one, "public") for one in public], key=lambda one: one[0]),
        "facts": [("Sites", ", ".join(row.used_by) or "None yet")],
    }  # fmt: skip
