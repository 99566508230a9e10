"""Many items from a table at once: every row is judged, and either all of them come in or none does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import access, audit
from foundation.errors import InvalidError, require
from foundation.journal import use_case
from foundation.models import AuditEvent, Category, Item, ItemUnit, UnitOfMeasure, User
from foundation.services.items import (
    ItemDetails,
    Pack,
    factor_of,
    facts_of,
    require_countable_anew,
    require_unused,
    write,
)
from foundation.services.keeping import in_turn
from foundation.services.tables import Import, RowFault
from foundation.validators import new_code

MOST_ROWS = 5_000
_FIELDS = ["name", "category", "base_unit", "gtin", "description", "is_active"]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A row as written; `line` is its line in the table. Nothing means that the table does not say: it stays."""

    line: int
    code: str
    name: str
    category: str
    base_unit: str
    gtin: str | None = None
    description: str | None = None
    is_active: bool | None = None
    packs: tuple[tuple[str, Decimal], ...] = ()  # unit code, base units; packs not named stay


@use_case
def import_items(*, rows: Sequence[ItemRow], dry_run: bool, actor: User, at: datetime) -> Import:
    """Add and change items by code. One fault and nothing comes in; `dry_run` only judges.

    At most 5,000 rows. The number of statements does not grow with them, save for packs and base units that change.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises InvalidError: too many rows.
    """
    require(access.can_keep_ground(actor))
    in_turn()
    if len(rows) > MOST_ROWS:
        raise InvalidError("too_many_rows", f"The table has over {MOST_ROWS} rows. Send it in parts.", field="table")
    desk = _Desk(rows)
    for row in rows:
        try:
            desk.take(row)
        except InvalidError as error:
            column, value = str(error.details.get("field", "code")), str(error.details.get("value", ""))
            desk.result.faults.append(RowFault(row.line, column, value[:80], error.message))
    if not dry_run and not desk.result.faults:
        desk.store(actor, at)
    return desk.result


class _Desk:
    """What the rows are judged against, read once, and what they become."""

    def __init__(self, rows: Iterable[ItemRow]) -> None:
        codes = {row.code.strip().upper() for row in rows}
        held = Item.objects.select_for_update(of=("self",)).filter(code__in=codes).order_by("pk")
        self.items = {item.code: item for item in held.select_related("category", "base_unit")}
        self.packs: dict[int, dict[str, Decimal]] = {item.pk: {} for item in self.items.values()}
        known = ItemUnit.objects.filter(item__in=self.packs).values_list("item_id", "unit__code", "factor")
        for item_id, unit, factor in known:
            self.packs[item_id][unit] = factor
        self.categories = {category.code: category for category in Category.objects.all()}
        self.units = {unit.code: unit for unit in UnitOfMeasure.objects.all()}
        keys = {code.replace("-", "") for code in codes}
        self.keys = dict(Item.objects.filter(code_key__in=keys).values_list("code_key", "code"))
        barcodes = {row.gtin.strip() for row in rows if row.gtin and row.gtin.strip()}
        self.barcodes = dict(Item.objects.filter(gtin__in=barcodes).values_list("gtin", "code"))
        self.done: set[str] = set()
        self.result = Import()
        self.added: list[Item] = []
        self.changed: list[Item] = []
        self.named: list[tuple[Item, str, Decimal]] = []
        self.audited: list[tuple[Item, dict[str, Any], dict[str, Any]]] = []

    def take(self, row: ItemRow) -> None:
        """Judge one row and put what it becomes aside.

        :raises InvalidError: it cannot come in; names column, value and cure.
        """
        code = new_code(row.code, longest=32)
        if code in self.done:
            raise InvalidError("code_twice", f"{code} stands in the table twice.", field="code", value=code)
        self.done.add(code)
        item = self.items.get(code)
        before = facts_of(item, self.packs[item.pk]) if item else {}
        fresh = item or self._fresh(code)
        packs = self._write(fresh, row)
        after = facts_of(fresh, packs)
        if after == before:
            self.result.same.append(code)
            return
        (self.result.changed if item else self.result.new).append(code)
        (self.changed if item else self.added).append(fresh)
        self.named += [(fresh, unit, factor) for unit, factor in packs.items()]
        self.audited.append((fresh, before, after))

    def _fresh(self, code: str) -> Item:
        key = code.replace("-", "")
        other = self.keys.setdefault(key, code)
        if other != code:
            raise InvalidError(
                "code_taken", f"A scan cannot tell it from an item {other} that is there.", field="code", value=code
            )
        return Item(code=code)

    def _write(self, item: Item, row: ItemRow) -> dict[str, Decimal]:
        """Write a row into its item and return all packs the item then has."""
        base = self._known(self.units, row.base_unit, "base_unit", "unit")
        category = self._known(self.categories, row.category, "category", "category")
        if item.pk and base != item.base_unit:
            require_countable_anew(item)
        write(item, ItemDetails(
            row.name, category, base, item.gtin if row.gtin is None else row.gtin,
            item.description if row.description is None else row.description,
            item.is_active if row.is_active is None else row.is_active,
        ))  # fmt: skip
        if item.gtin and self.barcodes.setdefault(item.gtin, item.code) != item.code:
            other = self.barcodes[item.gtin]
            raise InvalidError("gtin_taken", f"{other} has this barcode.", field="gtin", value=item.gtin)
        packs = dict(self.packs.get(item.pk, {}))
        for code, number in row.packs:
            unit = self._known(self.units, code, "packs", "unit")
            factor = factor_of(item, Pack(unit, number))
            if packs.get(unit.code, factor) != factor:
                require_unused(item, unit)
            packs[unit.code] = factor
        return packs

    def _known(self, rows: dict[str, Any], code: str, column: str, what: str) -> Any:
        found = rows.get(code.strip().upper())
        if found is None:
            raise InvalidError(f"{what}_unknown", f"There is no {what} {code[:40]}.", field=column, value=code)
        return found

    def store(self, actor: User, at: datetime) -> None:
        """Write everything that was put aside, with one audit row an item."""
        Item.objects.bulk_create(self.added, batch_size=500)
        Item.objects.bulk_update(self.changed, _FIELDS, batch_size=500)
        ItemUnit.objects.bulk_create(
            (ItemUnit(item=item, unit=self.units[unit], factor=factor) for item, unit, factor in self.named),
            batch_size=500, update_conflicts=True, unique_fields=["item", "unit"], update_fields=["factor"],
        )  # fmt: skip
        audit.record_rows(self._row(*one, actor, at) for one in self.audited)

    def _row(self, item: Item, before: dict[str, Any], after: dict[str, Any], actor: User, at: datetime) -> AuditEvent:
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        data: dict[str, Any] = {
            "after": changed,
            **({"before": {name: before[name] for name in changed}} if before else {}),
        }
        action = "change_item" if before else "create_item"
        return audit.row("foundation.item", item.pk, item.code, action, actor=actor, at=at, source="table", **data)
