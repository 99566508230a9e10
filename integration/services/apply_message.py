"""From stored bytes to an effect, in one transaction: read, find whom it is about, call the room's service.

What the document needs and we do not know (supplier, item, unit, currency, order) parks the message with an exception
that keeps it; after the cure it is replayed and has its effect then.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from foundation import audit
from foundation.errors import ConflictError, DomainError, InvalidError, NotFoundError
from foundation.intake import xml
from foundation.models import User
from foundation.selectors import system_user
from integration import canonical
from integration.canonical import Decoded, Fault
from integration.dialects.ubl import invoice as ubl_invoice
from integration.dialects.x12 import inbound as x12_inbound
from integration.models import InboxMessage, InboxStatus
from invoicing.decisions.commands import ChargeCommand, InvoiceCommand, LineCommand
from invoicing.services import receive_invoice
from procurement.models import PurchaseOrder, PurchaseOrderLine
from procurement.services import AnswerLine, record_acknowledgment
from suppliers.models import Supplier, SupplierIdentifier
from workflow.services import cure_case, open_case

BACKOFF = (5, 30, 120, 600, 1800)


class MissingError(Exception):
    """Something the message names is not known yet; it waits for the cure."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


def apply_message(*, message_id: int, at: datetime) -> InboxMessage:
    """Apply a received message; refusals and gaps are told on the message, with an exception for a person.

    An error we did not anticipate leaves it received, to be tried again later, and parks it after five tries.
    """
    try:
        with transaction.atomic():
            message = _lock(message_id)
            if message.status != InboxStatus.RECEIVED:
                return message
            decoded = decode(message)
            if decoded.is_refused or not decoded.documents:
                return _finish(message, InboxStatus.REJECTED, decoded, [], at)
            effects = [_apply(message, document, number, at) for number, document in enumerate(decoded.documents)]
            return _finish(message, InboxStatus.APPLIED, decoded, effects, at)
    except MissingError as missing:
        return _park(message_id, missing.code, missing.sentence, at)
    except DomainError as error:
        return _park(message_id, error.code, error.message, at)


def decode(message: InboxMessage) -> Decoded:
    """Read a message by its connection's dialect; unreadable bytes are faults, not errors."""
    raw = bytes(message.raw)
    dialect = message.connection.dialect
    if dialect == "x12":
        return x12_inbound.decode(raw)
    if dialect == "ubl":
        try:
            return ubl_invoice.decode(xml.parse(raw))
        except InvalidError as error:
            return Decoded(faults=(Fault(error.code, error.message),))
    return Decoded(faults=(Fault("dialect_unknown", f"Nothing reads {dialect} here.", value=dialect),))


def _lock(message_id: int) -> InboxMessage:
    message = (
        InboxMessage.objects.select_for_update(of=("self",), no_key=True)
        .select_related("connection__supplier")
        .filter(pk=message_id)
        .first()
    )
    if message is None:
        raise NotFoundError("not_found", "There is no such message.")
    return message


def _apply(message: InboxMessage, document: Any, number: int, at: datetime) -> dict[str, str]:
    actor = system_user("intake")
    identity = message.external_id if number == 0 else f"{message.external_id}#{number}"
    if isinstance(document, canonical.Acknowledgment):
        return _acknowledge(message, document, identity, actor, at)
    return _invoice(message, document, identity, actor, at)


def _supplier(message: InboxMessage, party: canonical.Party) -> Supplier:
    if message.connection.supplier is not None:
        return message.connection.supplier
    for identifier in party.ids:
        known = (
            SupplierIdentifier.objects.filter(scheme=identifier.scheme, value=identifier.value)
            .select_related("supplier")
            .first()
        )
        if known is not None:
            return known.supplier
        by_tax = Supplier.objects.filter(tax_id=identifier.value).first() if identifier.scheme == "vat" else None
        if by_tax is not None:
            return by_tax
    ids = ", ".join(f"{i.scheme} {i.value}" for i in party.ids) or "no id"
    raise MissingError(
        "supplier_unknown",
        f"No supplier of ours is {party.name or 'unnamed'} ({ids}). Add the id to its supplier, then replay.",
    )


def _acknowledge(
    message: InboxMessage, document: canonical.Acknowledgment, identity: str, actor: User, at: datetime
) -> dict[str, str]:
    supplier = _supplier(message, document.supplier)
    order = PurchaseOrder.objects.filter(number=document.order_number, supplier=supplier, revision__gt=0).first()
    if order is None:
        raise MissingError(
            "order_unknown", f"{supplier} answers order {document.order_number}, which we did not send to it."
        )
    lines = {x.line_no: x for x in order.lines.select_related("unit")}
    header = document.header if document.header in {"accept_all", "reject_all"} else "lines"
    if document.header in {"hold", "none"} and not document.lines:
        raise MissingError("answer_open", f"The answer to {order.number} says neither yes nor no; ask {supplier}.")
    done = record_acknowledgment(
        order_number=order.number,
        supplier_id=supplier.pk,
        source=message.connection.code[:20],
        external_id=identity[:80],
        answered_at=at,
        actor=actor,
        at=at,
        header=header,
        lines=[_answer(line, lines) for line in document.lines] if header == "lines" else (),
        supplier_reference=document.supplier_reference,
    )
    return {"type": "acknowledgment", "number": done.number, "order": order.number}


def _answer(said: canonical.AnswerSchedule, lines: dict[int, PurchaseOrderLine]) -> AnswerLine:
    number = int(said.line_no) if said.line_no.isdigit() else 0
    line = lines.get(number)
    if line is None:
        return AnswerLine(
            number, said.answer, said.quantity or Decimal(0), said.unit_price, said.promised, reason=said.reason
        )
    if said.unit and said.unit != line.unit.code:
        raise MissingError("unit_differs", f"Line {number} is answered in {said.unit}, ordered in {line.unit.code}.")
    quantity = said.quantity if said.quantity is not None else line.quantity
    if said.answer == "accepted" and said.promised and said.promised > line.need_by:
        return AnswerLine(number, "date_changed", quantity, said.unit_price, said.promised, reason=said.reason)
    return AnswerLine(number, said.answer, quantity, said.unit_price, said.promised, reason=said.reason)


def _invoice(
    message: InboxMessage, document: canonical.Invoice, identity: str, actor: User, at: datetime
) -> dict[str, str]:
    supplier = _supplier(message, document.supplier)
    command = InvoiceCommand(
        source=message.connection.code[:20],
        external_id=identity,
        supplier_id=supplier.pk,
        supplier_number=document.number,
        invoice_date=document.issued,
        due_date=document.due,
        currency=document.currency,
        stated_total=document.total + document.rounding,
        stated_net=document.net,
        stated_tax=document.tax,
        stated_rounding=document.rounding,
        kind=document.kind,
        order_reference=document.order_number,
        credited_invoice_number=document.credited_number,
        bank_account=document.bank_account,
        lines=tuple(_billed(line) for line in document.lines),
        charges=tuple(
            ChargeCommand(c.amount, c.code, c.description, c.tax_percent, c.tax_code) for c in document.charges
        ),
        original=bytes(message.raw),
        original_type="application/xml",
    )
    invoice = receive_invoice(command=command, actor=actor, at=at)
    return {"type": "invoice", "number": invoice.number, "supplier_number": invoice.supplier_number}


def _billed(line: canonical.InvoiceLine) -> LineCommand:
    return LineCommand(
        line_no=line.line_no[:20],
        quantity=line.quantity,
        unit_code=line.unit[:12],
        net_amount=line.net_amount,
        description=line.description,
        order_number=line.order_number[:60],
        order_line_no=line.order_line_no[:20],
        item_code=line.buyer_item[:60],
        supplier_part=line.supplier_part[:60],
        gtin=line.gtin,
        unit_price=line.unit_price,
        tax_percent=line.tax_percent,
        tax_code=line.tax_code[:10],
    )


def _finish(
    message: InboxMessage, status: str, decoded: Decoded, effects: list[dict[str, str]], at: datetime
) -> InboxMessage:
    message.status = status
    message.attempts += 1
    message.applied_at = at if status == InboxStatus.APPLIED else None
    message.document_type = effects[0]["type"] if effects else ""
    message.document_number = effects[0]["number"] if effects else decoded.control_number[:60]
    message.effect = {"effects": effects, "faults": [_told(fault) for fault in decoded.faults]}
    message.save(update_fields=["status", "attempts", "applied_at", "document_type", "document_number", "effect"])
    audit.record_fact(
        "integration.message", message.pk, message.external_id[:40], f"message_{status}", actor=system_user("intake"),
        at=at, effects=effects, faults=[f.code for f in decoded.faults],
    )  # fmt: skip
    if status == InboxStatus.APPLIED:
        cure_case(key=f"message:{message.pk}", outcome="The message was applied.", at=at)
    else:
        first = decoded.faults[0] if decoded.faults else Fault("empty", "The message holds no document.")
        _open_case(message, first.code, first.message, at)
    return message


def _told(fault: Fault) -> dict[str, Any]:
    return {
        "code": fault.code,
        "message": fault.message,
        "position": fault.position,
        "value": fault.value,
        "fatal": fault.is_fatal,
    }


@transaction.atomic
def _park(message_id: int, code: str, sentence: str, at: datetime) -> InboxMessage:
    """Keep a message that cannot be applied yet, with the reason, for a replay after the cure."""
    message = _lock(message_id)
    message.status, message.attempts = InboxStatus.PARKED, message.attempts + 1
    message.effect = {"effects": [], "faults": [{"code": code, "message": sentence, "fatal": True}]}
    message.save(update_fields=["status", "attempts", "effect"])
    audit.record_fact(
        "integration.message",
        message.pk,
        message.external_id[:40],
        "message_parked",
        actor=system_user("intake"),
        at=at,
        code=code,
    )
    _open_case(message, code, sentence, at)
    return message


def _open_case(message: InboxMessage, code: str, sentence: str, at: datetime) -> None:
    open_case(
        key=f"message:{message.pk}",
        category="message",
        cause=code[:60],
        sentence=f"{message.connection.name}, message {message.external_id[:60]}: {sentence}",
        subject_type="message",
        subject_id=message.pk,
        subject_number=message.external_id[:40],
        supplier_id=message.connection.supplier_id,
        supplier_name=str(message.connection.supplier or ""),
        evidence={"code": code, "sha256": message.body_sha256},
        at=at,
    )


@transaction.atomic
def replay_message(*, message_id: int, actor: User, at: datetime) -> InboxMessage:
    """Let a parked or rejected message be tried again, by a person, after the cure.

    :raises ConflictError: it was applied already, so a replay would do it twice.
    """
    message = _lock(message_id)
    if message.status not in {InboxStatus.PARKED, InboxStatus.REJECTED}:
        raise ConflictError("not_replayable", f"This message is {message.get_status_display().lower()}.")
    message.status, message.next_attempt_at = InboxStatus.RECEIVED, at
    message.save(update_fields=["status", "next_attempt_at"])
    audit.record_fact("integration.message", message.pk, message.external_id[:40], "replay_message", actor=actor, at=at)
    return message


def postpone(*, message_id: int, error: str, at: datetime) -> None:
    """Note that applying failed in an unexpected way; try later, and park after five tries (poison never loops)."""
    with transaction.atomic():
        message = _lock(message_id)
        message.attempts += 1
        if message.attempts > len(BACKOFF):
            message.status = InboxStatus.PARKED
            _open_case(message, "unexpected_error", "It failed five times in an unexpected way; see the log.", at)
        message.next_attempt_at = at + timedelta(seconds=BACKOFF[min(message.attempts, len(BACKOFF)) - 1])
        message.effect = {
            "effects": [],
            "faults": [{"code": "unexpected_error", "message": error[:300], "fatal": True}],
        }
        message.save(update_fields=["status", "attempts", "next_attempt_at", "effect"])
