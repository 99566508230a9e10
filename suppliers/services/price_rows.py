"""Which item and unit of ours the rows of a price list mean; looked up for thousands at once (MQ-3)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.errors import InvalidError
from foundation.models import Item, UnitOfMeasure
from foundation.selectors import unit_tables_of, with_packs
from foundation.validators import known_gtin
from suppliers.decisions.price_list import GTIN, ITEM, PART, UNIT, Fault, ListRow
from suppliers.models import CatalogueItem, CatalogueState


@dataclass(frozen=True, slots=True)
class Meant:
    """A row with the item and the unit it means, or what is wrong with it."""

    row: ListRow
    item_id: int | None
    unit_id: int | None
    faults: tuple[Fault, ...]


class Shelf:
    """What rows are judged against, read once for all of them: items, units, and what the supplier offers already."""

    def __init__(self, supplier_id: int, rows: Sequence[ListRow]) -> None:
        codes = {row.item for row in rows if row.item}
        barcodes = {row.gtin for row in rows if row.gtin}
        parts = {row.part for row in rows if row.part}
        self.by_part: dict[str, set[int]] = defaultdict(set)
        self.by_barcode: dict[str, set[int]] = defaultdict(set)
        self.units_of: dict[int, set[int]] = defaultdict(set)
        ours = CatalogueItem.objects.filter(supplier=supplier_id, state=CatalogueState.ACTIVE)
        for part, gtin, item_id, unit_id in ours.values_list("supplier_part", "gtin", "item_id", "unit_id"):
            self.units_of[item_id].add(unit_id)
            if part in parts:
                self.by_part[part].add(item_id)
            if gtin in barcodes:
                self.by_barcode[gtin].add(item_id)
        keys = {_key(code) for code in codes}
        named = Item.objects.filter(code_key__in=keys) | Item.objects.filter(gtin__in=barcodes)
        found = {*named.values_list("pk", flat=True), *(pk for group in self.by_part.values() for pk in group)}
        found |= {pk for group in self.by_barcode.values() for pk in group}
        items = list(with_packs(Item.objects.filter(pk__in=found).select_related("base_unit")))
        self.items: dict[int, Any] = {item.pk: item for item in items}
        self.by_key = {item.code_key: item.pk for item in items}
        for item in items:
            if item.gtin:
                self.by_barcode[item.gtin].add(item.pk)
        self.tables = unit_tables_of(items)
        self.units = list(UnitOfMeasure.objects.all())
        self.unit_names = _names_of(self.units)
        self.codes = {unit.pk: unit.code for unit in self.units}

    def find(self, row: ListRow) -> Meant:
        """Return what a row means; every fault it had stays, one more when item or unit are not known."""
        if row.faults:
            return Meant(row, None, None, row.faults)
        try:
            item = self._item(row)
            return Meant(row, item.pk, self._unit(row, item), ())
        except InvalidError as error:
            fault = Fault(str(error.details.get("field", "")), str(error.details.get("value", ""))[:80], error.message)
            return Meant(row, None, None, (fault,))

    def _item(self, row: ListRow) -> Any:
        known_gtin(row.gtin)
        if row.item:
            pk = self.by_key.get(_key(row.item))
            if pk is None:
                raise InvalidError("item_unknown", "We have no item of this code.", field=ITEM, value=row.item)
        elif row.part and row.part in self.by_part:
            pk = _only(self.by_part[row.part], PART, row.part)
        elif row.gtin:
            if row.gtin not in self.by_barcode:
                raise InvalidError(
                    "gtin_unknown", "No item has this barcode. Add our item code.", field=GTIN, value=row.gtin
                )
            pk = _only(self.by_barcode[row.gtin], GTIN, row.gtin)
        else:
            raise InvalidError(
                "part_unknown", "The supplier offers no such part yet. Add our item code.", field=PART, value=row.part
            )
        item = self.items[pk]
        if not item.is_active:
            raise InvalidError("item_closed", f"{item.code} is not ordered any more.", field=ITEM, value=item.code)
        return item

    def _unit(self, row: ListRow, item: Any) -> int:
        if not row.unit:
            offered = self.units_of.get(item.pk, set())
            if len(offered) == 1:
                return next(iter(offered))
            raise InvalidError("unit_missing", f"Say which unit of {item.code} the price is for.", field=UNIT, value="")
        meant = self.unit_names.get(row.unit.casefold(), set())
        if len(meant) != 1:
            cure = (
                "We have no such unit. Use a code such as EA."
                if not meant
                else "Several units are called so. Use the code."
            )
            raise InvalidError("unit_unknown", cure, field=UNIT, value=row.unit)
        pk = next(iter(meant))
        self.tables[item.pk].factor(self.codes[pk])
        return pk


def _key(code: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", code.upper())


def _only(found: set[int], field: str, value: str) -> int:
    if len(found) > 1:
        raise InvalidError("item_unclear", "Several items are called so. Add our item code.", field=field, value=value)
    return next(iter(found))


def _names_of(units: Iterable[UnitOfMeasure]) -> Mapping[str, set[int]]:
    """Return units by code; by name or symbol where no code says otherwise."""
    found: dict[str, set[int]] = defaultdict(set)
    codes = {unit.code.casefold(): unit.pk for unit in units}
    for unit in units:
        for name in (unit.name.casefold(), unit.symbol.casefold()):
            if name not in codes:
                found[name].add(unit.pk)
    return {**found, **{code: {pk} for code, pk in codes.items()}}
