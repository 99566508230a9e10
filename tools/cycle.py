"""The whole job of one order through the product's own services, as bench and chaos need it."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from foundation import relay
from foundation.portal_role import as_supplier
from foundation.selectors import system_user
from invoicing import services as invoicing
from invoicing.decisions.commands import InvoiceCommand, LineCommand
from invoicing.models import Invoice, InvoiceState
from procurement import services as procurement
from procurement.models import OrderLineSource, PurchaseOrder, PurchaseOrderLine, Requisition
from tools.scene import Scene

TAX = Decimal(20)


def now() -> datetime:
    """Return the instant; these runs are porches."""
    return timezone.now()  # noqa: TID251 - a porch


def request(scene: Scene, *, quantity: Decimal, lines: int, serial: str) -> Requisition:
    """Write and submit a requisition for the first `lines` items."""
    at, requester = now(), scene.people["requester"]
    wanted = [
        procurement.LineInput(quantity=quantity, unit_code="EA", item_code=item.code) for item in scene.items[:lines]
    ]
    requisition = procurement.create_requisition(
        site=scene.site, cost_centre=scene.cost_centre, need_by=(at + timedelta(days=14)).date(), actor=requester,
        at=at, lines=wanted, title=f"Cartons {serial}",
    )  # fmt: skip
    return procurement.submit_requisition(
        requisition_id=requisition.pk, expected_version=requisition.version, actor=requester, at=at
    )


def approve(scene: Scene, requisition: Requisition, by: str = "manager") -> None:
    """Approve the open stage."""
    procurement.approve_requisition(
        pk=requisition.pk, expected_version=requisition.version, seen_hash=requisition.content_hash,
        actor=scene.people[by], reason="", at=now(),
    )  # fmt: skip


def order_of(requisition: Requisition) -> PurchaseOrder:
    """Return the order that the requisition became."""
    return line_of(requisition).order


def line_of(requisition: Requisition) -> PurchaseOrderLine:
    """Return the first order line that the requisition became, with its order; one statement, of the driver's."""
    source = OrderLineSource.objects.filter(requisition_line__requisition=requisition).select_related(
        "order_line__order"
    )
    return source[0].order_line


def acknowledge(scene: Scene, order: PurchaseOrder) -> None:
    """Accept everything, as the supplier and in its database role."""
    with as_supplier(scene.supplier.pk):
        procurement.record_acknowledgment(
            order_number=order.number, supplier_id=scene.supplier.pk, source="portal", external_id=f"A-{order.number}",
            answered_at=now(), actor=scene.people["supplier"], at=now(), header="accept_all",
        )  # fmt: skip


def receive(scene: Scene, order: PurchaseOrder, quantity: Decimal, lines: int) -> None:
    """Book everything in."""
    procurement.post_goods_receipt(
        order_number=order.number, source="wms", external_id=f"R-{order.number}", received_at=now(),
        lines=[procurement.ReceiptLine(line_no=n * 10, quantity=quantity) for n in range(1, lines + 1)],
        actor=scene.people["receiver"], at=now(),
    )  # fmt: skip


def bill(scene: Scene, order: PurchaseOrder, quantity: Decimal, price: Decimal, lines: int) -> Invoice:
    """Bill everything at the order's price, in the supplier's database role."""
    net = quantity * price
    billed = tuple(
        LineCommand(
            line_no=str(n), quantity=quantity, unit_code="EA", net_amount=net, order_number=order.number,
            order_line_no=str(n * 10), tax_percent=TAX, tax_code="S",
        )
        for n in range(1, lines + 1)
    )  # fmt: skip
    total = net * lines
    command = InvoiceCommand(
        source="portal", external_id=f"I-{order.number}", supplier_id=scene.supplier.pk,
        supplier_number=f"I-{order.number}", invoice_date=now().date(), currency="GBP", lines=billed, stated_net=total,
        stated_tax=total * TAX / 100, stated_total=total * (100 + TAX) / 100, order_reference=order.number,
    )  # fmt: skip
    with as_supplier(scene.supplier.pk):
        return invoicing.receive_invoice(command=command, actor=scene.people["supplier"], at=now())


def order(scene: Scene, serial: str) -> PurchaseOrder:
    """Bring a need of one line to its issued order."""
    requisition = request(scene, quantity=Decimal(100), lines=1, serial=serial)
    approve(scene, requisition)
    relay.drain()
    return order_of(requisition)


def whole(scene: Scene, serial: str, *, quantity: Decimal = Decimal(20), lines: int = 5) -> Invoice:
    """Take one need to its voucher: every step by the person whose duty it is, the relay in between.

    :raises AssertionError: a step left the document elsewhere than expected.
    """
    requisition = request(scene, quantity=quantity, lines=lines, serial=serial)
    approve(scene, requisition)
    relay.drain()
    line = line_of(requisition)
    placed = line.order
    acknowledge(scene, placed)
    receive(scene, placed, quantity, lines)
    relay.drain()
    invoice = bill(scene, placed, quantity, line.unit_price, lines)
    relay.drain()
    posted = invoicing.record_posting(
        number=invoice.number, voucher=f"V-{invoice.number}", actor=system_user("erp"), at=now()
    )
    if posted.state != InvoiceState.POSTED:
        raise AssertionError(f"{posted.number} is {posted.state}")
    return posted
