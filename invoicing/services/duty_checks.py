"""Duties kept apart on the chain of documents behind a bill. Source: SEMANTICS SD-1, SD-2."""

from collections.abc import Iterable
from datetime import datetime

from foundation import duties
from foundation.errors import NotPermittedError
from foundation.models import User
from invoicing.decisions.facts import HoldCode
from policies.decisions.duties import hard_conflict
from policies.selectors import duty_pairs_in_force

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


def require_duty(duty: str, person: User, chains: Iterable[str], *, at: datetime) -> None:
    """Refuse a duty that the person's earlier part in these documents excludes. Suppliers and machines hold none.

    :raises NotPermittedError: names both duties.
    """
    chains = list(chains)
    if person.kind != User.Kind.STAFF or not chains:
        return
    conflict = hard_conflict(duty, person.pk, duties.done_on(chains), duty_pairs_in_force(at))
    if conflict is not None:
        raise NotPermittedError("duty_conflict", conflict.sentence, duty=conflict.duty, held=conflict.held)
