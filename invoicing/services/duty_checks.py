"""Which duties entering a bill and releasing its holds are. Source: SEMANTICS SD-1, SD-2."""

from invoicing.decisions.facts import HoldCode

ENTER = "enter_invoice"
RELEASE = "release_hold"
_RELEASE_OF = {
    HoldCode.OVER_RECEIVED: "release_quantity_hold",
    HoldCode.OVERDUE: "release_quantity_hold",
    HoldCode.ORDER_CLOSED: "release_quantity_hold",
    HoldCode.PRICE_ABOVE: "release_price_hold",
    HoldCode.PRICE_BELOW: "release_price_hold",
}


def duties_of_release(code: str) -> tuple[str, ...]:
    """Return the duties that releasing a hold of this cause is: the general one, and price or quantity."""
    special = _RELEASE_OF.get(HoldCode(code))
    return (RELEASE, special) if special else (RELEASE,)
