"""Items and their packs, for those who keep the ground."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation import access
from foundation.quantity import plain
from foundation.selectors import ItemFilters, category_choices, changes_of, items_for_keeping, packs_of
from foundation.services import change_item, create_item, drop_pack, save_pack, seen_of_item
from foundation.web.csvout import stream_csv
from foundation.web.door import admitted, now, staff, tried
from foundation.web.item_files import COLUMNS
from foundation.web.item_forms import STATES, ItemForm, NewItemForm, PackForm, unit_choices
from foundation.web.keyset import paginate


def _filters(request: HttpRequest) -> ItemFilters:
    return ItemFilters(**{name: request.GET.get(name, "").strip()[:80] for name in ("q", "category", "state")})


@require_safe
@login_required
def items(request: HttpRequest) -> HttpResponse:
    """List items, the newest first; the filters live in the address."""
    admitted(request, access.can_keep_ground(staff(request)))
    filters = _filters(request)
    context = {
        "page": paginate(request, items_for_keeping(filters)), "tabs": STATES, "filters": filters,
        "is_filtered": filters != ItemFilters(), "categories": category_choices(),
    }  # fmt: skip
    return render(request, "master/items.html", context)


@require_safe
@login_required
def items_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Export the filtered list, as the import reads it."""
    admitted(request, access.can_keep_ground(staff(request)))
    found = items_for_keeping(_filters(request)).order_by("-pk")

    def rows() -> Iterator[list[Any]]:
        for item in found.iterator(chunk_size=500):
            packs = "; ".join(f"{unit}={plain(factor)}" for unit, factor in packs_of(item).items())
            yield [
                item.code, item.name, item.category.code, item.base_unit.code, packs, item.gtin, item.description,
                "yes" if item.is_active else "no",
            ]  # fmt: skip

    return stream_csv("items.csv", list(COLUMNS), rows())


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def item_new(request: HttpRequest) -> HttpResponse:
    """Add an item."""
    admitted(request, access.can_keep_ground(staff(request)))
    form = NewItemForm(request.POST or None, units=unit_choices())
    made = tried(
        form,
        lambda: create_item(
            code=form.cleaned_data["code"], details=form.details(), actor=staff(request), at=now()
        ),
    )  # fmt: skip
    if made is not None:
        messages.success(request, f"{made} is there. Add the packs it comes in next.")
        return redirect("item", made.code)
    return render(request, "master/item_form.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@login_required
def item(request: HttpRequest, code: str) -> HttpResponse:
    """Show an item with packs, offers and history."""
    return _page(request, _item(request, code))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def item_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change an item."""
    found = _item(request, code)
    there = {
        "name": found.name, "category": found.category.code, "base_unit": found.base_unit.code, "gtin": found.gtin,
        "description": found.description, "is_active": found.is_active,
    }  # fmt: skip
    form = ItemForm(request.POST or None, units=unit_choices(), initial=there)
    saved = tried(
        form,
        lambda: change_item(
            code=code, seen=request.POST.get("seen", ""), details=form.details(), actor=staff(request), at=now()
        ),
    )
    if saved is not None:
        messages.success(request, f"{saved} is saved.")
        return redirect("item", code)
    context = {"item": found, "form": form, "seen": _seen(request, found)}
    return render(request, "master/item_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def item_pack(request: HttpRequest, code: str) -> HttpResponse:
    """Add a pack, or correct what one holds."""
    found = _item(request, code)
    form = PackForm(request.POST or None, item=found, units=unit_choices())
    saved = tried(
        form,
        lambda: save_pack(
            code=code, seen=request.POST.get("seen", ""), pack=form.pack(), actor=staff(request), at=now()
        ),
    )
    if saved is not None:
        messages.success(request, "The pack is saved.")
        return redirect("item", code)
    context = {"item": found, "form": form, "seen": _seen(request, found)}
    return render(request, "master/item_pack.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def item_pack_drop(request: HttpRequest, code: str, unit: str) -> HttpResponse:
    """Take a pack away that nothing uses."""
    found, form = _item(request, code), forms.Form({})
    dropped = tried(
        form,
        lambda: drop_pack(code=code, seen=request.POST.get("seen", ""), unit=unit, actor=staff(request), at=now()),
    )
    if dropped is not None:
        messages.success(request, "The pack is taken away.")
        return redirect("item", code)
    return _page(request, found, wrong=form)


def _item(request: HttpRequest, code: str) -> Any:
    admitted(request, access.can_keep_ground(staff(request)))
    return get_object_or_404(items_for_keeping(), code=code)


def _seen(request: HttpRequest, found: Any) -> str:
    return request.POST.get("seen") or seen_of_item(item=found, packs=packs_of(found))


def _page(request: HttpRequest, found: Any, wrong: forms.Form | None = None) -> HttpResponse:
    context = {"item": found, "wrong": wrong, "history": changes_of(found), "seen": _seen(request, found)}
    return render(request, "master/item.html", context, status=422 if wrong else 200)
