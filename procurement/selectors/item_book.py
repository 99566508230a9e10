"""What the requisition page needs to know about the items typed on it: four statements whatever their number."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from foundation.models import Category, Item, ItemUnit, UnitOfMeasure


@dataclass(frozen=True, slots=True)
class ItemBook:
    """Items by code with their packs, and the choices of a free-text line."""

    items: dict[str, Item]
    packs: dict[int, list[ItemUnit]]
    units: list[tuple[str, str]]
    categories: list[tuple[str, str]]

    def units_of(self, code: str) -> list[tuple[str, str]]:
        """Return the units a line may be written in: the packs and the base unit of its item, or every unit."""
        item = self.items.get(code)
        if item is None:
            return self.units
        packs = [(pack.unit.code, f"{pack.unit.symbol} of {pack.factor.normalize():f}") for pack in self.packs[item.pk]]
        return [*packs, (item.base_unit.code, item.base_unit.symbol)]

    def factor(self, code: str, unit: str) -> Decimal | None:
        """Return how many base units a pack of the item holds; nothing when the unit is no pack of it."""
        item = self.items.get(code)
        packs = self.packs[item.pk] if item else []
        return next((pack.factor for pack in packs if pack.unit.code == unit), None)


def item_book(codes: Iterable[str]) -> ItemBook:
    """Return the book of these item codes; unknown ones are left out."""
    wanted = {code for code in codes if code}
    items = {i.code: i for i in Item.objects.filter(code__in=wanted, is_active=True).select_related("base_unit")}
    packs: dict[int, list[ItemUnit]] = {item.pk: [] for item in items.values()}
    for pack in ItemUnit.objects.filter(item__in=packs).select_related("unit").order_by("-factor"):
        packs[pack.item_id].append(pack)
    units = [(u.code, u.symbol) for u in UnitOfMeasure.objects.order_by("name")]
    categories = [
        (code, f"{'- ' * (path.count('/') - 1)}{name}")
        for code, name, path in Category.objects.order_by("path").values_list("code", "name", "path")
    ]
    return ItemBook(items, packs, units, categories)
