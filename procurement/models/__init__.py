from procurement.models.acknowledgment import AcknowledgmentLine, AckState, LineAnswer, OrderAcknowledgment
from procurement.models.order import (
    AckStatus,
    OrderLineSource,
    OrderState,
    OrderVersion,
    ProgressStatus,
    PurchaseOrder,
    PurchaseOrderLine,
)
from procurement.models.order_change import ChangeState, OrderChange
from procurement.models.receipt import Condition, GoodsReceipt, GoodsReceiptLine, ReceiptState
from procurement.models.requisition import PriceSource, Requisition, RequisitionLine, RequisitionState, SpendKind

__all__ = [
    "AckState", "AckStatus", "AcknowledgmentLine", "ChangeState", "Condition", "GoodsReceipt", "GoodsReceiptLine", "LineAnswer",
    "OrderAcknowledgment", "OrderChange", "OrderLineSource", "OrderState", "OrderVersion", "PriceSource", "ProgressStatus",
    "PurchaseOrder", "PurchaseOrderLine", "ReceiptState", "Requisition", "RequisitionLine", "RequisitionState",
    "SpendKind",
]  # fmt: skip
