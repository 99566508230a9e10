"""Who comes first: what is set where, setting it for one's own place, and what follows at a site with why and why not."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from foundation.access import holds_anywhere
from foundation.models import Category, Item, Region, Site, User
from foundation.roles import VIEW
from foundation.web.door import now, staff, tried
from suppliers import access
from suppliers.models import SourcingPreference, Supplier
from suppliers.selectors.buyers import buyers_at
from suppliers.selectors.sequences import (
    Place,
    candidates,
    effective,
    seen_of_sequence,
    sequence_of,
    sequences,
    wider_blocks,
)
from suppliers.services import Wanted, set_sequence

SHOWN = 200


def _viewer(request: HttpRequest) -> User:
    user = staff(request)
    if not holds_anywhere(user, VIEW):
        raise Http404
    return user


@require_safe
@login_required
def sequence_list(request: HttpRequest) -> HttpResponse:
    """List what is set, narrowed to a word and a site."""
    user = _viewer(request)
    text, site = request.GET.get("q", "").strip()[:60], request.GET.get("site", "")[:8]
    found = sequences(text=text, site=site)
    context = {
        "rows": found[:SHOWN], "has_more": len(found) > SHOWN, "text": text, "site": site,
        "sites": Site.objects.filter(is_active=True), "may_set": _may_somewhere(user),
    }  # fmt: skip
    return render(request, "suppliers/sequence/list.html", context)


def _may_somewhere(user: User) -> bool:
    return bool(access.can_set_sequence(user, site=None, region=None))


class RankForm(forms.Form):
    """A number for each supplier: 1 comes first, empty has no place; and whom never."""

    def __init__(self, suppliers: list[Supplier], held: list[SourcingPreference], data: Any = None) -> None:
        there = {row.supplier_id: row for row in held}
        super().__init__(data)
        self.suppliers = suppliers
        for supplier in suppliers:
            row = there.get(supplier.pk)
            ranked = row is not None and not row.is_blocked
            self.fields[f"rank_{supplier.pk}"] = forms.IntegerField(
                required=False, min_value=1, max_value=50, label=f"Place of {supplier}",
                initial=row.rank if row and ranked else None,
            )  # fmt: skip
            self.fields[f"never_{supplier.pk}"] = forms.BooleanField(
                required=False, label=f"Never from {supplier}", initial=bool(row and row.is_blocked)
            )

    def rows(self) -> list[tuple[Supplier, forms.BoundField, forms.BoundField]]:
        """Return each supplier with its two fields."""
        return [(s, self[f"rank_{s.pk}"], self[f"never_{s.pk}"]) for s in self.suppliers]

    def wanted(self) -> Wanted:
        """Return the order that was written; equal numbers go by name."""
        data = self.cleaned_data
        never = [s for s in self.suppliers if data[f"never_{s.pk}"]]
        placed = [s for s in self.suppliers if data[f"rank_{s.pk}"] and s not in never]
        placed.sort(key=lambda s: (data[f"rank_{s.pk}"], s.name))
        return Wanted(tuple(s.code for s in placed), tuple(s.code for s in never))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sequence(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Show and set one sequence, with what follows for the item at a site and what is set wider."""
    user = _viewer(request)
    item, category, site, region = _chosen(request, kind, code)
    about: dict[str, Any] = {"item": item, "category": category, "site": site, "region": region}
    held = list(sequence_of(**about).order_by("is_blocked", "rank", "pk"))
    named = candidates(item, category)
    named += [row.supplier for row in held if row.supplier not in named]
    form = RankForm(named, held, request.POST or None)
    done = tried(
        form,
        lambda: set_sequence(
            item=item.code if item else "", category=category.code if category else "",
            place=Place(site.code if site else "", region.code if region else ""), wanted=form.wanted(),
            seen=request.POST.get("seen", ""), actor=user, at=now(),
        ),
    )  # fmt: skip
    if done is not None:
        messages.success(request, "The sequence is saved. Needs that are submitted from now on follow it.")
        return redirect(_address(**about))
    unit, sourcing = effective(item, site, timezone.localdate()) if item and site else ("", None)
    context = {
        **about, "form": form, "seen": request.POST.get("seen") or seen_of_sequence(held), "unit": unit,
        "sourcing": sourcing, "buyers": buyers_at(site) if item and site else (), "blocks": wider_blocks(**about), "places": _places(item, category),
        "verdict": access.can_set_sequence(user, site=site, region=region), "address": _address(**about),
    }  # fmt: skip
    return render(request, "suppliers/sequence/one.html", context, status=422 if form.errors else 200)


def _chosen(
    request: HttpRequest, kind: str, code: str
) -> tuple[Item | None, Category | None, Site | None, Region | None]:
    """Return what the address is about; what there is not is 404."""
    there = {name: request.GET.get(name, "")[:16] for name in ("site", "region")}
    item = Item.objects.select_related("category", "base_unit").filter(code=code).first() if kind == "item" else None
    category = Category.objects.filter(code=code).first() if kind == "category" else None
    site = Site.objects.select_related("region").filter(code=there["site"]).first() if there["site"] else None
    region = Region.objects.filter(code=there["region"]).first() if there["region"] and site is None else None
    unknown = (there["site"] and site is None) or (there["region"] and site is None and region is None)
    if unknown or (item is None and category is None):
        raise Http404
    return item, category, site, region


def _address(
    *, item: Item | None, category: Category | None, site: Site | None = None, region: Region | None = None
) -> str:
    kind, code = ("item", item.code) if item else ("category", category.code if category else "")
    where = urlencode({name: row.code for name, row in (("site", site), ("region", region)) if row})
    return f"{reverse('sequence', args=[kind, code])}{'?' if where else ''}{where}"


def _places(item: Item | None, category: Category | None) -> list[tuple[str, str]]:
    """Return address and name of every place the sequence may be set for."""
    about: dict[str, Any] = {"item": item, "category": category}
    return [
        (_address(**about), "Everywhere"),
        *((_address(**about, region=region), region.name) for region in Region.objects.order_by("name")),
        *((_address(**about, site=site), site.name) for site in Site.objects.filter(is_active=True)),
    ]
