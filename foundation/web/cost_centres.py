"""Cost centres and their owners, for those who keep the ground."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from foundation import access
from foundation.models import CostCentre, Site, User
from foundation.services import CostCentreDetails, change_cost_centre, create_cost_centre, seen_of_cost_centre
from foundation.web.csvout import stream_csv
from foundation.web.door import admitted, now, staff
from foundation.web.keeping import Sheet, changed, written
from foundation.web.keyset import paginate

SHEET = Sheet("cost_centres", "Cost centres", "Open a cost centre", slot="cost_centre.main")
TABS = (("", "Open"), ("out", "Closed"), ("all", "All"))
CSV_HEAD = ["Code", "Name", "Site", "Owner", "Open"]


class CostCentreForm(forms.Form):
    """What may change at a cost centre."""

    name = forms.CharField(max_length=80, label="Name")
    owner = forms.ModelChoiceField(
        User.objects.none(), required=False, label="Owner", empty_label="Nobody",
        help_text="may be asked to approve what it pays",
    )  # fmt: skip
    is_active = forms.BooleanField(required=False, initial=True, label="Open for new requisitions")

    def __init__(self, *args: Any, owner_id: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101 - declared above; for the type checker
        who = User.objects.filter(Q(is_active=True) | Q(pk=owner_id), kind=User.Kind.STAFF)
        owner.queryset = who.order_by("first_name", "last_name")

    def details(self) -> CostCentreDetails:
        """Return what was written, as the service takes it."""
        return CostCentreDetails(**{name: self.cleaned_data[name] for name in CostCentreForm.base_fields})


class NewCostCentreForm(CostCentreForm):
    """A new cost centre."""

    code = forms.CharField(max_length=16, label="Code", help_text="letters, digits and hyphens; it stays")
    site = forms.ModelChoiceField(
        Site.objects.filter(is_active=True).order_by("name"), label="Site", empty_label="Choose", help_text="it stays"
    )
    field_order = ("name", "code", "site", "owner")


@require_safe
@login_required
def cost_centres(request: HttpRequest) -> HttpResponse:
    """List cost centres, the newest first."""
    admitted(request, access.can_keep_ground(staff(request)))
    context = {
        "page": paginate(request, _matching(request)), "tabs": TABS, "text": request.GET.get("q", "").strip()[:80],
        "site": request.GET.get("site", ""), "state": request.GET.get("state", ""),
        "is_filtered": any(request.GET.get(name) for name in ("site", "state")),
        "sites": Site.objects.order_by("name").only("code", "name"),
    }  # fmt: skip
    return render(request, "master/cost_centres.html", context)


@require_safe
@login_required
def cost_centres_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Export the filtered list."""
    admitted(request, access.can_keep_ground(staff(request)))
    lines = (
        [c.code, c.name, c.site.code, c.owner.username if c.owner else "", "yes" if c.is_active else "no"]
        for c in _matching(request).order_by("-pk").iterator(chunk_size=500)
    )
    return stream_csv("cost_centres.csv", CSV_HEAD, lines)


def _matching(request: HttpRequest) -> Any:
    text, site, state = (request.GET.get(name, "").strip()[:80] for name in ("q", "site", "state"))
    rows = CostCentre.objects.select_related("site", "owner")
    if text:
        owner = Q(owner__first_name__icontains=text) | Q(owner__last_name__icontains=text)
        rows = rows.filter(owner | Q(code__icontains=text) | Q(name__icontains=text))
    if site:
        rows = rows.filter(site__code=site)
    return rows if state == "all" else rows.filter(is_active=state != "out")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cost_centre_new(request: HttpRequest) -> HttpResponse:
    """Open a cost centre."""
    admitted(request, access.can_keep_ground(staff(request)))
    form = NewCostCentreForm(request.POST or None)
    return written(
        request, SHEET, form,
        lambda: create_cost_centre(
            code=form.cleaned_data["code"], site=form.cleaned_data["site"], details=form.details(),
            actor=staff(request), at=now(),
        ),
        lambda made: ("cost_centre", made.code),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cost_centre(request: HttpRequest, code: str) -> HttpResponse:
    """Show a cost centre and change it."""
    admitted(request, access.can_keep_ground(staff(request)))
    row = get_object_or_404(CostCentre.objects.select_related("site", "owner"), code=code)
    there = {"name": row.name, "owner": row.owner_id, "is_active": row.is_active}
    form = CostCentreForm(request.POST or None, initial=there, owner_id=row.owner_id)
    return changed(
        request, SHEET, row, form,
        lambda: change_cost_centre(
            code=code, seen=request.POST.get("seen", ""), details=form.details(), actor=staff(request), at=now()
        ),
        lambda: seen_of_cost_centre(centre=row),
        facts=[("Site", row.site)],
    )  # fmt: skip
