"""Finding items: codes first, then supplier parts, then words (UX 6.1)."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from foundation.models import Item, Site
from suppliers.decisions.sourcing import Sourcing
from suppliers.models import CatalogueItem, CatalogueState
from suppliers.selectors.sources import LineNeed, sources_for

LIMIT = 20


@dataclass(frozen=True, slots=True)
class Found:
    """An item with where it would come from at this site, one ordering unit of it."""

    item: Item
    unit: str
    sourcing: Sourcing


def find_items(text: str, limit: int = LIMIT) -> list[Item]:
    """Return active items whose code, supplier part, GTIN or words begin with what was typed; best first."""
    text = text.strip()[:80]
    if not text:
        return []
    key = re.sub(r"[^A-Z0-9]", "", text.upper())
    found: list[Item] = []
    items = Item.objects.filter(is_active=True).select_related("category", "base_unit")
    for step in (
        items.filter(code_key__startswith=key).order_by("code") if key else items.none(),
        items.filter(pk__in=_by_part(text)).order_by("code"),
        items.filter(gtin=text).order_by("code") if text.isdigit() else items.none(),
        by_words(items, text),
    ):
        found += [item for item in step[:limit] if item not in found]
        if len(found) >= limit:
            break
    return found[:limit]


def _by_part(text: str) -> QuerySet[CatalogueItem, int]:
    return CatalogueItem.objects.filter(state=CatalogueState.ACTIVE, supplier_part__istartswith=text).values_list(
        "item_id", flat=True
    )


def by_words(items: QuerySet[Item], text: str) -> QuerySet[Item]:
    """Return the items whose name or description holds words that begin as typed; by name."""
    words = re.findall(r"\w+", text.lower())
    if not words:
        return items.none()
    query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
    return items.annotate(text=SearchVector("name", "description", config="simple")).filter(text=query).order_by("name")


def search_catalogue(site: Site, text: str, day: date, limit: int = LIMIT) -> list[Found]:
    """Return found items with their source at a site; a constant number of statements."""
    items = find_items(text, limit)
    units = ordering_units([item.pk for item in items])
    needs = [LineNeed(item.pk, item.pk, Decimal(1), units.get(item.pk, item.base_unit.code), day) for item in items]
    sources = sources_for(site, needs) if needs else {}
    return [Found(item, units.get(item.pk, item.base_unit.code), sources[item.pk]) for item in items]


def ordering_units(item_ids: list[int]) -> dict[int, str]:
    """Return the unit each item is usually ordered in: that of its cheapest active offer's pack, by catalogue order."""
    rows = (
        CatalogueItem.objects.filter(Q(item_id__in=item_ids), state=CatalogueState.ACTIVE)
        .order_by("item_id", "pk")
        .values_list("item_id", "unit__code")
    )
    found: dict[int, str] = {}
    for item_id, unit in rows:
        found.setdefault(item_id, unit)
    return found


def resolve_codes(typed: list[str]) -> dict[str, str]:
    """Return the item code each typed code means: our code, a GTIN or a supplier's part; two statements.

    A supplier's part that two items share means neither of them.
    """
    keys = {code: re.sub(r"[^A-Z0-9]", "", code.upper()) for code in typed if code}
    found: dict[str, str] = {}
    items = Item.objects.filter(Q(code_key__in=keys.values()) | Q(gtin__in=[c for c in typed if c]), is_active=True)
    by_key, by_gtin = {}, {}
    for code, key, gtin in items.values_list("code", "code_key", "gtin"):
        by_key[key], by_gtin[gtin] = code, code
    parts: dict[str, set[str]] = {}
    entries = CatalogueItem.objects.filter(
        state=CatalogueState.ACTIVE, supplier_part__in=[c for c in typed if c], item__is_active=True
    )
    for part, code in entries.values_list("supplier_part", "item__code"):
        parts.setdefault(part, set()).add(code)
    for code, key in keys.items():
        shared = parts.get(code, set())
        meant = by_key.get(key) or by_gtin.get(code) or (next(iter(shared)) if len(shared) == 1 else None)
        if meant:
            found[code] = meant
    return found
