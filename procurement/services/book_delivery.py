"""A delivery that may not fit: booked on its order, or recorded as found, never lost (GR-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from foundation import audit
from foundation.errors import DomainError, InvalidError, require
from foundation.journal import use_case
from foundation.models import Site, User
from procurement import access
from procurement.models import GoodsReceipt, PurchaseOrder
from procurement.services.post_goods_receipt import ReceiptLine, post_goods_receipt
from workflow.models import ExceptionCase
from workflow.services import cure_case, open_case

# Why goods that are there cannot be booked on the order they came for.
UNFIT = {
    "order_unknown": "nobody at this site knows that order",
    "order_not_issued": "the order takes no deliveries",
    "other_site": "the order is for another site",
    "line_unknown": "the order has no such line",
    "over_receipt": "more came than the tolerance lets in",
    "unit_unknown": "the unit is not known",
    "unit_not_convertible": "the unit does not convert to the ordered one",
    "no_order": "no order was named",
}
MAX_LINES = 200


@dataclass(frozen=True, slots=True)
class FoundLine:
    """Goods as found: in words, with quantity and unit as counted."""

    description: str
    quantity: Decimal
    unit: str = ""
    condition: str = "good"


@dataclass(frozen=True, slots=True)
class Booked:
    """Exactly one of the two: the receipt, or the case of goods that did not fit."""

    receipt: GoodsReceipt | None = None
    case: ExceptionCase | None = None


@use_case
def book_delivery(
    *,
    site: Site,
    order_number: str,
    source: str,
    external_id: str,
    received_at: datetime,
    lines: Sequence[ReceiptLine],
    actor: User,
    at: datetime,
    delivery_note: str = "",
    note: str = "",
) -> Booked:
    """Post what a warehouse reports; what does not fit its order becomes one case with the goods as found.

    The same source and id again gives the same answer; once the order fits, it is booked and the case closes (EX-2).

    :raises NotPermittedError: not a receiver at the site, or a hard duty pair (SD-1).
    :raises ConflictError: the same id came before with other content.
    :raises InvalidError: nothing arrived, or a quantity or condition that cannot be.
    """
    require(access.can_receive(actor, site))
    cause = _elsewhere(order_number, site)
    if not cause:
        try:
            with transaction.atomic():
                receipt = post_goods_receipt(
                    order_number=order_number, source=source, external_id=external_id, received_at=received_at,
                    lines=lines, actor=actor, at=at, delivery_note=delivery_note, note=note,
                )  # fmt: skip
        except DomainError as refusal:
            if refusal.code not in UNFIT:
                raise
            cause = refusal.code
        else:
            cure_case(key=_key(source, external_id), outcome=f"Booked as {receipt.number}.", at=at)
            return Booked(receipt=receipt)
    found = [FoundLine(f"of {order_number} line {x.line_no}", x.quantity, x.unit_code, x.condition) for x in lines]
    case = report_found_goods(
        site=site, order_number=order_number, source=source, external_id=external_id, received_at=received_at,
        lines=found, actor=actor, at=at, cause=cause, delivery_note=delivery_note, note=note,
    )  # fmt: skip
    return Booked(case=case)


def _elsewhere(order_number: str, site: Site) -> str:
    ship_to = PurchaseOrder.objects.filter(number=order_number).values_list("ship_to_id", flat=True).first()
    return "other_site" if ship_to is not None and ship_to != site.pk else ""


@use_case
def report_found_goods(
    *,
    site: Site,
    order_number: str,
    source: str,
    external_id: str,
    received_at: datetime,
    lines: Sequence[FoundLine],
    actor: User,
    at: datetime,
    cause: str = "no_order",
    delivery_note: str = "",
    note: str = "",
) -> ExceptionCase:
    """Record goods that stand at a site and fit no order; the owner of deliveries gets one case.

    :raises NotPermittedError: not a receiver at the site.
    :raises InvalidError: nothing was counted.
    """
    require(access.can_receive(actor, site))
    _check(lines)
    order = PurchaseOrder.objects.filter(number=order_number, ship_to=site).select_related("supplier").first()
    things = "; ".join(f"{x.quantity.normalize():f} {x.unit} {x.description}".replace("  ", " ") for x in lines[:3])
    case = open_case(
        key=_key(source, external_id),
        category="receipt",
        cause=cause,
        sentence=f"Goods at {site.name} without a place: {things}. {UNFIT[cause].capitalize()}.",
        subject_type="order" if order else "site",
        subject_id=order.pk if order else site.pk,
        subject_number=(order.number if order else order_number or site.code)[:40],
        site=site,
        supplier_id=order.supplier_id if order else None,
        supplier_name=order.supplier.name if order else "",
        evidence={
            "order": order_number[:40],
            "delivery_note": delivery_note[:40],
            "note": note[:500],
            "received_at": received_at.isoformat(),
            "received_by": str(actor),
            "source": f"{source}:{external_id}"[:120],
            "lines": [
                {
                    "what": x.description[:200],
                    "quantity": str(x.quantity),
                    "unit": x.unit[:10],
                    "condition": x.condition,
                }
                for x in lines
            ],
        },
        at=at,
    )
    audit.record(case, "report_found_goods", actor=actor, at=at, order=order_number[:40], cause=cause, lines=len(lines))
    return case


def _check(lines: Sequence[FoundLine]) -> None:
    if not lines or len(lines) > MAX_LINES:
        raise InvalidError("nothing_received", f"Enter 1 to {MAX_LINES} lines of what arrived.", field="lines")
    for number, line in enumerate(lines):
        if not line.quantity.is_finite() or not 0 < line.quantity < 10**9:
            raise InvalidError(
                "quantity_not_positive",
                f"Line {number + 1}: enter a quantity above zero.",
                field=f"lines[{number}].quantity",
                value=str(line.quantity),
            )
        if not line.description.strip():
            raise InvalidError("description_missing", f"Line {number + 1}: say what it is.", field=f"lines[{number}]")


def _key(source: str, external_id: str) -> str:
    return f"found:{source}:{external_id}"[:120]
