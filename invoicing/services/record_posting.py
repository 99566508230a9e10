from datetime import datetime

from foundation import audit, outbox
from foundation.documents import lock_first, touch
from foundation.errors import ConflictError, InvalidError, NotFoundError
from foundation.journal import use_case
from foundation.models import User
from invoicing.events import InvoicePaid, InvoicePosted
from invoicing.models import Invoice, InvoiceState
from invoicing.services.events_of import about


@use_case
def record_posting(*, number: str, voucher: str, actor: User, at: datetime) -> Invoice:
    """Store the ERP's own number of a released invoice. The same answer twice changes nothing.

    :raises NotFoundError: no such invoice.
    :raises InvalidError: the ERP's number is missing.
    :raises ConflictError: it was not released, or is posted under another number.
    """
    if not voucher:
        raise InvalidError("voucher_missing", "Give the number the ERP posted it under.", field="voucher", value="")
    invoice = _lock(number)
    if invoice.state in {InvoiceState.POSTED, InvoiceState.PAID} and invoice.voucher == voucher:
        return invoice
    _require_state(invoice, InvoiceState.RELEASED, "posted")
    invoice.post(at=at, voucher=voucher)
    invoice.save(update_fields=["state", "posted_at", "voucher", *touch(invoice, by_id=actor.pk, at=at)])
    audit.record(invoice, "post", actor=actor, at=at, voucher=voucher)
    outbox.publish(about((InvoicePosted, {"voucher": voucher}), invoice, actor=actor, at=at))
    return invoice


@use_case
def record_payment(*, number: str, paid_at: datetime, actor: User, at: datetime) -> Invoice:
    """Store that the ERP paid a posted invoice. Told twice, it changes nothing (invariant 5).

    :raises NotFoundError: no such invoice.
    :raises ConflictError: it was never posted.
    """
    invoice = _lock(number)
    if invoice.state == InvoiceState.PAID:
        return invoice
    _require_state(invoice, InvoiceState.POSTED, "paid")
    invoice.pay(at=paid_at)
    invoice.save(update_fields=["state", "paid_at", *touch(invoice, by_id=actor.pk, at=at)])
    audit.record(invoice, "pay", actor=actor, at=at, paid_at=paid_at.isoformat())
    outbox.publish(about((InvoicePaid, {"paid_on": paid_at.date()}), invoice, actor=actor, at=at))
    return invoice


def _lock(number: str) -> Invoice:
    invoice = lock_first(Invoice.objects.filter(number=number))
    if invoice is None:
        raise NotFoundError("not_found", "There is no such invoice.")
    return invoice


def _require_state(invoice: Invoice, state: InvoiceState, what: str) -> None:
    if invoice.state != state:
        raise ConflictError(
            "wrong_state",
            f"{invoice.number} is {invoice.get_state_display().lower()}; it cannot be {what} now.",
            number=invoice.number,
        )
