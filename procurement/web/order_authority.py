"""Why an order's lines were approved, on its page: in words, with the nearest change that would route them otherwise."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from foundation.access import holds
from foundation.models import User
from foundation.roles import VIEW
from procurement.models import OrderLineSource
from workflow.selectors.explain import approvals_of

MOST = 10


def why_approved(request: HttpRequest, pk: Any = None) -> str:
    """Show the approval of each requisition an order came from (AP-11); one statement."""
    user = request.user
    if not isinstance(user, User):
        return ""
    sources = OrderLineSource.objects.filter(order_line__order_id=pk)
    rows = approvals_of("requisition", sources.values("requisition_line__requisition_id"), MOST)
    if not rows:
        return ""
    context = {"rows": [(row, holds(user, VIEW, row.site_id or 0)) for row in rows]}
    return render_to_string("procurement/order/why.html", context, request=request)
