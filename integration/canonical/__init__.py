"""The canonical model in force. Every version has its own module; what is imported here is version 1."""

from integration.canonical.v1 import (
    VERSION,
    Acknowledgment,
    AnswerSchedule,
    Charge,
    Decoded,
    Document,
    Fault,
    FunctionalAnswer,
    Identifier,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Party,
    Receipt,
    ReceiptLine,
    ReceivedGroup,
    ReceivedSet,
    SetVerdict,
    TaxSubtotal,
)

__all__ = [
    "VERSION", "Acknowledgment", "AnswerSchedule", "Charge", "Decoded", "Document", "Fault", "FunctionalAnswer",
    "Identifier", "Invoice", "InvoiceLine", "Order", "OrderLine", "Party", "Receipt", "ReceiptLine", "ReceivedGroup",
    "ReceivedSet", "SetVerdict", "TaxSubtotal",
]  # fmt: skip
