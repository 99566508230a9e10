from invoicing.models.invoice import Invoice, InvoiceCharge, InvoiceKind, InvoiceLine, InvoiceState
from invoicing.models.match import Hold, HoldState, InvoiceMatch, MatchState

__all__ = [
    "Hold", "HoldState", "Invoice", "InvoiceCharge", "InvoiceKind", "InvoiceLine", "InvoiceMatch", "InvoiceState",
    "MatchState",
]  # fmt: skip
