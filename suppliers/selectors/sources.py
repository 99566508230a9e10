"""Offers, preferences and authority for many lines at once: three statements whatever their number (SO-1, SU-1)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from foundation.models import Item, Site
from suppliers.decisions.sourcing import (
    CATALOGUE,
    CONTRACT,
    ENTERPRISE,
    REGION,
    SITE,
    Need,
    Offer,
    Preference,
    Sourcing,
    choose,
)
from suppliers.decisions.spend_cells import covers
from suppliers.models import CatalogueItem, CatalogueState, ContractPrice, ContractState, SourcingPreference
from suppliers.selectors.authority import cells_in, may_sell
from suppliers.selectors.contracts import left_of


@dataclass(frozen=True, slots=True)
class LineNeed:
    """One line that needs a source; `key` comes back with the answer. Quantity is in `unit`."""

    key: int
    item_id: int
    quantity: Decimal
    unit: str
    day: date


def sources_for(site: Site, needs: Iterable[LineNeed], items: dict[int, Item] | None = None) -> dict[int, Sourcing]:
    """Return the source of each line at a site, keyed as asked; `items` by key, with their category, if read already."""
    wanted = list(needs)
    if items is None:
        items = {i.pk: i for i in Item.objects.filter(pk__in={n.item_id for n in wanted}).select_related("category")}
    offers = offers_for(items, site)
    preferences = _preferences(items, site)
    answers = {}
    for need in wanted:
        item = items[need.item_id]
        frozen = Need(site.code, need.quantity, need.unit, item.category.contract_binding, site.currency)
        in_force = [
            offer for offer, start, end in offers[item.pk] if start <= need.day and (end is None or need.day <= end)
        ]
        answers[need.key] = choose(frozen, in_force, preferences[item.pk])
    return answers


Dated = tuple[Offer, date, date | None]


def offers_for(items: dict[int, Item], site: Site | None = None) -> dict[int, list[Dated]]:
    """Return every contract and catalogue offer of the items with its validity.

    With a site: in its currency, and each says whether its supplier may sell such an item there (SU-1).
    """
    found: dict[int, list[Dated]] = defaultdict(list)
    prices = ContractPrice.objects.filter(item_id__in=items, contract__state=ContractState.ACTIVE)
    catalogue = CatalogueItem.objects.filter(item_id__in=items, state=CatalogueState.ACTIVE)
    if site is not None:
        prices = prices.filter(contract__currency=site.currency).annotate(may=may_sell("contract__supplier"))
        catalogue = _with_terms_at(site, catalogue.filter(currency=site.currency)).annotate(may=may_sell("supplier"))
    parts = {}
    for entry in catalogue.select_related("supplier", "unit"):
        parts[entry.supplier_id, entry.item_id] = entry
        offer = _authorised(_catalogue_offer(entry), entry, items[entry.item_id], site)
        found[entry.item_id].append((offer, entry.valid_from, entry.valid_to))
    for price in prices.select_related("contract__supplier", "unit").annotate(
        used=F("contract__ordered_amount"), ceiling=F("contract__ceiling_amount")
    ):
        known = parts.get((price.contract.supplier_id, price.item_id))
        offer = _authorised(_contract_offer(price, known), price, items[price.item_id], site)
        found[price.item_id].append((offer, price.contract.valid_from, price.contract.valid_to))
    return found


def _authorised(offer: Offer, row: Any, item: Item, site: Site | None) -> Offer:
    if site is None or covers(cells_in(row.may), item.category.path, site.code):
        return offer
    return replace(offer, is_authorised=False)


def _with_terms_at(site: Site, catalogue: QuerySet[CatalogueItem]) -> QuerySet[CatalogueItem]:
    """Let what is different at a site stand for what is offered everywhere."""
    here = FilteredRelation("at_sites", condition=Q(at_sites__site=site))
    return catalogue.annotate(here=here).annotate(
        minimum_here=F("here__minimum_quantity"), multiple_here=F("here__multiple"), lead_here=F("here__lead_time_days")
    )


def _terms(entry: Any) -> tuple[Decimal, Decimal, int]:
    """Return minimum, multiple and lead time, as at the site when it was asked for."""
    minimum, multiple, lead = (getattr(entry, name, None) for name in ("minimum_here", "multiple_here", "lead_here"))
    return (
        entry.minimum_quantity if minimum is None else minimum, entry.multiple if multiple is None else multiple,
        entry.lead_time_days if lead is None else lead,
    )  # fmt: skip


def _catalogue_offer(entry: CatalogueItem) -> Offer:
    supplier, (minimum, multiple, lead) = entry.supplier, _terms(entry)
    return Offer(
        supplier.pk, supplier.code, supplier.name, supplier.state, CATALOGUE, entry.unit.code, entry.unit_price,
        entry.currency, catalogue_item_id=entry.pk, supplier_part=entry.supplier_part, minimum=minimum,
        multiple=multiple, lead_time_days=lead,
    )  # fmt: skip


def _contract_offer(price: ContractPrice, known: CatalogueItem | None) -> Offer:
    contract = price.contract
    supplier, (minimum, multiple, lead) = contract.supplier, _terms(known) if known else (Decimal(0), Decimal(0), 0)
    return Offer(
        supplier.pk, supplier.code, supplier.name, supplier.state, CONTRACT, price.unit.code, price.unit_price,
        contract.currency, price.from_quantity, frozenset(price.site_codes or contract.site_codes), contract.pk, contract.number,
        known.pk if known else None, known.supplier_part if known else "",
        minimum, multiple, lead, left_of(contract),
    )  # fmt: skip


def _preferences(items: dict[int, Item], site: Site) -> dict[int, list[Preference]]:
    paths = {pk: item.category.path.strip("/").split("/") for pk, item in items.items()}
    codes = {code for path in paths.values() for code in path}
    rows = SourcingPreference.objects.filter(
        Q(item_id__in=items) | Q(category__code__in=codes),
        Q(site=site) | Q(region=site.region_id) | Q(site=None, region=None),
    ).values_list("item_id", "category__code", "site_id", "region_id", "supplier_id", "rank", "is_blocked")
    found: dict[int, list[Preference]] = {pk: [] for pk in items}
    for item_id, code, site_id, region_id, supplier_id, rank, blocked in rows:
        level = SITE if site_id else REGION if region_id else ENTERPRISE
        for pk, path in paths.items():
            if item_id == pk or (code and code in path):
                found[pk].append(Preference(supplier_id, level, rank, blocked, for_item=bool(item_id)))
    return found
