"""What is told of a past bill, in the order it happened."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from foundation import audit
from foundation.models import AuditEvent, User
from invoicing.events import (
    InvoiceCleared,
    InvoiceEvent,
    InvoiceHeld,
    InvoicePaid,
    InvoicePosted,
    InvoiceReceived,
    InvoiceReleased,
)
from invoicing.services.history_commands import WrittenBill
from invoicing.services.history_holds import Told

# One move: what is published, what else it says, the audit action with its data, who, when.
Move = tuple[type[InvoiceEvent] | None, dict[str, Any], str, dict[str, Any], User, datetime]


def tell(one: WrittenBill, holds: Told, *, actor: User, releaser: User, erp: User) -> None:
    """Add events and audit rows of a bill and its holds to it."""
    invoice = one.invoice
    related = (("order", one.bill.order_id, invoice.order_reference),)
    for version, (kind, facts, action, data, who, at) in enumerate(_moves(one, holds, actor, releaser, erp), start=1):
        row = audit.row("invoicing.invoice", invoice.pk, invoice.number, action, actor=who, at=at, **data)
        one.rows.append((at, row))
        if kind is None:
            continue
        one.events.append(
            kind(
                subject_id=invoice.pk, subject_number=invoice.number, at=at, version=version, site_id=invoice.site_id,
                supplier_id=invoice.supplier_id, actor_id=who.pk, is_human=who.kind != User.Kind.SYSTEM, related=related,
                total_amount=invoice.stated_total, currency=invoice.currency, **facts,
            )
        )  # fmt: skip
    one.events += holds[0]
    one.rows += [(_business_at(row), row) for row in holds[1]]


def _business_at(row: AuditEvent) -> datetime:
    return datetime.fromisoformat(row.data["business_at"])


def _moves(one: WrittenBill, holds: Told, actor: User, releaser: User, erp: User) -> Iterator[Move]:
    bill, invoice = one.bill, one.invoice
    clerk = bill.entered_by or actor
    said = {"supplier_number": invoice.supplier_number, "source": invoice.source}
    received = {"supplier": invoice.supplier.code, "total": str(invoice.stated_total), "currency": invoice.currency}
    yield InvoiceReceived, said, "receive", {**said, **received}, clerk, bill.received_at
    policy = one.results[0].share.order_line.limits.version
    if bill.let_pass is not None:
        codes = sorted({hold.code for hold in holds[2]})
        held = {"result": "held", "opened": codes}
        yield InvoiceHeld, {"codes": tuple(codes)}, "match", {"policy": policy, **held}, actor, bill.received_at
        for hold in holds[2]:
            passed = {"code": hold.code, "amount": str(hold.amount), "reason": hold.reason}
            yield None, {}, "release_hold", passed, bill.let_pass.by, bill.let_pass.at
    cleared = bill.let_pass.at if bill.let_pass else bill.received_at
    first = {"first_time": bill.let_pass is None}
    yield InvoiceCleared, first, "match", {"policy": policy, "result": "cleared"}, actor, cleared
    total = {"total": str(invoice.stated_total), "currency": invoice.currency}
    yield InvoiceReleased, {"due_date": invoice.due_date}, "release", total, releaser, bill.released_at
    if bill.posted_at is not None:
        yield InvoicePosted, {"voucher": invoice.voucher}, "post", {"voucher": invoice.voucher}, erp, bill.posted_at
    if bill.paid_at is not None:
        paid = {"paid_at": bill.paid_at.isoformat()}
        yield InvoicePaid, {"paid_on": bill.paid_at.date()}, "pay", paid, erp, bill.paid_at
