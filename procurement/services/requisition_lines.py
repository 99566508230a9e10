"""From lines as typed to rows with item, unit, price and source; nothing is stored here (MQ-3, PO-0, SO-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from foundation import money
from foundation.errors import InvalidError
from foundation.models import Category, Item, Site, UnitOfMeasure
from foundation.quantity import to_base
from foundation.selectors import unit_tables_of, with_packs
from procurement.models import PriceSource, RequisitionLine, SpendKind
from procurement.validators import MAX_LINES, validate_need_by, validate_price, validate_quantity
from suppliers.decisions.sourcing import Sourcing
from suppliers.selectors import LineNeed, sources_for


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line as typed. A catalogue line names an item; a free-text line a description and a category.

    `unit_price` is net per unit in the site's currency; for a catalogue line it may stay empty, then the source's
    price holds.
    """

    quantity: Decimal
    unit_code: str
    item_code: str = ""
    description: str = ""
    category_code: str = ""
    spend_kind: str = SpendKind.CATALOGUE
    unit_price: Decimal | None = None
    need_by: date | None = None


def prepare_lines(*, site: Site, need_by: date, lines: Sequence[LineInput], at: datetime) -> list[RequisitionLine]:
    """Turn typed lines into unsaved rows with item, unit, price and source; constant statements.

    :raises InvalidError: the first line that cannot be accepted, by its number.
    """
    if len(lines) > MAX_LINES:
        raise InvalidError("too_many_lines", f"A requisition holds at most {MAX_LINES} lines.", field="lines")
    wanted = Item.objects.filter(code__in={n.item_code for n in lines if n.item_code})
    items = {i.code: i for i in with_packs(wanted.select_related("category", "base_unit"))}
    units = {i.base_unit.code: i.base_unit for i in items.values()}
    unread = {n.unit_code for n in lines} - units.keys()
    units |= {u.code: u for u in UnitOfMeasure.objects.filter(code__in=unread)} if unread else {}
    named = {n.category_code for n in lines if not n.item_code}
    categories = {c.code: c for c in Category.objects.filter(code__in=named)} if named else {}
    tables = unit_tables_of(items.values(), {n.unit_code for n in lines if n.item_code})
    day = at.astimezone(ZoneInfo(site.time_zone)).date()
    rows = [_row(number, line, need_by, items, units, categories, tables, day) for number, line in enumerate(lines, 1)]
    needs = [LineNeed(r.line_no, r.item_id, r.quantity, r.unit.code, day) for r in rows if r.item_id]
    sources = sources_for(site, needs, {i.pk: i for i in items.values()}) if needs else {}
    for row, line in zip(rows, lines, strict=True):
        _price(row, line, sources.get(row.line_no))
        row.line_amount = money.line_amount(row.quantity, row.unit_price, site.currency)
    return rows


def _row(
    number: int, line: LineInput, need_by: date, items: Any, units: Any, categories: Any, tables: Any, day: date
) -> RequisitionLine:
    field = f"lines[{number - 1}]"
    validated(f"{field}.quantity", validate_quantity, line.quantity)
    if line.unit_price is not None:
        validated(f"{field}.unit_price", validate_price, line.unit_price)
    if line.need_by is not None:
        validated(f"{field}.need_by", validate_need_by, line.need_by, day)
    unit = units.get(line.unit_code)
    if unit is None:
        raise InvalidError(
            "unit_unknown",
            f"Line {number}: {line.unit_code or 'no unit'} is not a unit we know.",
            field=f"{field}.unit",
            value=line.unit_code,
        )
    item = items.get(line.item_code)
    if line.item_code and (item is None or not item.is_active):
        raise InvalidError(
            "item_unknown",
            f"Line {number}: there is no item {line.item_code}. Look it up by name.",
            field=f"{field}.item",
            value=line.item_code,
        )
    category = item.category if item else categories.get(line.category_code)
    if category is None:
        raise InvalidError(
            "category_unknown",
            f"Line {number}: choose a category.",
            field=f"{field}.category",
            value=line.category_code,
        )
    if item is None and not line.description.strip():
        raise InvalidError("description_missing", f"Line {number}: say what is needed.", field=f"{field}.description")
    return RequisitionLine(
        line_no=number * 10,
        item=item,
        description=item.name if item else line.description.strip()[:300],
        category=category,
        spend_kind=SpendKind.CATALOGUE
        if item
        else (line.spend_kind if line.spend_kind != SpendKind.CATALOGUE else SpendKind.NON_STOCK),
        quantity=line.quantity,
        unit=unit,
        base_quantity=to_base(line.quantity, unit.code, tables[item.pk]) if item else line.quantity,
        need_by=line.need_by or need_by,
    )


def _price(row: RequisitionLine, line: LineInput, sourcing: Sourcing | None) -> None:
    """Set price, its source and the supplier. A typed price is sticky (PO-0); without one the source's holds."""
    offer = sourcing.offer if sourcing else None
    if offer is not None:
        row.supplier_id, row.contract_id, row.catalogue_item_id = (
            offer.supplier_id,
            offer.contract_id,
            offer.catalogue_item_id,
        )
    if line.unit_price is not None and (offer is None or line.unit_price != offer.unit_price):
        row.unit_price, row.price_source = money.round_unit_price(line.unit_price), PriceSource.TYPED
    elif offer is not None:
        row.unit_price = offer.unit_price
        row.price_source = PriceSource.CONTRACT if offer.contract_id else PriceSource.CATALOGUE
    else:
        row.unit_price, row.price_source = Decimal(0), PriceSource.TYPED
    row.sourcing = sourcing_to_json(sourcing) if sourcing else {}


def sourcing_to_json(sourcing: Sourcing) -> dict[str, Any]:
    """Return why this source, and why not the others, to be stored with the line (SO-1)."""
    offer = sourcing.offer
    return {
        "supplier": offer.supplier_name if offer else "",
        "unit_price": str(offer.unit_price) if offer else None,
        "supplier_part": offer.supplier_part if offer else "",
        "source": offer.source if offer else "",
        "contract": offer.contract_number if offer else "",
        "lead_time_days": offer.lead_time_days if offer else None,
        "reason": sourcing.reason,
        "waiting": sourcing.waiting_reason,
        "preferred": sourcing.is_preferred,
        "contract_exists": sourcing.contract_exists,
        "rejected": [{"supplier": r.supplier_name, "code": r.code, "reason": r.reason} for r in sourcing.rejections],
    }


def validated(field: str, check: Any, *values: Any) -> None:
    """Run a validator of the room and turn its refusal into ours, with the field and the value."""
    try:
        check(*values)
    except ValidationError as error:
        raise InvalidError(str(error.code), error.messages[0], field=field, value=str(values[0])) from error
