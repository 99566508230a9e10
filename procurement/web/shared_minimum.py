"""The warning that several sites are about to buy the same below what the supplier sells at least."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from foundation.access import site_ids_with
from foundation.models import Site, User
from foundation.roles import VIEW
from procurement.models import Requisition, RequisitionState
from procurement.selectors.shared_minimum import shared_minimums

WAITING = (RequisitionState.DRAFT, RequisitionState.SUBMITTED, RequisitionState.APPROVED)


def minimum_of_requisition(request: HttpRequest, pk: Any = None) -> str:
    """Show whom else to ask before this is ordered; sites the person does not see are named without their documents."""
    user = request.user
    requisition = Requisition.objects.select_related("ship_to").filter(pk=pk, state__in=WAITING).first()
    if not isinstance(user, User) or requisition is None:
        return ""
    found = shared_minimums(requisition)
    if not found:
        return ""
    codes = {need.site for short in found for need in short.siblings}
    sites = {site.code: site for site in Site.objects.filter(code__in=codes)}
    seen = set(site_ids_with(user, VIEW))
    rows = [
        (short, [(need, sites[need.site].name, sites[need.site].pk in seen) for need in short.siblings])
        for short in found
    ]
    return render_to_string("procurement/requisition/shared_minimum.html", {"rows": rows}, request=request)
