"""Where an invoice stands and when it is paid, in the supplier's words."""

from datetime import date

from django.utils.translation import gettext as _

from foundation.templatetags.ui import day
from invoicing.models import Invoice, InvoiceState
from invoicing.selectors.supplier_words import OTHERWISE, WHY


def standing(invoice: Invoice, today: date) -> str:
    """Say where the invoice stands and when its money comes, in one sentence."""
    due = day(invoice.due_date)
    to_pay = (
        _("Everything agrees. We pay it on %(day)s.") % {"day": due}
        if invoice.due_date > today
        else _("Everything agrees. It is due and goes with our next payment.")
    )
    said = {
        InvoiceState.RECEIVED: _("We have it. It is compared with order and goods next."),
        InvoiceState.WAITING: _("We have it. It waits until the goods are booked in."),
        InvoiceState.HELD: _("Something differs, so it waits. Once that is settled we pay it on %(day)s, or at once if that is past.")
        % {"day": due},
        InvoiceState.CLEARED: to_pay,
        InvoiceState.RELEASED: to_pay,
        InvoiceState.POSTED: to_pay,
        InvoiceState.PAID: _("It is paid."),
        InvoiceState.VOID: _("We refused it: %(reason)s") % {"reason": invoice.state_reason},
    }  # fmt: skip
    return said.get(InvoiceState(invoice.state), invoice.get_state_display())


def stage(invoice: Invoice) -> str:
    """Name where the invoice is on its way, without what only we care for."""
    return {
        InvoiceState.RECEIVED: _("Received"), InvoiceState.WAITING: _("Received"), InvoiceState.HELD: _("Waiting"),
        InvoiceState.PAID: _("Paid"), InvoiceState.VOID: _("Refused"),
    }.get(InvoiceState(invoice.state), _("To be paid"))  # fmt: skip


def reasons(codes: list[str]) -> list[str]:
    """Say why an invoice waits, each reason once."""
    known = {code.value: text for code, text in WHY.items()}
    return list(dict.fromkeys(str(known.get(code, OTHERWISE)) for code in codes))
