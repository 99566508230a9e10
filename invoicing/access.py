"""Who may see, enter, release and void invoices, always with a reason."""

from django.db.models import Q, QuerySet

from foundation.access import can_at, has_role, holds, holds_anywhere, site_ids_with
from foundation.models import Role, Site, User
from foundation.roles import ENTER_INVOICES, RELEASE_HOLDS, VIEW
from foundation.verdict import ALLOWED, Verdict
from invoicing.decisions.facts import CURE_ONLY
from invoicing.models import Hold, HoldState, Invoice, InvoiceState
from suppliers.models import Supplier

PAYABLES_ROLES = (Role.PAYABLES, Role.PAYABLES_LEAD, Role.AUDITOR)
OPEN_STATES = (InvoiceState.RECEIVED, InvoiceState.WAITING, InvoiceState.HELD, InvoiceState.CLEARED)


def visible_invoices(user: User) -> QuerySet[Invoice]:
    """Return the invoices of the person's sites; those of no site yet are seen by accounts payable and auditors."""
    mine = Q(site__in=site_ids_with(user, VIEW))
    if has_role(user, *PAYABLES_ROLES):
        mine |= Q(site=None)
    return Invoice.objects.filter(mine)


def can_see(user: User, invoice: Invoice) -> bool:
    """Say whether the list shows the invoice to the person."""
    if invoice.site_id is None:
        return has_role(user, *PAYABLES_ROLES)
    return holds(user, VIEW, invoice.site_id)


def supplier_invoices(supplier: Supplier) -> QuerySet[Invoice]:
    """Return a supplier's own invoices, for its portal."""
    return Invoice.objects.filter(supplier=supplier)


def can_enter(user: User, site: Site | None) -> Verdict:
    """Judge whether the person may enter a bill for a site, or one of no site yet.

    Suppliers and named system actors come through doors that have already said whose bill it is; somebody of a supplier
    is judged by their role there besides (SU-4).
    """
    if user.kind != User.Kind.STAFF:
        return ALLOWED
    if site is not None:
        return can_at(user, ENTER_INVOICES, site, "enter invoices")
    if holds_anywhere(user, ENTER_INVOICES):
        return ALLOWED
    return Verdict("not_your_duty", "You do not enter invoices. A user administrator can grant that duty.")


def can_send(user: User, site: Site | None) -> Verdict:
    """Judge whether a machine client of ours may send a bill; unlike a named system actor it needs the duty."""
    if site is not None:
        return can_at(user, ENTER_INVOICES, site, "enter invoices")
    if holds_anywhere(user, ENTER_INVOICES):
        return ALLOWED
    return Verdict("not_your_duty", "This client does not enter invoices. A user administrator can grant that duty.")


def can_release(user: User, invoice: Invoice) -> Verdict:
    """Judge whether the person may release holds of the invoice at all."""
    if invoice.site is not None:
        return can_at(user, RELEASE_HOLDS, invoice.site, "release invoice holds")
    if has_role(user, Role.PAYABLES_LEAD):
        return ALLOWED
    return Verdict("not_your_duty", "Only an accounts payable lead releases holds of an invoice without a site.")


def can_release_hold(user: User, invoice: Invoice, hold: Hold) -> Verdict:
    """Judge one hold: the duty, and whether its cause may be waved through at all (TM-10)."""
    if hold.state != HoldState.OPEN or invoice.state not in OPEN_STATES:
        return Verdict("hold_closed", "This hold is closed already.")
    if hold.code in CURE_ONLY:
        return Verdict("cure_only", "This hold cannot be released; it closes when its cause is mended.")
    return can_release(user, invoice)


def can_void(user: User, invoice: Invoice) -> Verdict:
    """Judge whether the person may refuse the bill for good."""
    if invoice.state not in OPEN_STATES:
        return Verdict("invoice_settled", f"{invoice.number} was released; ask the supplier for a credit note instead.")
    if invoice.site is not None and holds(user, ENTER_INVOICES, invoice.site_id or 0):
        return ALLOWED
    return can_release(user, invoice)
