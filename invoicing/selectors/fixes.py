"""What may be done about a hold, in order, each with its effect in money (UX 6.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from foundation.access import roles_of
from foundation.models import Role, User
from foundation.templatetags.ui import money
from foundation.verdict import ALLOWED, Verdict
from invoicing import access
from invoicing.decisions.facts import CURE_ONLY, HoldCode
from invoicing.models import Hold, HoldState, Invoice

GOODS = {HoldCode.OVERDUE, HoldCode.OVER_RECEIVED, HoldCode.WAITING}
CREDIT = {
    HoldCode.PRICE_ABOVE,
    HoldCode.OVER_RECEIVED,
    HoldCode.CHARGE,
    HoldCode.TAX,
    HoldCode.TOTAL,
    HoldCode.ORDER_CLOSED,
}


@dataclass(frozen=True, slots=True)
class Fix:
    """One way out. `kind` names the form to draw: release, goods, letter, ask or void; a verdict says who may not."""

    kind: str
    title: str
    effect: str
    verdict: Verdict
    draft: str = ""
    href: str = ""


def fixes_for(user: User, invoice: Invoice, hold: Hold) -> Sequence[Fix]:
    """Return the ways out of one open hold: what the person may do, the quickest first, then what others may."""
    if hold.state != HoldState.OPEN:
        return []
    code, amount = HoldCode(hold.code), money(hold.amount, invoice.currency)
    found = [_goods(hold, amount)] if code in GOODS else []
    if code not in CURE_ONLY:
        effect = (
            f"Pays {amount} that is in question; the rest is paid as billed." if hold.amount else "Pays it as billed."
        )
        draft = f"Accepted as billed: {hold.sentence}"[:300]
        found.append(Fix("release", "Let it pass", effect, access.can_release_hold(user, invoice, hold), draft))
    if code in CREDIT and invoice.supplier.order_email:
        found.append(_letter(invoice, hold, amount))
    found.append(_ask(user, invoice, hold))
    total = money(invoice.stated_total, invoice.currency)
    found.append(Fix("void", "Refuse the invoice", f"Nothing of {total} is paid.", access.can_void(user, invoice)))
    return sorted(found, key=lambda fix: not fix.verdict)


def _ask(user: User, invoice: Invoice, hold: Hold) -> Fix:
    """Put a drafted question to whoever can go on: the owner, or accounts payable where the person owns it."""
    owns_it = hold.owner_role in {role for role, _, _ in roles_of(user)}
    role = Role.PAYABLES_LEAD if owns_it else hold.owner_role
    whom = Role(role).label.lower() if role in Role.values else role
    question = f"{hold.sentence} May this pass, or do we ask {invoice.supplier} for a correction?"
    effect = "Changes nothing yet; the question stays with the invoice."
    return Fix("ask", f"Ask the {whom}", effect, ALLOWED, question)


def _goods(hold: Hold, amount: str) -> Fix:
    order = str(hold.evidence.get("order", "")).partition(" line ")[0]
    effect = f"Clears {amount} when what was billed has come." if hold.amount else "Clears it when the goods have come."
    return Fix("goods", "Book the goods in", effect, ALLOWED, href=order)


def _letter(invoice: Invoice, hold: Hold, amount: str) -> Fix:
    subject = f"Invoice {invoice.supplier_number}: please send a credit note of {amount}"
    body = f"Dear {invoice.supplier},\n\nyour invoice {invoice.supplier_number} differs from our order.\n{hold.sentence}\n\nPlease send us a credit note of {amount}.\n"
    href = f"mailto:{invoice.supplier.order_email}?subject={quote(subject)}&body={quote(body)}"
    return Fix("letter", "Ask the supplier for a credit", f"Saves {amount}. The letter is written.", ALLOWED, href=href)
