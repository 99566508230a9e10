from procurement.services.add_invoiced import add_invoiced
from procurement.services.answer_lines import AnswerLine
from procurement.services.assign_source import assign_source
from procurement.services.book_delivery import Booked, FoundLine, book_delivery, report_found_goods
from procurement.services.change_order import change_order
from procurement.services.decide_acknowledgment import decide_acknowledgment
from procurement.services.decide_change import approve_change, reject_change, return_change, withdraw_change
from procurement.services.follow_budgets import follow_budgets, recount_budgets
from procurement.services.history_commands import PastCount, PastLine, PastNeed, PastOrder, PastReceipt
from procurement.services.issue_order import issue_order
from procurement.services.mail_answer_copies import mail_answer_copies
from procurement.services.mail_order import mail_order
from procurement.services.move_order import (
    cancel_order,
    close_order,
    close_settled_order,
    hold_order,
    mark_answer_overdue,
    reopen_order,
    unhold_order,
)
from procurement.services.move_requisition import (
    approve_requisition,
    cancel_requisition,
    reject_requisition,
    return_requisition,
    submit_requisition,
    withdraw_requisition,
)
from procurement.services.place_combined import place_combined
from procurement.services.place_orders import place_orders
from procurement.services.post_goods_receipt import ReceiptLine, post_goods_receipt
from procurement.services.quote_line import quote_line, take_up_award
from procurement.services.record_acknowledgment import record_acknowledgment
from procurement.services.record_history import record_history
from procurement.services.requisition_lines import LineInput, prepare_lines
from procurement.services.reverse_goods_receipt import reverse_goods_receipt
from procurement.services.write_requisition import copy_requisition, create_requisition, save_requisition

__all__ = [
    "AnswerLine", "Booked", "FoundLine", "LineInput", "PastCount", "PastLine", "PastNeed", "PastOrder",
    "PastReceipt", "ReceiptLine", "add_invoiced", "approve_change", "approve_requisition", "assign_source", "book_delivery",
    "cancel_order", "cancel_requisition", "change_order", "close_order", "close_settled_order", "copy_requisition", "create_requisition",
    "decide_acknowledgment", "follow_budgets", "hold_order", "issue_order", "mail_answer_copies", "mail_order", "mark_answer_overdue",
    "place_combined", "place_orders", "post_goods_receipt", "prepare_lines", "quote_line", "record_acknowledgment", "record_history",
    "recount_budgets", "reject_change", "reject_requisition", "reopen_order", "report_found_goods", "return_change", "return_requisition", "reverse_goods_receipt", "save_requisition",
    "submit_requisition", "take_up_award", "unhold_order", "withdraw_change", "withdraw_requisition",
]  # fmt: skip
