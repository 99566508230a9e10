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
    RequisitionReduced,
    RequisitionRejected,
    RequisitionReopened,
    RequisitionReturned,
    RequisitionSubmitted,
)

__all__ = [
    "AcknowledgmentApplied", "AcknowledgmentDecided", "AcknowledgmentInReview", "AcknowledgmentSuperseded",
    "AnswerOverdue", "GoodsReceiptPosted", "GoodsReceiptReversed", "OrderCancelled", "OrderClosed", "OrderCreated",
    "OrderHeld", "OrderIssued", "RequisitionApproved", "RequisitionCancelled", "RequisitionOrdered",
    "RequisitionReduced", "RequisitionRejected", "RequisitionReopened", "RequisitionReturned", "RequisitionSubmitted",
]  # fmt: skip
