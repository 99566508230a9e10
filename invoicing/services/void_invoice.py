from datetime import datetime
from decimal import Decimal

from foundation import audit, outbox
from foundation.documents import require_unchanged, touch
from foundation.errors import ConflictError, InvalidError, require
from foundation.journal import use_case
from foundation.models import User
from invoicing import access
from invoicing.decisions.facts import ZERO
from invoicing.events import InvoiceVoided
from invoicing.models import Hold, HoldState, Invoice, InvoiceKind, InvoiceMatch
from invoicing.selectors.credit import credit_notes_of
from invoicing.selectors.facts import LockedInvoice
from invoicing.services.events_of import about
from invoicing.services.hold_changes import closed, cure_hold
from invoicing.services.match_invoice import lock_for_match
from invoicing.services.shares import SPENT_STATES, claims, move_counters


@use_case
def void_invoice(*, invoice_id: int, expected_version: int | None, actor: User, reason: str, at: datetime) -> Invoice:
    """Refuse a bill for good: what it billed is free again, its holds close, and its number may come again.

    :raises InvalidError: no reason was given.
    :raises StaleError: it changed since it was opened.
    :raises NotPermittedError: wrong duty, or it was released already.
    :raises ConflictError: a credit note still stands against it.
    """
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why; the supplier sees it.", field="reason", value="")
    locked = lock_for_match(invoice_id)
    invoice = locked.invoice
    require_unchanged(invoice, expected_version)
    require(access.can_void(actor, invoice))
    _require_no_credit(invoice)
    freed = _free(locked, at=at)
    holds = [cure_hold(hold, invoice, at=at) for hold in Hold.objects.filter(invoice=invoice, state=HoldState.OPEN)]
    invoice.void(reason=reason.strip()[:300])
    invoice.touched = True
    invoice.save(update_fields=["state", "state_reason", "touched", *touch(invoice, by_id=actor.pk, at=at)])
    audit.record(
        invoice, "void", actor=actor, at=at, reason=invoice.state_reason, freed={k: str(v) for k, v in freed.items()}
    )
    related = tuple(("order", order.pk, order.number) for order in locked.orders)
    outbox.publish(
        *(closed(hold, invoice, at=at) for hold in holds),
        about((InvoiceVoided, {"reason": invoice.state_reason}), invoice, related=related, actor=actor, at=at),
    )
    return invoice


def _require_no_credit(invoice: Invoice) -> None:
    note = credit_notes_of(invoice).first() if invoice.kind == InvoiceKind.INVOICE else None
    if note is not None:
        raise ConflictError("credit_note_stands", f"Credit note {note.number} stands against it; void that one first.")


def _free(locked: LockedInvoice, *, at: datetime) -> dict[int, Decimal]:
    invoice, freed = locked.invoice, dict[int, Decimal]()
    matches = list(InvoiceMatch.objects.filter(line__invoice=invoice))
    for match in matches:
        freed[match.order_line_id] = freed.get(match.order_line_id, ZERO) - match.quantity
    InvoiceMatch.objects.filter(line__invoice=invoice).delete()
    spent = claims((m.order_line_id, m.quantity, m.amount) for m in matches)
    move_counters(locked, freed, spent if invoice.state in SPENT_STATES else {}, {}, at=at)
    return freed
