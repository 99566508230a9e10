from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

from foundation.models import Item, ItemUnit, UnitOfMeasure
from foundation.quantity import UnitTable


def unit_tables(item_ids: Iterable[int]) -> dict[int, UnitTable]:
    """Return the conversion table of each item, keyed by item id, in two statements whatever their number."""
    ids = set(item_ids)
    return unit_tables_of(with_packs(Item.objects.filter(pk__in=ids).select_related("base_unit"))) if ids else {}


def with_packs(items: QuerySet[Item]) -> QuerySet[Any]:
    """Read each item's pack units along with it."""
    packs = ItemUnit.objects.filter(item=OuterRef("pk")).values(
        pack=JSONObject(code="unit__code", factor=Cast("factor", TextField()))
    )
    return items.annotate(packs=ArraySubquery(packs))


def unit_tables_of(items: Iterable[Any], units: Collection[str] | None = None) -> dict[int, UnitTable]:
    """Return the conversion tables of items that were read `with_packs` and their base unit.

    `units` names what will be asked for: when every one is a base unit or a pack of its item, the general table is
    neither needed nor read.
    """
    own = {i.pk: (i.base_unit.code, {pack["code"]: Decimal(pack["factor"]) for pack in i.packs}) for i in items}
    covered = units is not None and all(set(units) <= {base, *packs} for base, packs in own.values())
    general = {} if covered else _general()
    return {pk: UnitTable(base_unit=base, item=packs, general=general) for pk, (base, packs) in own.items()}


def _general() -> dict[str, tuple[str, Decimal]]:
    rows = UnitOfMeasure.objects.values_list("code", "dimension", "multiple")
    return {code: (dimension, multiple) for code, dimension, multiple in rows}


def unit_table(item: Item) -> UnitTable:
    """Return the conversion table of one item."""
    return unit_tables([item.pk])[item.pk]
