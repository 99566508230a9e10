from procurement.events.orders import (
    AcknowledgmentApplied,
    AcknowledgmentDecided,
    AcknowledgmentInReview,
    AcknowledgmentSuperseded,
    AnswerOverdue,
    ChangeEnded,
    ChangeProposed,
    GoodsReceiptPosted,
    GoodsReceiptReversed,
    OrderCancelled,
    OrderChanged,
    OrderClosed,
    OrderCreated,
    OrderHeld,
    OrderIssued,
    OrderReopened,
)
from procurement.events.requisitions import (
    RequisitionApproved,
    RequisitionCancelled,
    RequisitionHeldBack,
    RequisitionOrdered,
    RequisitionReduced,
    RequisitionRejected,
    RequisitionReopened,
    RequisitionReturned,
    RequisitionSubmitted,
)

__all__ = [
    "AcknowledgmentApplied", "AcknowledgmentDecided", "AcknowledgmentInReview", "AcknowledgmentSuperseded",
    "AnswerOverdue", "ChangeEnded", "ChangeProposed", "GoodsReceiptPosted", "GoodsReceiptReversed", "OrderCancelled", "OrderChanged", "OrderClosed", "OrderCreated",
    "OrderHeld", "OrderIssued", "OrderReopened", "RequisitionApproved", "RequisitionCancelled", "RequisitionHeldBack", "RequisitionOrdered",
    "RequisitionReduced", "RequisitionRejected", "RequisitionReopened", "RequisitionReturned", "RequisitionSubmitted",
]  # fmt: skip
