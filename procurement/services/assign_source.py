from datetime import datetime
from decimal import Decimal

from django.db import transaction

from foundation import audit, money
from foundation.documents import lock, touch
from foundation.errors import InvalidError, NotFoundError, require
from foundation.models import User
from procurement import access
from procurement.models import PriceSource, Requisition, RequisitionLine, RequisitionState
from procurement.services.place_orders import place_orders
from suppliers.models import MAY_ORDER, Supplier


@transaction.atomic
def assign_source(
    *, line_id: int, supplier: Supplier, unit_price: Decimal, actor: User, reason: str, at: datetime
) -> RequisitionLine:
    """Give a waiting line its supplier and price, by a buyer, and order it (RQ-4).

    The price may not exceed what was approved; more needs a new approval (AP-7).

    :raises InvalidError: the price is above the approved one, the supplier gets no orders, or the reason is missing.
    """
    found = RequisitionLine.objects.filter(pk=line_id).values_list("requisition_id", flat=True).first()
    if found is None:
        raise NotFoundError("not_found", "There is no such line.")
    requisition = lock(Requisition, found, with_=("ship_to",))
    if not access.can_see_requisition(actor, requisition):
        raise NotFoundError("not_found", "There is no such line.")
    require(access.can_source(actor, requisition))
    line = requisition.lines.select_for_update(of=("self",), no_key=True).get(pk=line_id)
    _check(requisition, line, supplier, unit_price, reason)
    line.supplier, line.unit_price, line.price_source = supplier, money.round_unit_price(unit_price), PriceSource.TYPED
    line.contract_id = line.catalogue_item_id = None
    line.sourcing = {**(line.sourcing or {}), "assigned_by": actor.username, "assigned_reason": reason.strip()}
    line.waiting_reason = ""
    line.save(
        update_fields=[
            "supplier",
            "unit_price",
            "price_source",
            "contract",
            "catalogue_item",
            "sourcing",
            "waiting_reason",
        ]
    )
    requisition.save(update_fields=touch(requisition, by_id=actor.pk, at=at))
    audit.record(
        requisition, "assign_source", actor=actor, at=at, line=line.line_no, supplier=supplier.code,
        price=str(line.unit_price), reason=reason,
    )  # fmt: skip
    place_orders(requisition_id=requisition.pk, at=at, actor=actor)
    return line


def _check(
    requisition: Requisition, line: RequisitionLine, supplier: Supplier, unit_price: Decimal, reason: str
) -> None:
    if requisition.state != RequisitionState.APPROVED or line.ordered_at is not None:
        raise InvalidError("not_waiting", f"Line {line.line_no} of {requisition.number} waits for nothing.")
    if supplier.state not in MAY_ORDER:
        raise InvalidError("supplier_not_active", f"{supplier} gets no orders.", field="supplier", value=supplier.code)
    if supplier.currency != requisition.currency:
        raise InvalidError(
            "currency_mismatch",
            f"{supplier} sells in {supplier.currency}, this is in {requisition.currency}.",
            field="supplier",
        )
    if not unit_price.is_finite() or unit_price <= 0:
        raise InvalidError("price_not_positive", "Enter a price above zero.", field="unit_price", value=str(unit_price))
    if line.unit_price and unit_price > line.unit_price:
        raise InvalidError(
            "above_approved", f"{unit_price} is above the approved price {line.unit_price.normalize():f}. Return it for a new approval.",
            field="unit_price", value=str(unit_price),
        )  # fmt: skip
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why this supplier.", field="reason")
