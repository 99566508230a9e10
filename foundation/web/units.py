"""Units of measure, for those who keep the ground."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from foundation import access
from foundation.models import UnitOfMeasure
from foundation.quantity import plain
from foundation.services import UnitDetails, change_unit, create_unit, seen_of_unit
from foundation.web.door import admitted, now, staff
from foundation.web.keeping import Sheet, changed, written
from foundation.web.keyset import paginate_along
from foundation.web.numbers import NumberField

SHEET = Sheet("units", "Units", "Add a unit")
DIMENSIONS = [
    ("", "Nothing by itself: a pack or a piece"), ("mass", "Mass, in grams"), ("length", "Length, in millimetres"),
    ("area", "Area, in square metres"), ("volume", "Volume, in millilitres"), ("time", "Time, in hours"),
]  # fmt: skip


class UnitForm(forms.Form):
    """What may change at a unit."""

    name = forms.CharField(max_length=40, label="Name", help_text="one of it, such as case")
    symbol = forms.CharField(max_length=12, label="Symbol", help_text="as printed after a number")
    dimension = forms.ChoiceField(choices=DIMENSIONS, required=False, label="Measures")
    multiple = NumberField(label="Factor", help_text="a kilogram is 1000 grams; 1 for packs and pieces", initial="1")

    def details(self) -> UnitDetails:
        """Return what was written, as the service takes it."""
        return UnitDetails(**{name: self.cleaned_data[name] for name in UnitForm.base_fields})


class NewUnitForm(UnitForm):
    """A new unit."""

    code = forms.CharField(max_length=8, label="Code", help_text="of UN/ECE Recommendation 20 or 21, as XCS; it stays")
    field_order = ("name", "code", "symbol", "dimension", "multiple")


@require_safe
@login_required
def units(request: HttpRequest) -> HttpResponse:
    """List units by code."""
    admitted(request, access.can_keep_ground(staff(request)))
    text = request.GET.get("q", "").strip()[:40]
    words = Q(name__icontains=text) | Q(code__icontains=text) | Q(symbol__iexact=text)
    rows = UnitOfMeasure.objects.filter(words) if text else UnitOfMeasure.objects.all()
    return render(request, "master/units.html", {"page": paginate_along(request, rows, "code"), "text": text})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unit_new(request: HttpRequest) -> HttpResponse:
    """Add a unit."""
    admitted(request, access.can_keep_ground(staff(request)))
    form = NewUnitForm(request.POST or None)
    return written(
        request, SHEET, form,
        lambda: create_unit(code=form.cleaned_data["code"], details=form.details(), actor=staff(request), at=now()),
        lambda made: ("unit", made.code),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show a unit and change it."""
    admitted(request, access.can_keep_ground(staff(request)))
    row = get_object_or_404(UnitOfMeasure, code=code)
    there = {"name": row.name, "symbol": row.symbol, "dimension": row.dimension, "multiple": plain(row.multiple)}
    form = UnitForm(request.POST or None, initial=there)
    return changed(
        request, SHEET, row, form,
        lambda: change_unit(
            code=code, seen=request.POST.get("seen", ""), details=form.details(), actor=staff(request), at=now()
        ),
        lambda: seen_of_unit(unit=row),
    )  # fmt: skip
