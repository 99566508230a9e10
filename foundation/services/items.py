"""Items and their packs: written by who keeps the ground, taken off sale instead of deleted (MQ-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import access, audit
from foundation.documents import content_hash
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import Category, Item, ItemUnit, UnitOfMeasure, User
from foundation.quantity import plain
from foundation.selectors.usage import used_by, uses_of
from foundation.services.keeping import in_turn, record_change, require_seen
from foundation.validators import known_gtin, new_code, one_line

FACTOR_DECIMALS = 6
_LONGEST_CODE = 32
_LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class ItemDetails:
    """What is written of an item besides its code, which stays."""

    name: str
    category: Category
    base_unit: UnitOfMeasure
    gtin: str = ""
    description: str = ""
    is_active: bool = True  # may be ordered


@dataclass(frozen=True, slots=True)
class Pack:
    """One `unit` holds `number` of `holds`: the base unit when empty, or another pack of the item."""

    unit: UnitOfMeasure
    number: Decimal
    holds: UnitOfMeasure | None = None


def seen_of_item(*, item: Item, packs: Mapping[str, Decimal] | None = None) -> str:
    """Return a fingerprint of an item with its packs, to be sent back with a change; packs are read unless given."""
    return content_hash(facts_of(item, packs))


@use_case
def create_item(*, code: str, details: ItemDetails, actor: User, at: datetime) -> Item:
    """Add an item without packs.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises InvalidError: the code is taken or reads like another's, or a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    in_turn()
    item = Item(code=fresh_code(code))
    write(item, details)
    require_free_barcode(item)
    item.save(force_insert=True)
    audit.record(item, "create_item", actor=actor, at=at, after=facts_of(item))
    return item


@use_case
def change_item(*, code: str, seen: str, details: ItemDetails, actor: User, at: datetime) -> Item:
    """Change how an item is named, grouped, counted and found, or take it off sale.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises NotFoundError: there is no such item.
    :raises StaleError: somebody changed the item since the page was opened.
    :raises InvalidError: a value cannot be used, or the base unit would change under packs or documents (MQ-3).
    """
    require(access.can_keep_ground(actor))
    in_turn()
    item = _locked(code)
    before = facts_of(item)
    require_seen(item, before, seen)
    if details.base_unit != item.base_unit:
        require_countable_anew(item)
    write(item, details)
    require_free_barcode(item)
    if record_change(item, "change_item", before, facts_of(item), actor=actor, at=at):
        item.save(update_fields=["name", "category", "base_unit", "gtin", "description", "is_active"])
    return item


@use_case
def save_pack(*, code: str, seen: str, pack: Pack, actor: User, at: datetime) -> Item:
    """Add a pack to an item, or correct what it holds as long as nothing names the item in it.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises NotFoundError: there is no such item.
    :raises StaleError: somebody changed the item since the page was opened.
    :raises InvalidError: it holds itself, nothing or what is no pack of the item; both units convert everywhere; or it
        is used already (MQ-3).
    """
    require(access.can_keep_ground(actor))
    item = _locked(code)
    before = facts_of(item)
    require_seen(item, before, seen)
    factor = factor_of(item, pack)
    held = ItemUnit.objects.filter(item=item, unit=pack.unit).first()
    if held is not None and held.factor != factor:
        require_unused(item, pack.unit)
    ItemUnit.objects.update_or_create(item=item, unit=pack.unit, defaults={"factor": factor})
    record_change(item, "change_packs", before, facts_of(item), actor=actor, at=at)
    return item


@use_case
def drop_pack(*, code: str, seen: str, unit: str, actor: User, at: datetime) -> Item:
    """Take a pack away from an item that nothing names in it. One that is gone already is no error.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises NotFoundError: there is no such item.
    :raises StaleError: somebody changed the item since the page was opened.
    :raises InvalidError: documents, offers or prices name the item in this pack.
    """
    require(access.can_keep_ground(actor))
    item = _locked(code)
    held = ItemUnit.objects.select_related("unit").filter(item=item, unit__code=unit).first()
    if held is None:
        return item
    before = facts_of(item)
    require_seen(item, before, seen)
    require_unused(item, held.unit)
    held.delete()
    record_change(item, "change_packs", before, facts_of(item), actor=actor, at=at)
    return item


def fresh_code(text: str) -> str:
    """Return a code nobody has; one that only differs in hyphens would be found by the same scan.

    :raises InvalidError: it cannot be a code, or it is taken.
    """
    code = new_code(text, longest=_LONGEST_CODE)
    other = Item.objects.filter(code_key=code.replace("-", "")).values_list("code", flat=True).first()
    if other is not None:
        words = "There is" if other == code else "A scan cannot tell it from"
        raise InvalidError("code_taken", f"{words} an item {other} already.", field="code", value=code)
    return code


def write(item: Item, details: ItemDetails) -> None:
    """Judge and write what is said of an item; the caller saves it.

    :raises InvalidError: a value cannot be used.
    """
    item.name = one_line(details.name, longest=200, field="name", what="what it is called")
    item.description = details.description.strip()
    if len(item.description) > _LONGEST_TEXT:
        raise InvalidError("description_long", f"Use at most {_LONGEST_TEXT} letters.", field="description")
    item.gtin = known_gtin(details.gtin)
    item.category, item.base_unit, item.is_active = details.category, details.base_unit, details.is_active


def require_free_barcode(item: Item) -> None:
    """Refuse a barcode that another item has: a scan would find either.

    :raises InvalidError: another item has it.
    """
    other = Item.objects.exclude(pk=item.pk).filter(gtin=item.gtin).first() if item.gtin else None
    if other is not None:
        raise InvalidError("gtin_taken", f"{other.code} {other} has this barcode.", field="gtin", value=item.gtin)


def factor_of(item: Item, pack: Pack) -> Decimal:
    """Return how many base units a pack holds, at most six decimals.

    :raises InvalidError: see `save_pack`.
    """
    base, unit = item.base_unit, pack.unit
    if unit == base:
        raise InvalidError("pack_of_itself", f"The item is counted in {unit.name}; choose another unit.", field="unit")
    if unit.dimension and unit.dimension == base.dimension:
        raise InvalidError(
            "unit_general", f"{unit.name} and {base.name} convert for every item; no pack is needed.", field="unit"
        )
    inner = Decimal(1)
    if pack.holds is not None and pack.holds != base:
        held = None if pack.holds == unit else ItemUnit.objects.filter(item=item, unit=pack.holds).first()
        if held is None:
            raise InvalidError("pack_unknown", "Choose the base unit or another pack of this item.", field="holds")
        inner = held.factor
    number = pack.number
    if not number.is_finite() or not 0 < number < 10**9:
        raise InvalidError("factor_unfit", "Write how many one holds: more than 0.", field="number", value=str(number))
    factor = number * inner
    if factor >= 10**9 or factor != round(factor, FACTOR_DECIMALS):
        raise InvalidError(
            "factor_unfit", f"Use at most {FACTOR_DECIMALS} decimals and less than a thousand million.", field="number",
            value=str(number),
        )  # fmt: skip
    return round(factor, FACTOR_DECIMALS)


def require_countable_anew(item: Item) -> None:
    """Refuse another base unit once anything counts in the present one.

    :raises InvalidError: the item has packs, or documents, offers or prices name it.
    """
    kinds = uses_of(item)
    if kinds:
        raise InvalidError(
            "base_unit_in_use",
            f"The {item.base_unit.name} stays: {used_by(kinds)} count in it. Open a new item for another unit.",
            field="base_unit",
        )


def require_unused(item: Item, unit: UnitOfMeasure) -> None:
    """Refuse to change a pack under those who use it.

    :raises InvalidError: documents, offers or prices name the item in this unit.
    """
    kinds = uses_of(item, but=(ItemUnit,), unit=unit)
    if kinds:
        raise InvalidError(
            "pack_in_use", f"The {unit.name} stays as it is: {used_by(kinds)} use it. Add another pack for another size.",
            field="unit", value=unit.code,
        )  # fmt: skip


def facts_of(item: Item, packs: Mapping[str, Decimal] | None = None) -> dict[str, Any]:
    """Return what an auditor reads of an item; its packs (unit code -> base units) are read unless given."""
    if packs is None:
        rows = ItemUnit.objects.filter(item_id=item.pk) if item.pk else ItemUnit.objects.none()
        packs = dict(rows.values_list("unit__code", "factor"))
    return {
        "name": item.name, "category": item.category.code, "base_unit": item.base_unit.code, "gtin": item.gtin,
        "description": item.description, "is_active": item.is_active,
        "packs": {code: plain(factor) for code, factor in sorted(packs.items())},
    }  # fmt: skip


def _locked(code: str) -> Item:
    """Return the item, locked with its key: who writes a line with it now is waited for, and counts as a use."""
    item = Item.objects.select_for_update(of=("self",)).filter(code=code).first()
    if item is None:
        raise NotFoundError("not_found", "There is no such item.")
    return item
