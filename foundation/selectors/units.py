from collections.abc import Iterable
from decimal import Decimal

from foundation.models import Item, ItemUnit, UnitOfMeasure
from foundation.quantity import UnitTable


def unit_tables(item_ids: Iterable[int]) -> dict[int, UnitTable]:
    """Return the conversion table of each item, keyed by item id, in three statements whatever their number."""
    ids = list(set(item_ids))
    general = {
        code: (dimension, multiple)
        for code, dimension, multiple in UnitOfMeasure.objects.values_list("code", "dimension", "multiple")
    }
    packs: dict[int, dict[str, Decimal]] = {pk: {} for pk in ids}
    for item_id, code, factor in ItemUnit.objects.filter(item_id__in=ids).values_list(
        "item_id", "unit__code", "factor"
    ):
        packs[item_id][code] = factor
    bases = dict(Item.objects.filter(pk__in=ids).values_list("pk", "base_unit__code"))
    return {pk: UnitTable(base_unit=bases[pk], item=packs[pk], general=general) for pk in bases}


def unit_table(item: Item) -> UnitTable:
    """Return the conversion table of one item."""
    return unit_tables([item.pk])[item.pk]
