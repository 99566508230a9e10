"""How much of a delivery may be accepted. Source: SEMANTICS GR-1 and GR-3; base units throughout."""

from dataclasses import dataclass
from decimal import Decimal

GOOD = "good"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery against one order line."""

    ordered: Decimal
    cancelled: Decimal
    closed_short: Decimal
    accepted: Decimal  # before this delivery
    arriving: Decimal
    condition: str
    over_percent: Decimal  # tolerance frozen with the line; 5 means 5 %


@dataclass(frozen=True, slots=True)
class Received:
    """What becomes of it: accepted, rejected (damaged, wrong), and what is over the tolerance."""

    accepted: Decimal
    rejected: Decimal
    over: Decimal


def receive(delivery: Delivered) -> Received:
    """Split a delivery; what is not good is rejected, what is above tolerance is over. The limit is allowed.

    The tolerance is cumulative over all receipts of the line (GR-3).
    """
    if delivery.condition != GOOD:
        return Received(Decimal(0), delivery.arriving, Decimal(0))
    wanted = delivery.ordered - delivery.cancelled - delivery.closed_short
    room = max(wanted + delivery.ordered * delivery.over_percent / 100 - delivery.accepted, Decimal(0))
    accepted = min(delivery.arriving, room)
    return Received(accepted, Decimal(0), delivery.arriving - accepted)
