"""Why an order's lines were approved, on its page: in words, with the nearest change that would route them otherwise."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from foundation.access import holds
from foundation.models import User
from foundation.roles import VIEW
from procurement.models import OrderLineSource, RequisitionLine
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


def why_this_supplier(request: HttpRequest, pk: Any = None) -> str:
    """Show for each line why its needs went to this supplier and why not to the others, as it was frozen (SO-1); one statement."""
    if not isinstance(request.user, User):
        return ""
    sources = OrderLineSource.objects.filter(order_line__order_id=pk)
    needs = RequisitionLine.objects.filter(pk__in=sources.values("requisition_line")).order_by("pk")
    rows = [
        (description, said)
        for description, said in needs.values_list("description", "sourcing")[:MOST]
        if said.get("reason")
    ]
    return render_to_string("procurement/order/why_supplier.html", {"rows": rows}, request=request) if rows else ""
