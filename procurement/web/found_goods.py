"""Goods at the dock that fit no order: what stands there is written down, and somebody else finds out why (GR-1)."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from foundation.access import sites_with
from foundation.models import Site, User
from foundation.roles import RECEIVE
from procurement.models import Condition
from procurement.services import FoundLine, report_found_goods
from procurement.validators import validate_quantity

ROWS = 3


class FoundHeadForm(forms.Form):
    """Where the goods stand and what the papers say."""

    site = forms.ModelChoiceField(Site.objects.none(), label="Site")
    order_number = forms.CharField(max_length=40, required=False, label="Order number on the papers")
    delivery_note = forms.CharField(max_length=40, required=False, label="Delivery note number")
    note = forms.CharField(max_length=500, required=False, label="Note", help_text="Who brought it, where it stands.")

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]  # set at run time, unknown to the stubs


class FoundLineForm(forms.Form):
    """One kind of goods."""

    description = forms.CharField(max_length=200, required=False, label="What it is")
    quantity = forms.DecimalField(
        required=False,
        label="Quantity",
        validators=[validate_quantity],
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": "Type a number such as 12 or 12.5, with no comma."},
    )
    unit = forms.CharField(max_length=10, required=False, label="Unit", help_text="As counted: box, pallet, ea.")
    condition = forms.ChoiceField(choices=Condition.choices, initial=Condition.GOOD, label="Condition")

    def clean(self) -> dict[str, Any]:
        """Refuse half a line."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("description") and data.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", "Enter how much of it there is.")
        if data.get("quantity") is not None and not data.get("description"):
            self.add_error("description", "Say what it is.")
        return data


FoundLineFormSet = forms.formset_factory(FoundLineForm, extra=ROWS, max_num=20, absolute_max=40)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def found_goods(request: HttpRequest) -> HttpResponse:
    """Write down goods that fit no order; the buyer gets the case."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    sites = sites_with(request.user, RECEIVE).order_by("name")
    first = sites.first()
    if first is None:
        raise Http404
    if request.method != "POST":
        head = FoundHeadForm(sites=sites, initial={"site": first})
        return _page(request, head, FoundLineFormSet(prefix="lines"), uuid.uuid4().hex)
    head, lines = FoundHeadForm(request.POST, sites=sites), FoundLineFormSet(request.POST, prefix="lines")
    key = request.POST.get("key", "")[:64] or uuid.uuid4().hex
    if not (head.is_valid() and lines.is_valid()):
        return _page(request, head, lines, key, status=422)
    found = [_line(row.cleaned_data) for row in lines if row.cleaned_data.get("description")]
    if not found:
        head.add_error(None, "Write down at least one kind of goods.")
        return _page(request, head, lines, key, status=422)
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    case = report_found_goods(
        source="web", external_id=key, received_at=now, lines=found, actor=request.user, at=now, **head.cleaned_data
    )
    messages.success(
        request, f"Written down as {case.number}. Keep the goods apart; the buyer finds out what they are."
    )
    return redirect("receiving")


def _line(data: dict[str, Any]) -> FoundLine:
    return FoundLine(data["description"], data["quantity"], data["unit"], data["condition"])


def _page(request: HttpRequest, head: FoundHeadForm, lines: Any, key: str, status: int = 200) -> HttpResponse:
    context = {"head": head, "lines": lines, "key": key}
    return render(request, "procurement/receiving/found.html", context, status=status)
