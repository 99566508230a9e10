from workflow.services.approvals import Asking, open_approval, record_decision, require_request, withdraw_approval
from workflow.services.cases import cure_case, open_case, resolve_case
from workflow.services.messages import send_message
from workflow.services.remind import remind_overdue

__all__ = [
    "Asking", "cure_case", "open_approval", "open_case", "record_decision", "remind_overdue", "require_request",
    "resolve_case", "send_message", "withdraw_approval",
]  # fmt: skip
