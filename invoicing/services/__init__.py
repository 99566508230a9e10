from invoicing.services.close_settled_orders import close_settled_orders
from invoicing.services.history_commands import LetPass, PastBill, PastBillLine
from invoicing.services.match_invoice import match_invoice, match_invoices
from invoicing.services.receive_invoice import receive_invoice
from invoicing.services.record_history import record_past_bills
from invoicing.services.record_posting import record_payment, record_posting
from invoicing.services.release_hold import release_hold
from invoicing.services.release_invoice import release_invoice
from invoicing.services.void_invoice import void_invoice

__all__ = [
    "LetPass", "PastBill", "PastBillLine", "close_settled_orders", "match_invoice", "match_invoices", "receive_invoice",
    "record_past_bills", "record_payment", "record_posting", "release_hold", "release_invoice", "void_invoice",
]  # fmt: skip
