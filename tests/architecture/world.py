"""The main job, done once, with one of everything the laws of the house speak about."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from django.db import connection

from foundation.relay import drain
from integration.models import Connection, InboxMessage
from invoicing import services as invoicing
from invoicing.models import Invoice
from policies.services import discard_draft
from procurement.models import PurchaseOrder, Requisition
from procurement.services import AnswerLine, cancel_order, record_acknowledgment, reverse_goods_receipt
from suppliers.services import move_supplier
from tests.factories import NOW, Company, a_requisition, an_issued_order, company, receive_all
from tests.invoicing import factories as bills
from tests.policies.factories import draft, publish
from tests.suppliers.quotations import awarded

CHANGED = re.compile(r"(?:update|delete from) (\w+)")


@dataclass(slots=True)
class World:
    """What the main job leaves behind."""

    made: Company
    order: PurchaseOrder
    cancelled: PurchaseOrder
    invoice: Invoice
    requisition: Requisition


def main_job() -> World:
    """Buy, answer, receive, bill, credit nothing, and hand over; cancel a second order and reverse its receipt."""
    made = company()
    Connection.objects.create(
        code="erp", name="ERP", direction="out", purpose="erp", url="http://127.0.0.1:9/", secret="whsec_" + "A" * 32
    )
    order = an_issued_order(made, ("SW-500", "50"), ("TAPE-48", "2"))
    _answer(made, order, "late", header="")
    _answer(made, order, "good", header="accept_all")
    receive_all(made, order, "first")
    receipt = order.receipts.get()
    reverse_goods_receipt(
        receipt_id=receipt.pk, expected_version=receipt.version, actor=made.wanda, reason="Wrong pallet", at=NOW
    )
    command = replace(bills.bill_for(order, supplier_number="A-1", invoice_date=NOW.date()), original=b"<bill/>")
    invoice = invoicing.receive_invoice(command=command, actor=made.acme_person, at=NOW)
    drain()
    receive_all(made, order, "second")
    drain()
    cancelled = an_issued_order(made, ("SW-500", "10"))
    cancel_order(order_id=cancelled.pk, expected_version=cancelled.version, actor=made.boris, reason="Twice", at=NOW)
    a_requisition(made)
    _policies_and_suppliers(made)
    _message(made)
    awarded(made)
    drain()
    return World(
        made,
        PurchaseOrder.objects.get(pk=order.pk),
        cancelled,
        Invoice.objects.get(pk=invoice.pk),
        Requisition.objects.get(lines__order_sources__order_line__order=order, lines__line_no=10),
    )


def _answer(made: Company, order: PurchaseOrder, name: str, *, header: str) -> None:
    late = order.need_by + timedelta(days=9)
    lines = () if header else [AnswerLine(10, "date_changed", Decimal(50), promised=late)]
    record_acknowledgment(
        order_number=order.number, supplier_id=made.acme.pk, source="portal", external_id=name, answered_at=NOW,
        header=header or "lines", lines=lines, actor=made.acme_person, at=NOW,
    )  # fmt: skip
    drain()


def _policies_and_suppliers(made: Company) -> None:
    publish(made, draft(made, "tolerance"))
    thrown = draft(made, "routing")
    discard_draft(version_id=thrown.pk, expected_version=thrown.version, actor=made.polly, at=NOW)
    for move in ("block", "activate"):
        made.bolt.refresh_from_db()
        move_supplier(
            supplier_id=made.bolt.pk, expected_version=made.bolt.version, move=move, actor=made.sue, reason="Checked",
            at=NOW,
        )  # fmt: skip


def _message(made: Company) -> None:
    door = Connection.objects.create(
        code="ubl", name="Bills", direction="in", purpose="documents", dialect="ubl", supplier=made.acme
    )
    for number in (1, 2):
        InboxMessage.objects.create(
            connection=door, external_id=f"m-{number}", raw=b"<x/>", received_at=NOW, status="applied", applied_at=NOW,
            body_sha256=sha256(b"<x/>").hexdigest(),
            effect={"effects": [{"type": "invoice", "number": f"INV-M-{number}"}], "faults": []},
        )  # fmt: skip


def execute(*statements: str) -> None:
    """Run statements as a hand in the database would: what guards a table's rows against changes is off meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for statement in statements:
            table = CHANGED.match(statement)
            if table:
                cursor.execute(f"alter table {table[1]} disable trigger user")
            cursor.execute(statement)
            if table:
                cursor.execute(f"alter table {table[1]} enable trigger user")
