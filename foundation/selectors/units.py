from collections.abc import Collection, Iterable
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject

from foundation.models import Item, ItemUnit, UnitOfMeasure
from foundation.quantity import UnitTable


def unit_tables(item_ids: Iterable[int], units: Collection[str] | None = None) -> dict[int, UnitTable]:
    """Return the conversion table of each item, keyed by item id, in at most two statements whatever their number.

    `units` names what will be asked for: when every one is a base unit or a pack of its item, the general table stays
    out of it and unread.
    """
    ids = list(set(item_ids))
    packs = ItemUnit.objects.filter(item=OuterRef("pk")).values(
        pack=JSONObject(code="unit__code", factor=Cast("factor", TextField()))
    )
    rows = Item.objects.filter(pk__in=ids).values_list("pk", "base_unit__code", ArraySubquery(packs)) if ids else ()
    found = {pk: (base, {pack["code"]: Decimal(pack["factor"]) for pack in own}) for pk, base, own in rows}
    covered = units is not None and all(set(units) <= {base, *own} for base, own in found.values())
    general = {} if covered else _general()
    return {pk: UnitTable(base_unit=base, item=own, general=general) for pk, (base, own) in found.items()}


def _general() -> dict[str, tuple[str, Decimal]]:
    rows = UnitOfMeasure.objects.values_list("code", "dimension", "multiple")
    return {code: (dimension, multiple) for code, dimension, multiple in rows}


def unit_table(item: Item) -> UnitTable:
    """Return the conversion table of one item."""
    return unit_tables([item.pk])[item.pk]
