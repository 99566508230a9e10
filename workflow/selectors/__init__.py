from workflow.selectors.people import Asked
from workflow.selectors.requests import messages_on, newest_request, open_cases_on
from workflow.selectors.routing import Routing, freeze_amount, route

__all__ = ["Asked", "Routing", "freeze_amount", "messages_on", "newest_request", "open_cases_on", "route"]
