from datetime import datetime
from decimal import Decimal
from typing import NoReturn

from foundation import audit, money
from foundation.documents import lock, touch
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from procurement import access
from procurement.models import PriceSource, Requisition, RequisitionLine, RequisitionState
from procurement.services.place_orders import place_orders
from procurement.services.reopen_approval import NewPrice, may_reopen, reopen_approval
from suppliers.models import MAY_ORDER, Supplier
from suppliers.selectors.authority import not_authorised


@use_case
def assign_source(
    *, line_id: int, supplier: Supplier, unit_price: Decimal, actor: User, reason: str, at: datetime
) -> RequisitionLine:
    """Give a waiting line its supplier and price, by a buyer, and order it (RQ-4).

    A price above the approved one, or another supplier than the approved one, sends the requisition back to approval
    first (AP-7); once a part of it is ordered, the line can be ordered only as it was approved.

    :raises InvalidError: it is dearer or another supplier's and a part is ordered, the supplier gets no orders, or the
        reason is missing.
    :raises NotFoundError: there is no such line.
    :raises NotPermittedError: not a buyer of the site.
    """
    found = RequisitionLine.objects.filter(pk=line_id).values_list("requisition_id", flat=True).first()
    if found is None:
        raise NotFoundError("not_found", "There is no such line.")
    requisition = lock(
        Requisition, found, with_=("ship_to__region", "ship_to__calendar", "requester", "cost_centre", "changed_by")
    )
    if not access.can_see_requisition(actor, requisition):
        raise NotFoundError("not_found", "There is no such line.")
    require(access.can_source(actor, requisition))
    held = requisition.lines.select_for_update(of=("self",), no_key=True).select_related(
        "category", "unit", "item", "supplier"
    )
    lines = list(held.order_by("line_no"))
    line = next(row for row in lines if row.pk == line_id)
    _check(requisition, line, supplier, unit_price, reason)
    replaced = line.supplier if line.supplier_id not in {None, supplier.pk} else None
    tighter = unit_price > line.unit_price or replaced is not None
    if tighter and not may_reopen(lines):
        _refuse_part_ordered(requisition, line, replaced, unit_price)
    approved_price = line.unit_price
    _put(line, supplier, unit_price, actor, reason)
    if not tighter:
        requisition.save(update_fields=touch(requisition, by_id=actor.pk, at=at))
    audit.record(
        requisition, "assign_source", actor=actor, at=at, line=line.line_no, supplier=supplier.code,
        price=str(line.unit_price), reason=reason, instead_of=replaced.code if replaced else "",
    )  # fmt: skip
    if tighter:
        line.unit_price = approved_price
        new = NewPrice(unit_price, instead_of=str(replaced) if replaced else "")
        reopen_approval(requisition, lines, {line.pk: new}, actor=actor, at=at)
    else:
        place_orders(requisition_id=requisition.pk, at=at, actor=actor)
    return line


def _put(line: RequisitionLine, supplier: Supplier, unit_price: Decimal, actor: User, reason: str) -> None:
    line.supplier, line.unit_price, line.price_source = supplier, money.round_unit_price(unit_price), PriceSource.TYPED
    line.contract_id = line.catalogue_item_id = None
    line.sourcing = {**(line.sourcing or {}), "assigned_by": actor.username, "assigned_reason": reason.strip()}
    line.waiting_reason = ""
    fields = ["supplier", "unit_price", "price_source", "contract", "catalogue_item", "sourcing", "waiting_reason"]
    line.save(update_fields=fields)


def _refuse_part_ordered(
    requisition: Requisition, line: RequisitionLine, replaced: Supplier | None, unit_price: Decimal
) -> NoReturn:
    """Say why a line cannot be asked for again: a part of its requisition is ordered, so it is requested anew."""
    cure = f"a part of {requisition.number} is ordered already. Ask {requisition.requester} to request the line anew."
    if unit_price > line.unit_price:
        what = f"{unit_price} is above the approved price {line.unit_price.normalize():f}"
        raise InvalidError("above_approved", f"{what}, and {cure}", field="unit_price", value=str(unit_price))
    what = f"{replaced} was approved for this line"
    raise InvalidError("supplier_approved", f"{what}, and {cure}", field="supplier", value=str(replaced))


def _check(
    requisition: Requisition, line: RequisitionLine, supplier: Supplier, unit_price: Decimal, reason: str
) -> None:
    if requisition.state != RequisitionState.APPROVED or not line.waiting_reason:
        raise InvalidError("not_waiting", f"Line {line.line_no} of {requisition.number} waits for nothing.")
    if supplier.state not in MAY_ORDER:
        raise InvalidError("supplier_not_active", f"{supplier} gets no orders.", field="supplier", value=supplier.code)
    if not_authorised(supplier.pk, requisition.ship_to.code, [line.category]):
        raise InvalidError(
            "supplier_not_authorised",
            f"{line.category} may not be bought from {supplier} at {requisition.ship_to.name}.",
            field="supplier",
            value=supplier.code,
        )
    if supplier.currency != requisition.currency:
        raise InvalidError(
            "currency_mismatch",
            f"{supplier} sells in {supplier.currency}, this is in {requisition.currency}.",
            field="supplier",
        )
    if not unit_price.is_finite() or unit_price <= 0:
        raise InvalidError("price_not_positive", "Enter a price above zero.", field="unit_price", value=str(unit_price))
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why this supplier.", field="reason")
