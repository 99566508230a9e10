"""What the chaos run sends, and what it must find afterwards. Needs Django set up."""

import json
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from foundation import registries, relay
from foundation.models import Delivery, DeliveryState, DomainEvent, EffectLedger
from foundation.services import LETTERS
from integration.models import InboxMessage, InboxStatus
from invoicing.models import Invoice, InvoiceState
from procurement.models import GoodsReceipt, OrderLineSource, PurchaseOrder, Requisition
from tools import cycle, doors, scene
from tools.partners import Message
from workflow.models import ApprovalRequest

SETTLED = (InvoiceState.RELEASED, InvoiceState.POSTED, InvoiceState.PAID)


def open_books(each: int, orders: int, erp_port: int) -> tuple[list[Message], doors.Credentials, str]:
    """Make the company, its open orders and its connections; return what to send, and the partners' secrets.

    `each` approvals, deliveries and invoices.

    Delivery and invoice `n` are of the same quantity on the same order, so that in the end every invoice is covered,
    in whatever order they come; quantities differ, so that no two invoices look alike.
    """
    company = scene.build(cycle.now())
    approvals = [_approval(company, n) for n in range(each)]
    placed = [_order(company, n) for n in range(orders)]
    pairs = [(n, placed[n % orders]) for n in range(each)]
    messages = [*approvals, *(_delivery(n, o) for n, o in pairs), *(_invoice(n, o) for n, o in pairs)]
    return messages, doors.connect_supplier(company.supplier), doors.connect_erp(erp_port)


def _approval(company: scene.Scene, number: int) -> Message:
    requisition = cycle.request(company, quantity=Decimal(200), lines=1, serial=f"approval {number}")
    asked = ApprovalRequest.objects.get(subject_type="requisition", subject_id=requisition.pk)
    fields = {"hash": asked.content_hash, "reason": ""}
    return Message(f"approval-{requisition.number}", "manager", f"/inbox/{asked.pk}/approve/", fields)


def _order(company: scene.Scene, number: int) -> PurchaseOrder:
    requisition = cycle.request(company, quantity=Decimal(600), lines=1, serial=f"order {number}")
    cycle.approve(company, requisition)
    requisition = Requisition.objects.get(pk=requisition.pk)
    cycle.approve(company, requisition, by="region")
    relay.drain()
    return cycle.order_of(requisition)


def _delivery(number: int, order: PurchaseOrder) -> Message:
    fields = {"key": f"delivery-{number}", "action": "counted", "q-10": str(number + 1), "c-10": "good"}
    return Message(f"delivery-{number}", "receiver", f"/receiving/{order.number}/", fields)


def _invoice(number: int, order: PurchaseOrder) -> Message:
    body = doors.ubl_invoice(
        number=f"S{(number + 1) * 7919}", order=order.number, quantity=number + 1, price=scene.PRICE,
        issued=timezone.localdate(),
    )  # fmt: skip
    return Message(f"invoice-{number}", "", f"/api/v1/messages/{doors.DOCUMENTS}/", body=body)


def are_quiet() -> bool:
    """Tell whether every event, message and delivery had its whole effect or is parked."""
    waiting = (
        DomainEvent.objects.filter(done_at=None, parked_at=None),
        InboxMessage.objects.filter(status=InboxStatus.RECEIVED),
        Delivery.objects.filter(state=DeliveryState.WAITING),
    )
    return not any(rows.exists() for rows in waiting)


def effects() -> list[str]:
    """Return the identity of every effect, once for each time it happened."""
    by_order = OrderLineSource.objects.filter(requisition_line__requisition__title__startswith="Cartons approval")
    orders = by_order.values_list("requisition_line__requisition__number", "order_line__order_id").distinct()
    receipts = GoodsReceipt.objects.values_list("lines__quantity", flat=True)
    bills = Invoice.objects.filter(state__in=SETTLED).values_list("lines__quantity", flat=True)
    return [
        *(f"approval-{number}" for number, _order in orders),
        *(f"delivery-{int(quantity) - 1}" for quantity in receipts),
        *(f"invoice-{int(quantity) - 1}" for quantity in bills),
    ]


def owed() -> dict[str, list[str]]:
    """Return who must be told what, by subscriber and subject, in the order it happened."""
    ledger: dict[str, list[str]] = {}
    events = DomainEvent.objects.order_by("id").values_list("kind", "subject_type", "subject_id", "msg_id")
    for kind, subject_type, subject_id, msg_id in events:
        for consumer, _handler in registries.subscriptions.handlers(kind):
            key = f"{consumer} about {subject_type} {subject_id}"
            ledger.setdefault(key, []).append(f"{consumer}:{msg_id}")
    to_erp = Delivery.objects.exclude(connection=LETTERS)  # letters go to a mailbox, not to the ERP
    for key, msg_id in to_erp.order_by("id").values_list("order_key", "msg_id"):
        ledger.setdefault(f"erp about {key}", []).append(f"erp:{msg_id}")
    return ledger


def told(erp_log: Path) -> list[str]:
    """Return what subscribers were told and the ERP took, each in the order it took effect."""
    rows = EffectLedger.objects.order_by("applied_at", "id").values_list("consumer", "msg_id")
    taken = [json.loads(line)["msg_id"] for line in erp_log.read_text().splitlines()] if erp_log.exists() else []
    return [*(f"{consumer}:{msg_id}" for consumer, msg_id in rows), *(f"erp:{msg_id}" for msg_id in taken)]


def parked() -> list[str]:
    """Return the events, messages and deliveries that wait for a person."""
    events = DomainEvent.objects.exclude(parked_at=None).values_list("kind", "subject_number", "last_error")
    messages = InboxMessage.objects.exclude(status__in=[InboxStatus.RECEIVED, InboxStatus.APPLIED])
    deliveries = Delivery.objects.filter(state=DeliveryState.PARKED)
    return [
        *(f"{kind} {number}: {error[:200]}" for kind, number, error in events),
        *(f"message {name}: {effect}" for name, effect in messages.values_list("external_id", "effect")),
        *(
            f"delivery {number}: {error[:200]}"
            for number, error in deliveries.values_list("subject_number", "last_error")
        ),
    ]
