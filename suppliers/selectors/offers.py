"""What suppliers offer, for the pages of those who keep the catalogue: found by names and numbers, with their prices."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from foundation.models import Item
from suppliers.models import CatalogueItem, CataloguePrice, CatalogueState, OfferAtSite
from suppliers.selectors.catalogue import by_words

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PRICES = 50


def offers_list(rows: QuerySet[CatalogueItem], *, text: str, supplier: str, state: str) -> QuerySet[CatalogueItem]:
    """Narrow offers to a supplier and a state, and by name, our code, the supplier's part number or a barcode."""
    if text:
        key = re.sub(r"[^A-Z0-9]", "", text.upper())
        found = Q(supplier_part__istartswith=text) | Q(item__in=by_words(Item.objects.all(), text).values("pk"))
        if key:
            found |= Q(item__code_key__startswith=key)
        if text.isascii() and text.isdigit():
            found |= Q(gtin=text) | Q(item__gtin=text)
        rows = rows.filter(found)
    if supplier:
        rows = rows.filter(supplier__code=supplier)
    if state in CatalogueState.values:
        rows = rows.filter(state=state)
    return rows.select_related("supplier", "item", "unit")


def prices_of(offer: CatalogueItem) -> Sequence[CataloguePrice]:
    """Return what an offer cost from when to when, the newest first."""
    return list(offer.prices.select_related("price_list").defer("price_list__content").order_by("-pk")[:PRICES])


def sites_of(offer: CatalogueItem) -> Sequence[OfferAtSite]:
    """Return the sites where something about an offer is different."""
    return list(offer.at_sites.select_related("site").order_by("site__code"))


def day_names(order_days: str) -> str:
    """Return the days of a week in words; every day when none is named."""
    return ", ".join(DAYS[int(day) - 1] for day in order_days) or "any day"


def price_on(offer: CatalogueItem, day: date) -> Decimal | None:
    """Return what an offer cost on a day; nothing before it was offered."""
    rows = offer.prices.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day).order_by("-pk")
    return rows.values_list("unit_price", flat=True).first()
