"""Sites, items and units of a history that was kept elsewhere: what is missing is added, what is there is left alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from foundation import audit
from foundation.journal import use_case
from foundation.models import (
    Category,
    Item,
    ItemUnit,
    LegalEntity,
    Region,
    RoleAssignment,
    Site,
    UnitOfMeasure,
    User,
    WorkCalendar,
)
from foundation.services.grant_role import sync_site_permissions


@dataclass(frozen=True, slots=True)
class PlaceTaken:
    """A site by code, name and IANA time zone."""

    code: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class ItemTaken:
    """An item with its two categories (code, name), bought by the pack of `pack_size` base units."""

    code: str
    name: str
    category: tuple[str, str]
    subcategory: tuple[str, str]
    pack_size: Decimal


@dataclass(frozen=True, slots=True)
class Ground:
    """What all sites of a history share: codes and names of region, legal entity (with country), and its currency."""

    region: tuple[str, str]
    entity: tuple[str, str, str]
    currency: str


@use_case
def take_over_sites(
    *, places: Iterable[PlaceTaken], ground: Ground, source: str, actor: User, at: datetime
) -> dict[str, Site]:
    """Add missing sites, closed to new work, and let those see them who see every site; returns sites by code.

    They work Monday to Friday from 8 to 17: the source says nothing of holidays.
    """
    wanted = {place.code: place for place in places}
    known = {site.code: site for site in Site.objects.filter(code__in=wanted)}
    missing = [place for code, place in wanted.items() if code not in known]
    if missing:
        region, _ = Region.objects.get_or_create(code=ground.region[0], defaults={"name": ground.region[1]})
        entity, _ = LegalEntity.objects.get_or_create(
            code=ground.entity[0],
            defaults={"name": ground.entity[1], "country": ground.entity[2], "currency": ground.currency},
        )
        calendar, _ = WorkCalendar.objects.get_or_create(
            code=f"{source}-weekdays"[:20].upper(),
            defaults={
                "name": "Weekdays 8 to 17, no holidays", "weekdays": "12345", "opens": time(8), "closes": time(17),
            },
        )  # fmt: skip
        added = Site.objects.bulk_create(
            Site(
                code=place.code, name=place.name, region=region, legal_entity=entity, calendar=calendar,
                currency=ground.currency, time_zone=place.zone, is_active=False,
            )
            for place in missing
        )  # fmt: skip
        audit.record_rows(
            audit.row("foundation.site", site.pk, site.code, "take_over", actor=actor, at=at, source=source)
            for site in added
        )
        known |= {site.code: site for site in added}
        wide = RoleAssignment.objects.filter(site=None, region=None).values("user")
        for person in User.objects.filter(pk__in=wide):
            sync_site_permissions(user=person)
    return known


@use_case
def take_over_items(
    *, items: Iterable[ItemTaken], base: tuple[str, str], pack: tuple[str, str], source: str, actor: User, at: datetime
) -> dict[str, Item]:
    """Add missing items with units, pack and categories; returns items by code. Taken over items are not on sale."""
    wanted = {item.code: item for item in items}
    base_unit, pack_unit = (
        UnitOfMeasure.objects.get_or_create(code=code, defaults={"name": name, "symbol": name})[0]
        for code, name in (base, pack)
    )
    known = {item.code: item for item in Item.objects.filter(code__in=wanted).select_related("category", "base_unit")}
    missing = [item for code, item in wanted.items() if code not in known]
    categories = _categories(missing)
    added = Item.objects.bulk_create(
        Item(
            code=item.code, name=item.name, category=categories[item.subcategory[0]], base_unit=base_unit,
            is_active=False,
        )
        for item in missing
    )  # fmt: skip
    ItemUnit.objects.bulk_create(
        ItemUnit(item=made, unit=pack_unit, factor=item.pack_size) for made, item in zip(added, missing, strict=True)
    )
    audit.record_rows(
        audit.row("foundation.item", item.pk, item.code, "take_over", actor=actor, at=at, source=source)
        for item in added
    )
    return known | {item.code: item for item in added}


def _categories(items: Iterable[ItemTaken]) -> dict[str, Category]:
    """Return the lower category of each item by code, with the upper one above it; no contract binds them."""
    found: dict[str, Category] = {}
    for item in items:
        (code, name), (below, words) = item.category, item.subcategory
        if below in found:
            continue
        root, _ = Category.objects.get_or_create(
            code=code, defaults={"name": name, "path": f"{code}/", "contract_binding": False}
        )
        found[below], _ = Category.objects.get_or_create(
            code=below,
            defaults={"name": words, "parent": root, "path": f"{root.path}{below}/", "contract_binding": False},
        )
    return found
