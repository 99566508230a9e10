from collections.abc import Sequence
from datetime import datetime

from foundation import audit, outbox
from foundation.documents import lock, touch
from foundation.journal import use_case
from foundation.models import User
from invoicing.decisions.duplicates import near_duplicates
from invoicing.decisions.facts import HoldCode
from invoicing.events import InvoiceReleased
from invoicing.models import Hold, HoldState, Invoice, InvoiceMatch, InvoiceState
from invoicing.selectors.facts import bill_of, lookalikes
from invoicing.services.events_of import about
from invoicing.services.match_invoice import match_invoice
from suppliers.selectors.bank import payment_standing


@use_case
def release_invoice(*, invoice_id: int, actor: User, at: datetime) -> Invoice:
    """Hand a cleared bill to the ERP, once (TM-11). The guards run again first (TM-14).

    A bill whose goods, supplier or lookalikes moved meanwhile is tested again first, and released when it is still
    clean: nobody would tell it again. Anything but a cleared bill is left as it is, so that telling twice does nothing.
    """
    invoice = lock(Invoice, invoice_id, with_=("supplier",))
    if invoice.state != InvoiceState.CLEARED:
        return invoice
    shares = list(InvoiceMatch.objects.filter(line__invoice=invoice).select_related("order_line__order").order_by("pk"))
    if not _is_clean(invoice, shares):
        invoice = match_invoice(invoice_id=invoice_id, actor=actor, at=at)
        if invoice.state != InvoiceState.CLEARED:
            return invoice
    invoice.release(at=at, by_id=actor.pk)
    invoice.save(update_fields=["state", "released_at", "released_by", *touch(invoice, by_id=actor.pk, at=at)])
    audit.record(invoice, "release", actor=actor, at=at, total=str(invoice.stated_total), currency=invoice.currency)
    related = tuple(sorted({("order", s.order_line.order_id, s.order_line.order.number) for s in shares}))
    outbox.publish(
        about((InvoiceReleased, {"due_date": invoice.due_date}), invoice, related=related, actor=actor, at=at)
    )
    return invoice


def _is_clean(invoice: Invoice, shares: Sequence[InvoiceMatch]) -> bool:
    waiting, records = payment_standing(invoice.supplier)
    if not invoice.supplier.may_be_paid or waiting:
        return False
    if any(_moved(share) for share in shares):
        return False
    orders = frozenset(share.order_line.order.number for share in shares)
    found = near_duplicates(bill_of(invoice, orders), lookalikes(invoice, records))
    return not found or _let_pass(invoice)


def _moved(share: InvoiceMatch) -> bool:
    """Say whether goods came or went since the test."""
    line = share.order_line
    return [share.facts["delivered"], share.facts["accepted"]] != [str(line.delivered), str(line.accepted)]


def _let_pass(invoice: Invoice) -> bool:
    return Hold.objects.filter(invoice=invoice, code=HoldCode.DUPLICATE.value, state=HoldState.RELEASED).exists()
