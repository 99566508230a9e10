"""Why an invoice waits, in the supplier's words; never a limit of ours, who of ours has it, nor other suppliers' bills."""

from django.utils.translation import gettext_lazy as _

from invoicing.decisions.facts import HoldCode
from invoicing.models import Hold

WHY = {
    HoldCode.PRICE_ABOVE: _("Your price is above our order. Send a credit note, or wait for our buyer."),
    HoldCode.PRICE_BELOW: _("Your price is below our order; we check which one is meant."),
    HoldCode.OVER_RECEIVED: _("You billed more than has arrived."),
    HoldCode.OVER_CREDITED: _("The credit note is larger than what it credits."),
    HoldCode.OVERDUE: _("The goods have not been booked in yet."),
    HoldCode.WAITING: _("The goods have not been booked in yet."),
    HoldCode.CHARGE: _("A charge is not on our order."),
    HoldCode.TAX: _("The tax is not what we compute."),
    HoldCode.TOTAL: _("The total is not the sum of its parts."),
    HoldCode.CURRENCY: _("The currency is not the order's."),
    HoldCode.UNIT: _("A unit is not the order's."),
    HoldCode.UNMATCHED: _("A line fits no line of our order."),
    HoldCode.NO_ORDER: _("We cannot find the order it is for."),
    HoldCode.ORDER_CLOSED: _("The order is closed."),
    HoldCode.REMIT_TO: _("The bill names another location to be paid than the one of your account with us."),
    HoldCode.BANK_CHANGE: _("Payments wait until the change of your bank account is checked."),
    HoldCode.SUPPLIER_BLOCKED: _("Payments to you are stopped. Please write to accounts payable."),
    HoldCode.DUPLICATE: _("It looks like a bill we already have. Check its number, or write to accounts payable."),
}
OTHERWISE = _("We are checking it.")


def told_supplier(hold: Hold) -> str:
    """Return what the supplier may read about a hold."""
    return str(WHY.get(HoldCode(hold.code), OTHERWISE) if hold.code in set(HoldCode) else OTHERWISE)
