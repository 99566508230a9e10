"""Items for the pages of those who keep the ground."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import CharField, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, JSONObject

from foundation.models import Category, Item, ItemUnit
from foundation.registries import item_numbers


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """What a list of items is narrowed to; `state` is "" for those that may be ordered, "out" for the others, or "all"."""

    q: str = ""
    category: str = ""
    state: str = ""


def items_for_keeping(filters: ItemFilters = ItemFilters(state="all")) -> QuerySet[Any]:
    """Return items with category and packs, by our code, words, barcode, or a number upper rooms know them by.

    One statement, packs included: `pack_rows` holds code, name and symbol of each unit and, as text, its factor.
    """
    packs = ItemUnit.objects.filter(item=OuterRef("pk")).order_by("factor", "pk")
    told = JSONObject(
        code="unit__code", name="unit__name", symbol="unit__symbol", factor=Cast("factor", CharField())
    )  # fmt: skip
    rows = Item.objects.select_related("category", "base_unit").annotate(
        pack_rows=ArraySubquery(packs.values_list(told, flat=True))
    )
    if filters.state in {"", "out"}:
        rows = rows.filter(is_active=filters.state == "")
    if filters.category:
        paths = Category.objects.filter(code=filters.category).values_list("path", flat=True)
        rows = rows.filter(category__path__startswith=next(iter(paths), "?"))
    return rows.filter(_matching(filters.q)) if filters.q.strip() else rows


def packs_of(item: Any) -> dict[str, Decimal]:
    """Return the packs of an item of `items_for_keeping`: unit code to base units; no statement."""
    return {pack["code"]: Decimal(pack["factor"]) for pack in item.pack_rows}


def _matching(text: str) -> Q:
    text = text.strip()[:80]
    key = re.sub(r"[^A-Z0-9]", "", text.upper())
    found = Q(code_key__startswith=key) if key else Q(pk__in=[])
    if text.isascii() and text.isdigit():
        found |= Q(gtin=text)
    words = re.findall(r"\w+", text.lower())
    if words:
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
        texts = Item.objects.annotate(text=SearchVector("name", "description", config="simple")).filter(text=query)
        found |= Q(pk__in=texts.values("pk"))
    for finder in item_numbers:
        found |= Q(pk__in=finder(text))
    return found


def category_choices() -> list[tuple[str, str]]:
    """Return (code, name) of every category in the order of the tree, indented by its depth; one statement."""
    rows = Category.objects.order_by("path").values_list("code", "name", "path")
    return [(code, "\u2003" * (path.count("/") - 1) + name) for code, name, path in rows]
