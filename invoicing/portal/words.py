"""Where an invoice stands and why it waits, in the supplier's words; never who of ours, nor other suppliers' bills."""

from foundation.templatetags.ui import day
from invoicing.decisions.facts import HoldCode
from invoicing.models import Invoice, InvoiceState

WHY = {
    HoldCode.PRICE_ABOVE: "Your price is above our order. Send a credit note, or wait for our buyer.",
    HoldCode.PRICE_BELOW: "Your price is below our order; we check which one is meant.",
    HoldCode.OVER_RECEIVED: "You billed more than has arrived.",
    HoldCode.OVER_CREDITED: "The credit note is larger than what it credits.",
    HoldCode.OVERDUE: "The goods have not been booked in yet.",
    HoldCode.WAITING: "The goods have not been booked in yet.",
    HoldCode.CHARGE: "A charge is not on our order.",
    HoldCode.TAX: "The tax is not what we compute.",
    HoldCode.TOTAL: "The total is not the sum of its parts.",
    HoldCode.CURRENCY: "The currency is not the order's.",
    HoldCode.UNIT: "A unit is not the order's.",
    HoldCode.UNMATCHED: "A line fits no line of our order.",
    HoldCode.NO_ORDER: "We cannot find the order it is for.",
    HoldCode.ORDER_CLOSED: "The order is closed.",
    HoldCode.REMIT_TO: "The bill names another location to be paid than the one of your account with us.",
    HoldCode.BANK_CHANGE: "Payments wait until the change of your bank account is checked.",
    HoldCode.SUPPLIER_BLOCKED: "Payments to you are stopped. Please write to accounts payable.",
    HoldCode.DUPLICATE: "It looks like a bill we already have.",
}


def standing(invoice: Invoice) -> str:
    """Say where the invoice stands, in one sentence."""
    due = day(invoice.due_date)
    said = {
        InvoiceState.RECEIVED: "We have it. It is compared with order and goods next.",
        InvoiceState.WAITING: "We have it. It waits until the goods are booked in.",
        InvoiceState.HELD: "Something differs, so it is not paid yet.",
        InvoiceState.CLEARED: f"Everything agrees. It is paid on {due}.",
        InvoiceState.RELEASED: f"Everything agrees. It is paid on {due}.",
        InvoiceState.POSTED: f"It is paid on {due}.",
        InvoiceState.PAID: "It is paid.",
        InvoiceState.VOID: f"We refused it: {invoice.state_reason}",
    }
    return said.get(InvoiceState(invoice.state), invoice.get_state_display())


def reasons(codes: list[str]) -> list[str]:
    """Say why an invoice waits, each reason once."""
    known = {code.value: text for code, text in WHY.items()}
    return list(dict.fromkeys(known[code] for code in codes if code in known))
