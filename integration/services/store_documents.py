"""Documents that leave: vouchers for the ERP, orders for suppliers who take EDI; each stored once as a delivery (IN-3)."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from foundation.journal import use_case
from foundation.models import Delivery
from integration.canonical import Identifier, Order, OrderLine, Party
from integration.dialects.x12 import purchase_order
from integration.dialects.x12.segments import EnvelopeError
from integration.models import Connection, Direction, SentEnvelope
from integration.services.store_delivery import address_of, next_control, store
from invoicing.selectors import voucher
from procurement.models import OrderVersion
from workflow.models import CaseState, ExceptionCase
from workflow.services import cure_case, open_case


@use_case
def store_voucher(*, invoice_id: int, at: datetime) -> Delivery | None:
    """Store the one delivery that hands a released invoice to the ERP (TM-11); again it changes nothing.

    Without an active ERP connection nothing is stored; the invoice stays released and `hand_over_released` picks it up.
    """
    connection = Connection.objects.filter(purpose="erp", direction=Direction.OUT, is_active=True).first()
    if connection is None:
        return None
    body = voucher(invoice_id)
    envelope = {
        "specversion": "1.0",
        "type": "crossdock.voucher.v1",
        "source": "crossdock",
        "id": f"voucher:{body['number']}",
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": body,
    }
    subject = ("invoice", invoice_id, str(body["number"]))
    return store(connection, "voucher", subject, f"voucher:{invoice_id}", json.dumps(envelope).encode(), at)


@use_case
def store_order(*, order_id: int, revision: int, at: datetime) -> Delivery | None:
    """Store the X12 850 of an issued version for a supplier who takes EDI; others see it in the portal.

    What cannot be written (no connection, a unit without an X12 code, an id too long) is an exception on the order,
    tried again by `store_missing_orders` until it can.
    """
    version = (
        OrderVersion.objects.select_related("order__supplier", "order__ship_to", "order__legal_entity")
        .filter(order_id=order_id, revision=revision)
        .first()
    )
    if version is None or version.order.supplier.order_channel != "edi":
        return None
    connection = (
        Connection.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            purpose="orders", direction=Direction.OUT, supplier_id=version.supplier_id, dialect="x12", is_active=True
        )
        .first()
    )
    if connection is None:
        _cannot_send(version, "no_connection", "its supplier takes EDI and has no active connection.", at)
        return None
    key = f"order:{order_id}:{revision}"
    existing = Delivery.objects.filter(connection=connection.code, dedupe_key=key).first()
    if existing is not None:
        return existing
    control = next_control(connection)
    units = connection.profile.get("units", {})
    try:
        raw = purchase_order.encode(
            canonical_order(version), address_of(connection), control=control, stamp=f"{at:%Y%m%d%H%M}", units=units
        )
    except EnvelopeError as error:
        _cannot_send(version, error.code, f"{error.message} {error.cure}".strip(), at)
        return None
    subject = ("order", order_id, version.order.number)
    delivery = store(connection, "order", subject, key, raw, at, content_type="application/edi-x12")
    SentEnvelope.objects.create(connection=connection, control_number=control, group_code="PO", delivery=delivery)
    cure_case(key=f"send-order:{order_id}:{revision}", outcome="The order is on its way.", at=at)
    return delivery


def _cannot_send(version: OrderVersion, code: str, why: str, at: datetime) -> None:
    order = version.order
    open_case(
        key=f"send-order:{order.pk}:{version.revision}",
        category="delivery",
        cause=code[:60],
        sentence=f"{order.number} cannot be sent to {order.supplier}: {why}",
        subject_type="order",
        subject_id=order.pk,
        subject_number=order.number,
        site=order.ship_to,
        supplier_id=order.supplier_id,
        supplier_name=str(order.supplier),
        evidence={"code": code},
        at=at,
    )


def store_missing_orders(*, at: datetime) -> int:
    """Try again to write every order that could not be sent; its exception closes by itself. Returns how many can now."""
    stuck = ExceptionCase.objects.filter(key__startswith="send-order:", state=CaseState.OPEN).values_list(
        "key", flat=True
    )
    found = 0
    for key in stuck[:100]:
        _, order_id, revision = key.split(":")
        found += store_order(order_id=int(order_id), revision=int(revision), at=at) is not None
    return found


def canonical_order(version: OrderVersion) -> Order:
    """Return an issued version as the canonical order."""
    order, content = version.order, version.content
    site = order.ship_to
    place = Identifier("gln", site.gln) if site.gln else Identifier("ours", site.code)
    return Order(
        number=order.number,
        revision=version.revision,
        ordered=version.issued_at.date(),
        currency=order.currency,
        buyer=Party(order.legal_entity.name, (Identifier("ours", order.legal_entity.code),)),
        supplier=Party(order.supplier.name, (Identifier("ours", order.supplier.code),)),
        ship_to=Party(site.name, (place,)),
        lines=tuple(_line(line) for line in content["lines"]),
        purpose="original" if version.revision == 1 else "replace",
    )


def _line(line: dict[str, Any]) -> OrderLine:
    return OrderLine(
        line_no=int(line["line_no"]),
        quantity=Decimal(line["quantity"]),
        unit=line["unit"],
        unit_price=Decimal(line["unit_price"]),
        description=line["description"],
        item=line["item"],
        supplier_part=line["supplier_part"],
        need_by=date.fromisoformat(line["need_by"]),
    )
