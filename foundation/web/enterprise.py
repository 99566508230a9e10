"""Regions and legal entities, for those who keep the ground."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from foundation import access
from foundation.models import LegalEntity, Region
from foundation.services import (
    EntityDetails,
    change_entity,
    change_region,
    create_entity,
    create_region,
    seen_of_entity,
    seen_of_region,
)
from foundation.web.door import admitted, now, staff
from foundation.web.keeping import Sheet, changed, written
from foundation.web.keyset import paginate_along

REGIONS = Sheet("regions", "Regions", "Add a region")
ENTITIES = Sheet("entities", "Legal entities", "Add a legal entity")
_CODE_HINT = "letters, digits and hyphens; it stays"


class RegionForm(forms.Form):
    """What may change at a region."""

    name = forms.CharField(max_length=80, label="Name")


class NewRegionForm(RegionForm):
    """A new region."""

    code = forms.CharField(max_length=12, label="Code", help_text=_CODE_HINT)


class EntityForm(forms.Form):
    """What may change at a legal entity."""

    name = forms.CharField(max_length=120, label="Name")
    country = forms.CharField(max_length=2, label="Country", help_text="such as GB; stays once a site belongs to it")
    currency = forms.CharField(max_length=3, label="Currency", help_text="such as GBP; stays likewise")
    tax_id = forms.CharField(max_length=32, required=False, label="Tax number")

    def details(self) -> EntityDetails:
        """Return what was written, as the service takes it."""
        return EntityDetails(**{name: self.cleaned_data[name] for name in EntityForm.base_fields})


class NewEntityForm(EntityForm):
    """A new legal entity."""

    code = forms.CharField(max_length=12, label="Code", help_text=_CODE_HINT)
    field_order = ("name", "code")


def _with_sites(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Return rows that match, with the names of their sites, in one statement."""
    names = ArrayAgg("sites__name", filter=Q(sites__isnull=False), order_by="sites__name", default=[])
    found: QuerySet[Any] = rows.annotate(site_names=names)
    return found.filter(Q(name__icontains=text) | Q(code__icontains=text)) if text else found


def _listed(request: HttpRequest, rows: QuerySet[Any], template: str) -> HttpResponse:
    admitted(request, access.can_keep_ground(staff(request)))
    text = request.GET.get("q", "").strip()[:80]
    return render(request, template, {"page": paginate_along(request, _with_sites(rows, text), "code"), "text": text})


@require_safe
@login_required
def regions(request: HttpRequest) -> HttpResponse:
    """List regions with their sites."""
    return _listed(request, Region.objects.all(), "master/regions.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def region_new(request: HttpRequest) -> HttpResponse:
    """Add a region."""
    admitted(request, access.can_keep_ground(staff(request)))
    form = NewRegionForm(request.POST or None)
    return written(
        request, REGIONS, form, lambda: create_region(**form.cleaned_data, actor=staff(request), at=now()),
        lambda made: ("region", made.code),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def region(request: HttpRequest, code: str) -> HttpResponse:
    """Show a region and change its name."""
    admitted(request, access.can_keep_ground(staff(request)))
    row = get_object_or_404(_with_sites(Region.objects.all(), ""), code=code)
    form = RegionForm(request.POST or None, initial={"name": row.name})
    return changed(
        request, REGIONS, row, form,
        lambda: change_region(
            code=code, seen=request.POST.get("seen", ""), name=form.cleaned_data["name"], actor=staff(request), at=now()
        ),
        lambda: seen_of_region(region=row),
        facts=[("Sites", ", ".join(row.site_names) or "None yet")],
    )  # fmt: skip


@require_safe
@login_required
def entities(request: HttpRequest) -> HttpResponse:
    """List legal entities with their sites."""
    return _listed(request, LegalEntity.objects.all(), "master/entities.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def entity_new(request: HttpRequest) -> HttpResponse:
    """Add a legal entity."""
    admitted(request, access.can_keep_ground(staff(request)))
    form = NewEntityForm(request.POST or None)
    return written(
        request, ENTITIES, form,
        lambda: create_entity(
            code=form.cleaned_data["code"], details=form.details(), actor=staff(request), at=now()
        ),
        lambda made: ("entity", made.code),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def entity(request: HttpRequest, code: str) -> HttpResponse:
    """Show a legal entity and change it."""
    admitted(request, access.can_keep_ground(staff(request)))
    row = get_object_or_404(_with_sites(LegalEntity.objects.all(), ""), code=code)
    form = EntityForm(request.POST or None, initial={name: getattr(row, name) for name in EntityForm.base_fields})
    return changed(
        request, ENTITIES, row, form,
        lambda: change_entity(
            code=code, seen=request.POST.get("seen", ""), details=form.details(), actor=staff(request), at=now()
        ),
        lambda: seen_of_entity(entity=row),
        facts=[("Sites", ", ".join(row.site_names) or "None yet")],
    )  # fmt: skip
