from workflow.selectors.people import Asked
from workflow.selectors.redecided import Redecided, redecided
from workflow.selectors.requests import (
    last_decision_by,
    last_said_on,
    messages_on,
    newest_request,
    open_cases_on,
    with_chain,
)
from workflow.selectors.routing import Routing, fallback_role, freeze_amount, route

__all__ = [
    "Asked", "Redecided", "Routing", "fallback_role", "freeze_amount", "last_decision_by", "last_said_on", "messages_on", "newest_request",
    "open_cases_on", "redecided", "route", "with_chain",
]  # fmt: skip
