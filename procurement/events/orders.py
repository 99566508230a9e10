from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent(Event):
    """An event of a purchase order; the total is in order currency."""

    subject_type: ClassVar[str] = "order"

    total_amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCreated(OrderEvent):
    """An order stands in our books; the supplier does not see it yet."""

    kind: ClassVar[str] = "procurement.order.created"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIssued(OrderEvent):
    """A version went to the supplier; the clock for the answer runs (MX-1 ends, MX-5 starts)."""

    kind: ClassVar[str] = "procurement.order.issued"

    revision: int
    touchless: bool
    ack_due_at: str
    channel: str = ""  # how the supplier took orders at that moment: portal, edi


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged(OrderEvent):
    """A new version is in force and went to the supplier; `outcome` says what differs (PO-2)."""

    kind: ClassVar[str] = "procurement.order.changed"

    revision: int
    channel: str  # how the supplier took orders at that moment: portal, edi
    outcome: str
    change: str  # number of the change


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEvent(Event):
    """An event of a change of an order; a dearer price a supplier asks for is one too."""

    subject_type: ClassVar[str] = "change"

    order_id: int
    order_number: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProposed(ChangeEvent):
    """Somebody wants an order to say something else; `deltas` is what it tightens beyond policy (AP-7)."""

    kind: ClassVar[str] = "procurement.change.proposed"

    deltas: tuple[str, ...]
    answer: str = ""  # number of the supplier's answer whose terms it takes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEnded(ChangeEvent):
    """It is in force, refused, sent back or withdrawn: `outcome`."""

    kind: ClassVar[str] = "procurement.change.ended"

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHeld(OrderEvent):
    """Put on hold, or taken off it when `reason` is empty."""

    kind: ClassVar[str] = "procurement.order.held"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderEvent):
    """Nothing of it is wanted."""

    kind: ClassVar[str] = "procurement.order.cancelled"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderClosed(OrderEvent):
    """Done, or the rest closed short."""

    kind: ClassVar[str] = "procurement.order.closed"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReopened(OrderEvent):
    """A closed order is open again: a receipt was reversed, or a buyer wants the rest after all."""

    kind: ClassVar[str] = "procurement.order.reopened"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOverdue(OrderEvent):
    """The supplier has not answered in time (AK-4)."""

    kind: ClassVar[str] = "procurement.order.answer_overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgmentEvent(Event):
    """An event of a supplier's answer; `order_id` and `revision` say what it answers."""

    subject_type: ClassVar[str] = "acknowledgment"

    order_id: int
    order_number: str
    revision: int
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgmentApplied(AcknowledgmentEvent):
    """As ordered, or within tolerance: it is the current promise."""

    kind: ClassVar[str] = "procurement.acknowledgment.applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgmentInReview(AcknowledgmentEvent):
    """Outside tolerance: one task for the buyer (AK-2)."""

    kind: ClassVar[str] = "procurement.acknowledgment.review"

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgmentSuperseded(AcknowledgmentEvent):
    """It answers a version no longer in force, or a newer answer came (AK-3)."""

    kind: ClassVar[str] = "procurement.acknowledgment.superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgmentDecided(AcknowledgmentEvent):
    """The buyer took the supplier's terms, or refused them."""

    kind: ClassVar[str] = "procurement.acknowledgment.decided"

    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsReceiptPosted(Event):
    """Goods arrived; lines say (order line id, delivered, accepted) in base units."""

    kind: ClassVar[str] = "procurement.goods_receipt.posted"
    subject_type: ClassVar[str] = "receipt"

    order_id: int
    order_number: str
    lines: tuple[tuple[int, Decimal, Decimal], ...]
    billed: str = ""  # how far the order was billed when the goods came: none, partial, full, over


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsReceiptReversed(Event):
    """A receipt was taken back."""

    kind: ClassVar[str] = "procurement.goods_receipt.reversed"
    subject_type: ClassVar[str] = "receipt"

    order_id: int
    order_number: str
    lines: tuple[tuple[int, Decimal, Decimal], ...]
