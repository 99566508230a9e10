"""Preferred sequences as their pages read them: what is set where, who could be named, and what follows at each site."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import Q, QuerySet

from foundation.documents import content_hash
from foundation.models import Category, Item, Region, Site
from suppliers.decisions.sourcing import Sourcing
from suppliers.models import CatalogueItem, CatalogueState, ContractPrice, ContractState, SourcingPreference, Supplier
from suppliers.selectors.catalogue import ordering_units
from suppliers.selectors.sources import LineNeed, sources_for

MOST_ROWS, MOST_NAMED = 1_000, 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sequence holds, by code: a site, else a region, else everywhere."""

    site: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A sequence in a list: of what, where, who comes first and who never."""

    item: Item | None
    category: Category | None
    site: Site | None
    region: Region | None
    ordered: tuple[Supplier, ...]
    blocked: tuple[Supplier, ...]


def sequence_of(
    *, item: Item | None, category: Category | None, site: Site | None, region: Region | None
) -> QuerySet[SourcingPreference]:
    """Return the rows of one sequence with their suppliers."""
    rows = SourcingPreference.objects.filter(item=item, category=category, site=site, region=region)
    return rows.select_related("supplier")


def seen_of_sequence(rows: Iterable[SourcingPreference]) -> str:
    """Return a hash of a sequence that changes when it does."""
    return content_hash(sorted([row.supplier_id, row.rank, row.is_blocked] for row in rows))


def wider_blocks(
    *, item: Item | None, category: Category | None, site: Site | None, region: Region | None
) -> list[tuple[str, str]]:
    """Return whom a wider place blocks for the item, its categories or the category: code, and where in words."""
    if site is None and region is None:
        return []
    wider = Q(site=None, region=None) | (Q(region=site.region_id) if site else Q(pk__in=[]))
    rows = SourcingPreference.objects.filter(_about(item, category), wider, is_blocked=True)
    return [
        (code, "in this region" if there else "everywhere")
        for code, there in rows.order_by("pk").values_list("supplier__code", "region_id")
    ]


def _about(item: Item | None, category: Category | None) -> Q:
    path = (item.category if item else category).path.strip("/").split("/")  # type: ignore[union-attr]  # one of the two
    return Q(category__code__in=path) | (Q(item=item) if item else Q(pk__in=[]))


def sequences(*, text: str, site: str) -> Sequence[Shown]:
    """Return what is set, by item and category; narrowed by a code or name, and to a site with its region and everywhere."""
    rows = SourcingPreference.objects.select_related("item", "category", "site", "region", "supplier")
    if text:
        named = Q(item__code__iexact=text) | Q(item__name__icontains=text) | Q(category__name__icontains=text)
        rows = rows.filter(named | Q(category__code__iexact=text) | Q(supplier__name__icontains=text))
    if site:
        rows = rows.filter(Q(site__code=site) | Q(region__sites__code=site) | Q(site=None, region=None))
    ordered = rows.order_by("category__path", "item__code", "site__code", "region__code", "rank", "pk")[:MOST_ROWS]
    found = []
    for _key, group in groupby(ordered, key=lambda r: (r.category_id, r.item_id, r.site_id, r.region_id)):
        held = list(group)
        found.append(Shown(
            held[0].item, held[0].category, held[0].site, held[0].region,
            tuple(r.supplier for r in held if not r.is_blocked), tuple(r.supplier for r in held if r.is_blocked),
        ))  # fmt: skip
    return found


def candidates(item: Item | None, category: Category | None) -> list[Supplier]:
    """Return who offers the item, or anything of the category, in the catalogue or by contract; by name."""
    under = Q(item=item) if item else Q(item__category__path__startswith=category.path if category else "?")
    offers = CatalogueItem.objects.filter(under, state=CatalogueState.ACTIVE).values("supplier")
    agreed = ContractPrice.objects.filter(under, contract__state=ContractState.ACTIVE).values("contract__supplier")
    return list(Supplier.objects.filter(Q(pk__in=offers) | Q(pk__in=agreed)).order_by("name", "pk")[:MOST_NAMED])


def effective(item: Item, site: Site, day: date) -> tuple[str, Sourcing]:
    """Return the unit an item is ordered in, and where one of it comes from at a site, with why and why not the others."""
    unit = ordering_units([item.pk]).get(item.pk, item.base_unit.code)
    need = LineNeed(item.pk, item.pk, Decimal(1), unit, day)
    return unit, sources_for(site, [need], {item.pk: item})[item.pk]
