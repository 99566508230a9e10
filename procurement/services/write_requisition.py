"""Writing a draft: create it, change its head, set its lines, copy it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from foundation import audit, money
from foundation.documents import content_hash, lock, next_number, require_unchanged, touch
from foundation.errors import InvalidError, NotFoundError, require
from foundation.models import Category, CostCentre, Item, Site, UnitOfMeasure, User
from foundation.quantity import to_base
from foundation.selectors import unit_tables
from foundation.services import answer_key, claim_key
from procurement import access
from procurement.models import PriceSource, Requisition, RequisitionLine, SpendKind
from procurement.validators import MAX_LINES, validate_need_by, validate_price, validate_quantity
from suppliers.decisions.sourcing import Sourcing
from suppliers.selectors import LineNeed, sources_for

ONCE = "create_requisition"


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


@transaction.atomic
def create_requisition(
    *,
    site: Site,
    cost_centre: CostCentre,
    need_by: date,
    actor: User,
    at: datetime,
    lines: Sequence[LineInput] = (),
    title: str = "",
    note: str = "",
    is_urgent: bool = False,
    urgent_reason: str = "",
    once: str = "",
) -> Requisition:
    """Start a draft requisition at a site, in the site's currency.

    :param once: names this request of the person; a second one with the name gets the first one's requisition.
    :raises NotPermittedError: the person may not raise requisitions there.
    :raises InvalidError: names the field, the value and the cure.
    """
    require(access.can_request(actor, site))
    claimed = claim_key(principal_id=actor.pk, route=ONCE, key=once, content="", at=at) if once else None
    if claimed is not None and claimed.response:
        return Requisition.objects.get(pk=claimed.response["pk"])
    _check_head(site, cost_centre, need_by, at, is_urgent=is_urgent, urgent_reason=urgent_reason)
    requisition = Requisition(
        number=next_number("REQ", site.code),
        ship_to=site,
        requester=actor,
        cost_centre=cost_centre,
        currency=site.currency,
        need_by=need_by,
        title=title.strip()[:120],
        note=note.strip()[:2000],
        is_urgent=is_urgent,
        urgent_reason=urgent_reason.strip()[:200],
        created_at=at,
        created_by=actor,
        changed_at=at,
        changed_by=actor,
    )
    prepared = prepare_lines(site, need_by, lines, at)
    requisition.total_amount = money.total(line.line_amount for line in prepared)
    requisition.content_hash = content_hash(content_of(requisition, prepared))
    requisition.save(force_insert=True)
    _store(requisition, prepared)
    audit.record(requisition, "create_requisition", actor=actor, at=at, lines=len(prepared))
    if claimed is not None:
        answer_key(claimed, status_code=201, response={"pk": requisition.pk})
    return requisition


@transaction.atomic
def save_requisition(
    *,
    requisition_id: int,
    expected_version: int,
    actor: User,
    at: datetime,
    cost_centre: CostCentre,
    need_by: date,
    lines: Sequence[LineInput],
    title: str = "",
    note: str = "",
    is_urgent: bool = False,
    urgent_reason: str = "",
) -> Requisition:
    """Replace head and lines of a draft.

    :raises StaleError: somebody changed it since it was opened.
    """
    requisition = lock(Requisition, requisition_id, with_=("ship_to", "requester"))
    require_unchanged(requisition, expected_version)
    require(access.can_change(actor, requisition))
    site = requisition.ship_to
    _check_head(site, cost_centre, need_by, at, is_urgent=is_urgent, urgent_reason=urgent_reason)
    prepared = prepare_lines(site, need_by, lines, at)
    requisition.cost_centre, requisition.need_by = cost_centre, need_by
    requisition.title, requisition.note = title.strip()[:120], note.strip()[:2000]
    requisition.is_urgent, requisition.urgent_reason = is_urgent, urgent_reason.strip()[:200]
    requisition.total_amount = money.total(line.line_amount for line in prepared)
    requisition.content_hash = content_hash(content_of(requisition, prepared))
    head = ["cost_centre", "need_by", "title", "note", "is_urgent", "urgent_reason", "total_amount", "content_hash"]
    requisition.save(update_fields=[*head, *touch(requisition, by_id=actor.pk, at=at)])
    requisition.lines.all().delete()
    _store(requisition, prepared)
    audit.record(
        requisition, "save_requisition", actor=actor, at=at, lines=len(prepared), total=str(requisition.total_amount)
    )
    return requisition


@transaction.atomic
def copy_requisition(*, requisition_id: int, actor: User, at: datetime, need_by: date, once: str = "") -> Requisition:
    """Start a new draft with the lines of an older one, at today's prices.

    :raises NotFoundError: the old one is not the person's to see.
    """
    old = Requisition.objects.select_related("ship_to", "cost_centre").filter(pk=requisition_id).first()
    if old is None or not access.can_see_requisition(actor, old):
        raise NotFoundError("not_found", "There is no such requisition.")
    lines = [
        LineInput(
            quantity=line.quantity,
            unit_code=line.unit.code,
            item_code=line.item.code if line.item else "",
            description=line.description,
            category_code=line.category.code,
            spend_kind=line.spend_kind,
            unit_price=None if line.item else line.unit_price,
        )
        for line in old.lines.select_related("item", "unit", "category")
    ]
    return create_requisition(
        site=old.ship_to,
        cost_centre=old.cost_centre,
        need_by=need_by,
        actor=actor,
        at=at,
        lines=lines,
        title=old.title,
        once=once,
    )


def _check_head(
    site: Site, cost_centre: CostCentre, need_by: date, at: datetime, *, is_urgent: bool, urgent_reason: str
) -> None:
    if cost_centre.site_id != site.pk:
        raise InvalidError(
            "cost_centre_elsewhere",
            f"{cost_centre} belongs to another site. Choose one of {site}.",
            field="cost_centre",
        )
    if is_urgent and not urgent_reason.strip():
        raise InvalidError("urgent_reason_missing", "Say why it is urgent.", field="urgent_reason")
    _validated("need_by", validate_need_by, need_by, at.astimezone(ZoneInfo(site.time_zone)).date())


def _validated(field: str, check: Any, *values: Any) -> None:
    """Run a validator of the room and turn its refusal into ours, with the field and the value."""
    try:
        check(*values)
    except ValidationError as error:
        raise InvalidError(str(error.code), error.messages[0], field=field, value=str(values[0])) from error


def prepare_lines(site: Site, need_by: date, lines: Sequence[LineInput], at: datetime) -> list[RequisitionLine]:
    """Turn typed lines into unsaved rows with item, unit, price and source; constant statements.

    :raises InvalidError: the first line that cannot be accepted, by its number.
    """
    if len(lines) > MAX_LINES:
        raise InvalidError("too_many_lines", f"A requisition holds at most {MAX_LINES} lines.", field="lines")
    items = {
        i.code: i
        for i in Item.objects.filter(code__in={n.item_code for n in lines if n.item_code}).select_related(
            "category", "base_unit"
        )
    }
    units = {u.code: u for u in UnitOfMeasure.objects.filter(code__in={n.unit_code for n in lines})}
    categories = {
        c.code: c for c in Category.objects.filter(code__in={n.category_code for n in lines if not n.item_code})
    }
    tables = unit_tables(i.pk for i in items.values())
    day = at.astimezone(ZoneInfo(site.time_zone)).date()
    rows = [_row(number, line, need_by, items, units, categories, tables, day) for number, line in enumerate(lines, 1)]
    needs = [LineNeed(r.line_no, r.item_id, r.quantity, r.unit.code, day) for r in rows if r.item_id]
    sources = sources_for(site, needs) if needs else {}
    for row, line in zip(rows, lines, strict=True):
        _price(row, line, sources.get(row.line_no))
        row.line_amount = money.line_amount(row.quantity, row.unit_price, site.currency)
    return rows


def _row(
    number: int, line: LineInput, need_by: date, items: Any, units: Any, categories: Any, tables: Any, day: date
) -> RequisitionLine:
    field = f"lines[{number - 1}]"
    _validated(f"{field}.quantity", validate_quantity, line.quantity)
    if line.unit_price is not None:
        _validated(f"{field}.unit_price", validate_price, line.unit_price)
    if line.need_by is not None:
        _validated(f"{field}.need_by", validate_need_by, line.need_by, day)
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


def _store(requisition: Requisition, rows: list[RequisitionLine]) -> None:
    for row in rows:
        row.requisition = requisition
    RequisitionLine.objects.bulk_create(rows)


def content_of(requisition: Requisition, lines: Sequence[RequisitionLine]) -> dict[str, Any]:
    """Return what an approval binds to (AP-7): what, how much, for how much, from whom, where and when."""
    return {
        "ship_to": requisition.ship_to_id,
        "cost_centre": requisition.cost_centre_id,
        "currency": requisition.currency,
        "need_by": requisition.need_by,
        "urgent": requisition.is_urgent,
        "total": requisition.total_amount,
        "lines": [
            [
                line.line_no, line.item_id, line.description, line.category_id, line.quantity, line.unit_id,
                line.unit_price, line.line_amount, line.need_by, line.supplier_id, line.contract_id,
            ]
            for line in lines
        ],
    }  # fmt: skip
