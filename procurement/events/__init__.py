from procurement.events.orders import (
    AcknowledgmentApplied,
    AcknowledgmentDecided,
    AcknowledgmentInReview,
    AcknowledgmentSuperseded,
    AnswerOverdue,
    GoodsReceiptPosted,
    GoodsReceiptReversed,
    OrderCancelled,
    OrderClosed,
    OrderCreated,
    OrderHeld,
    OrderIssued,
)
from procurement.events.requisitions import (
    RequisitionApproved,
    RequisitionCancelled,
    RequisitionOrdered,
    RequisitionRejected,
    RequisitionReturned,
    RequisitionSubmitted,
)

__all__ = [
    "AcknowledgmentApplied", "AcknowledgmentDecided", "AcknowledgmentInReview", "AcknowledgmentSuperseded",
    "AnswerOverdue", "GoodsReceiptPosted", "GoodsReceiptReversed", "OrderCancelled", "OrderClosed", "OrderCreated",
    "OrderHeld", "OrderIssued", "RequisitionApproved", "RequisitionCancelled", "RequisitionOrdered",
    "RequisitionRejected", "RequisitionReturned", "RequisitionSubmitted",
]  # fmt: skip
