"""What people do, one act a function, each by the service behind the button."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from config.demo.trade.cast import Cast
from foundation.models import User
from foundation.money import round_amount, total
from invoicing import services as invoicing
from invoicing.decisions.commands import ChargeCommand, InvoiceCommand, LineCommand
from invoicing.models import Hold, HoldState, Invoice, InvoiceState
from procurement import services as procurement
from procurement.models import GoodsReceipt, OrderAcknowledgment, OrderLineSource, PurchaseOrder, Requisition
from procurement.services import AnswerLine, LineInput, ReceiptLine
from workflow.models import ApprovalStep, StepState
from workflow.services import send_message

CENT = Decimal("0.01")
TAX = {"GBP": (Decimal(20), "S"), "EUR": (Decimal(21), "S")}


def write(
    cast: Cast, site: str, lines: Sequence[LineInput], *, by: User, at: datetime, need_by: date, **head: Any
) -> Requisition:
    """Write a draft requisition."""
    centre = head.pop("centre", "OPS")
    return procurement.create_requisition(
        site=cast.sites[site], cost_centre=cast.centres[f"{site}-{centre}"], need_by=need_by, actor=by, at=at,
        lines=lines, **head,
    )  # fmt: skip


def submit(requisition: Requisition, *, at: datetime) -> Requisition:
    """Send a draft for approval, by its requester."""
    return procurement.submit_requisition(
        requisition_id=requisition.pk, expected_version=requisition.version, actor=requisition.requester, at=at
    )


def asked(requisition: Requisition) -> ApprovalStep | None:
    """Return the stage that is open, or nothing when nobody is asked."""
    return (
        ApprovalStep.objects.filter(
            request__subject_type="requisition", request__subject_id=requisition.pk, state=StepState.OPEN
        )
        .prefetch_related("assignees__person")
        .first()
    )


def decide(
    requisition: Requisition, step: ApprovalStep, *, at: datetime, verdict: str = "approve", why: str = ""
) -> None:
    """Let the first person asked at a stage approve, reject or return."""
    person = step.assignees.all()[0].person
    decisions = {
        "approve": procurement.approve_requisition,
        "reject": procurement.reject_requisition,
        "return": procurement.return_requisition,
    }
    requisition.refresh_from_db()
    decisions[verdict](
        pk=requisition.pk, expected_version=requisition.version, seen_hash=requisition.content_hash, actor=person,
        reason=why, at=at,
    )  # fmt: skip


def orders_of(requisition: Requisition) -> list[PurchaseOrder]:
    """Return the orders a requisition became."""
    ids = OrderLineSource.objects.filter(requisition_line__requisition=requisition).values("order_line__order")
    return list(PurchaseOrder.objects.filter(pk__in=ids).select_related("supplier", "ship_to").order_by("pk"))


def answer(
    cast: Cast, order: PurchaseOrder, *, at: datetime, lines: Sequence[AnswerLine] = (), **said: Any
) -> OrderAcknowledgment:
    """Answer an order as its supplier; without lines everything is accepted."""
    person = cast.supplier_person(order.supplier)
    serial = order.acknowledgments.count() + 1
    return procurement.record_acknowledgment(
        order_number=order.number, supplier_id=order.supplier_id, source="portal" if person.kind == "supplier" else "edi",
        external_id=f"{order.number}-{serial}", answered_at=at, actor=person, at=at,
        header="lines" if lines else said.pop("header", "accept_all"), lines=lines, **said,
    )  # fmt: skip


def receive(
    cast: Cast,
    order: PurchaseOrder,
    *,
    at: datetime,
    lines: Sequence[ReceiptLine] = (),
    note: str = "",
    by: User | None = None,
) -> GoodsReceipt:
    """Book goods in at the order's site; without lines everything still open."""
    rows = order.lines.all()
    everything = [
        ReceiptLine(x.line_no, (x.ordered - x.delivered - x.cancelled - x.closed_short) / x.base_factor) for x in rows
    ]
    serial = order.receipts.count() + 1
    return procurement.post_goods_receipt(
        order_number=order.number, source="web", external_id=f"{order.number}-{serial}", received_at=at,
        lines=lines or [line for line in everything if line.quantity > 0], actor=by or cast.receivers[order.ship_to.code],
        at=at, delivery_note=f"DN{order.pk * 37 % 90_000 + 10_000}", note=note,
    )  # fmt: skip


def is_open(order: PurchaseOrder) -> bool:
    """Tell whether goods are still to come."""
    return any(x.ordered > x.delivered + x.cancelled + x.closed_short for x in order.lines.all())


def close(cast: Cast, order: PurchaseOrder, why: str, *, at: datetime) -> None:
    """Close an order, by the buyer."""
    order.refresh_from_db()
    procurement.close_order(
        order_id=order.pk, expected_version=order.version, actor=cast.people["demo.buyer"], reason=why, at=at
    )


def bill_of(
    order: PurchaseOrder, number: str, day: date, *, share: Decimal = Decimal(1), price: Decimal = Decimal(1)
) -> InvoiceCommand:
    """Return a right bill for an order: `share` of each quantity, at `price` times the order's price."""
    percent, code = TAX[order.currency]
    lines = []
    for place, line in enumerate(order.lines.select_related("unit", "item").order_by("line_no"), start=1):
        quantity = (line.quantity * share).quantize(Decimal(1)) or line.quantity
        net = round_amount(quantity * line.unit_price * price, order.currency)
        lines.append(
            LineCommand(
                line_no=str(place), quantity=quantity, unit_code=line.unit.code, net_amount=net,
                description=line.description, order_number=order.number, order_line_no=str(line.line_no),
                supplier_part=line.supplier_part, tax_percent=percent, tax_code=code,
            )
        )  # fmt: skip
    blank = InvoiceCommand(
        source="portal", external_id=number, supplier_id=order.supplier_id, supplier_number=number, invoice_date=day,
        currency=order.currency, stated_total=Decimal(0), lines=tuple(lines), order_reference=order.number,
        legal_entity_id=order.legal_entity_id,
        bank_account=account_of(order.supplier_id),
    )  # fmt: skip
    return add_up(blank)


def account_of(supplier_id: int) -> str:
    """Return a supplier's account as printed on its bills; invented, with a right check number."""
    body = f"NGSB{supplier_id * 7919 % 10**14:014d}"
    check = 98 - int("".join(str(int(c, 36)) for c in f"{body}GB00")) % 97
    return f"GB{check:02d}{body}"


def add_up(command: InvoiceCommand, *, charges: Sequence[ChargeCommand] = ()) -> InvoiceCommand:
    """State the totals that lines and charges come to."""
    net = total([*(line.net_amount for line in command.lines), *(c.amount for c in charges)])
    rate = command.lines[0].tax_percent or Decimal(0)
    tax = round_amount(net * rate / 100, command.currency)
    return replace(command, charges=tuple(charges), stated_net=net, stated_tax=tax, stated_total=net + tax)


def freight(currency: str, amount: Decimal) -> ChargeCommand:
    """Return a charge for carriage."""
    percent, code = TAX[currency]
    return ChargeCommand(amount=amount, code="FC", description="Freight", tax_percent=percent, tax_code=code)


def bill(cast: Cast, command: InvoiceCommand, *, at: datetime, by: User | None = None) -> Invoice:
    """Send a bill as the supplier does, or type it in as accounts payable."""
    supplier = next(s for s in cast.suppliers.values() if s.pk == command.supplier_id)
    person = by or cast.supplier_person(supplier)
    source = {"supplier": "portal", "staff": "web"}.get(person.kind, "peppol")
    return invoicing.receive_invoice(command=replace(command, source=source), actor=person, at=at)


def let_pass(cast: Cast, invoice: Invoice, why: str, *, at: datetime) -> None:
    """Release every open hold of an invoice, by the lead of accounts payable."""
    for hold in Hold.objects.filter(invoice=invoice, state=HoldState.OPEN).order_by("pk"):
        invoicing.release_hold(
            hold_id=hold.pk, expected_version=None, actor=cast.people["demo.payables.lead"], reason=why, at=at
        )


def pay(invoice: Invoice, *, cast: Cast, at: datetime) -> None:
    """Store that the ERP paid what it had posted, as its nightly answer does; what is not posted stays as it is."""
    invoice.refresh_from_db(fields=["state"])
    if invoice.state != InvoiceState.POSTED:
        return
    invoicing.record_payment(number=invoice.number, paid_at=at - timedelta(hours=6), actor=cast.erp, at=at)


def say(
    kind: str, document: Requisition | PurchaseOrder | Invoice, text: str, *, by: User, at: datetime, to: User
) -> None:
    """Ask or answer on a document."""
    types = {Requisition: "requisition", PurchaseOrder: "order", Invoice: "invoice"}
    send_message(
        subject_type=types[type(document)], subject_id=document.pk, subject_number=document.number, kind=kind,
        text=text, actor=by, at=at, to=to,
    )  # fmt: skip
