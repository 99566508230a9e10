"""The catalogue for those who keep it: offers of every supplier, their terms, prices of before, and what differs by site."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation.models import Site
from foundation.selectors import changes_of
from foundation.web.csvout import stream_csv
from foundation.web.door import now, staff, tried
from foundation.web.keyset import paginate
from foundation.web.numbers import NumberField
from foundation.web.typed import seen_version
from suppliers import access
from suppliers.models import CatalogueItem, CatalogueState
from suppliers.selectors.offers import DAYS, day_names, offers_list, prices_of, sites_of
from suppliers.services import OfferDetails, SiteTerms, change_offer, set_offer_at_site, withdraw_offer

TABS = (("active", "Offered"), ("withdrawn", "Withdrawn"), ("all", "All"))
CSV_HEAD = [
    "Supplier", "Item", "Name", "Supplier part", "GTIN", "Unit", "Price", "Currency", "Since", "Minimum", "Multiple",
    "Lead time days", "State",
]  # fmt: skip
_DAYS = [(str(number), name) for number, name in enumerate(DAYS, start=1)]


class OfferForm(forms.Form):
    """What an offer says."""

    supplier_part = forms.CharField(required=False, max_length=40, label="Supplier's part number")
    gtin = forms.CharField(required=False, max_length=14, label="Barcode (GTIN)")
    unit_price = NumberField(label="Price per unit")
    minimum_quantity = NumberField(label="Minimum")
    multiple = NumberField(label="Order multiple")
    lead_time_days = forms.IntegerField(min_value=0, max_value=730, label="Lead time in days")


class SiteTermsForm(forms.Form):
    """What is different at a site; all of it empty makes it as everywhere."""

    site = forms.ModelChoiceField(Site.objects.none(), to_field_name="code", label="Site", empty_label="Choose")
    minimum_quantity = NumberField(required=False, label="Minimum")
    multiple = NumberField(required=False, label="Order multiple")
    lead_time_days = forms.IntegerField(required=False, min_value=0, max_value=730, label="Lead time in days")
    order_days = forms.MultipleChoiceField(
        required=False, choices=_DAYS, widget=forms.CheckboxSelectMultiple, label="Orders are taken on"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above; for the type checker
        field.queryset = Site.objects.filter(is_active=True)

    def terms(self) -> SiteTerms:
        """Return what was written, as the service takes it."""
        data = self.cleaned_data
        return SiteTerms(
            data["minimum_quantity"], data["multiple"], data["lead_time_days"], "".join(sorted(data["order_days"]))
        )


class EndForm(forms.Form):
    """Why something ends."""

    reason = forms.CharField(max_length=300, label="Why")


def _matching(request: HttpRequest) -> Any:
    text, supplier = request.GET.get("q", "").strip()[:80], request.GET.get("supplier", "")[:16]
    state = request.GET.get("state", "active")
    return offers_list(access.visible_offers(staff(request)), text=text, supplier=supplier, state=state)


@require_safe
@login_required
def offers(request: HttpRequest) -> HttpResponse:
    """List what suppliers offer."""
    context = {
        "page": paginate(request, _matching(request)), "tabs": TABS, "state": request.GET.get("state", "active"),
        "text": request.GET.get("q", "").strip()[:80], "supplier": request.GET.get("supplier", "")[:16],
        "may_bring": access.can_bring_prices(staff(request)),
    }  # fmt: skip
    return render(request, "suppliers/offer/list.html", context)


@require_safe
@login_required
def offers_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Export the filtered list."""
    rows = _matching(request).order_by("pk")

    def lines() -> Iterator[list[Any]]:
        for o in rows.iterator(chunk_size=1_000):
            yield [
                o.supplier.code, o.item.code, o.item.name, o.supplier_part, o.gtin, o.unit.code, o.unit_price, o.currency,
                o.priced_from or o.valid_from, o.minimum_quantity, o.multiple, o.lead_time_days, o.get_state_display(),
            ]  # fmt: skip

    return stream_csv("catalogue.csv", CSV_HEAD, lines())


@require_safe
@login_required
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Show an offer with its prices of before and what differs by site."""
    return _page(request, _find(request, offer_id))


def _find(request: HttpRequest, offer_id: int) -> CatalogueItem:
    rows = access.visible_offers(staff(request)).select_related("supplier", "item", "unit", "price_list")
    return get_object_or_404(rows.defer("price_list__content"), pk=offer_id)


def _page(
    request: HttpRequest, found: CatalogueItem, *, verb: str = "", form: forms.Form | None = None
) -> HttpResponse:
    there = {
        name: getattr(found, name)
        for name in ("supplier_part", "gtin", "unit_price", "minimum_quantity", "multiple", "lead_time_days")
    }
    blank: dict[str, forms.Form] = {
        "change": OfferForm(initial=_plain(there)), "site": SiteTermsForm(auto_id="id_site_%s"), "withdraw": EndForm(),
    }  # fmt: skip
    if form is not None:
        blank[verb] = form
    context = {
        "offer": found, "forms": blank, "failed": verb, "wrong": form, "prices": prices_of(found),
        "sites": [(row, day_names(row.order_days)) for row in sites_of(found)], "history": changes_of(found),
        "may_change": access.can_bring_prices(staff(request)) and found.state == CatalogueState.ACTIVE,
    }  # fmt: skip
    return render(request, "suppliers/offer/detail.html", context, status=422 if form is not None else 200)


def _plain(there: dict[str, Any]) -> dict[str, Any]:
    return {name: f"{v.normalize():f}" if hasattr(v, "normalize") else v for name, v in there.items()}


FORMS: dict[str, Any] = {
    "change": OfferForm, "site": lambda data: SiteTermsForm(data, auto_id="id_site_%s"), "withdraw": EndForm,
}  # fmt: skip
SAID = {
    "change": "The offer is saved.", "site": "The terms at the site are saved.",
    "withdraw": "It is offered no longer.",
}  # fmt: skip


@require_POST
@login_required
def offer_do(request: HttpRequest, offer_id: int, verb: str) -> HttpResponse:
    """Change an offer, say what differs at a site, or end it; a refusal comes back beside its field."""
    found = _find(request, offer_id)
    if verb not in FORMS:
        raise Http404
    form = FORMS[verb](request.POST)
    known: dict[str, Any] = {
        "offer_id": found.pk, "expected_version": seen_version(request), "actor": staff(request), "at": now(),
    }  # fmt: skip

    def act() -> CatalogueItem:
        if verb == "change":
            return change_offer(**known, details=OfferDetails(**form.cleaned_data))
        if verb == "site":
            return set_offer_at_site(**known, site=form.cleaned_data["site"].code, terms=form.terms())
        return withdraw_offer(**known, reason=form.cleaned_data["reason"])

    if tried(form, act) is None:
        return _page(request, found, verb=verb, form=form)
    messages.success(request, SAID[verb])
    return redirect("offer", found.pk)
