"""The supplier's contracts with us: what is in force, until when, at which prices and how much may still come (SO-2)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.web.keyset import paginate
from suppliers.models import Contract
from suppliers.portal.door import PortalRequest, portal_view
from suppliers.selectors.contracts import contract_prices, left_of, shown_to_supplier, used_percent

SECTION = {"section": "contracts"}


@require_safe
@portal_view
def contract_list(request: PortalRequest) -> HttpResponse:
    """List the supplier's contracts, what is in force first."""
    rows = paginate(request, shown_to_supplier(request.supplier.pk))
    context = {**SECTION, "page": rows, "rows": [_row(one) for one in rows], "today": timezone.localdate()}
    return render(request, "portal/contracts/list.html", context)


@require_safe
@portal_view
def contract_detail(request: PortalRequest, number: str) -> HttpResponse:
    """Show one contract with its prices."""
    contract = get_object_or_404(shown_to_supplier(request.supplier.pk), number=number)
    page = paginate(request, contract_prices(contract))
    context = {**SECTION, **_row(contract), "page": page, "today": timezone.localdate()}
    return render(request, "portal/contracts/detail.html", context)


def _row(contract: Contract) -> dict[str, object]:
    days = (contract.valid_to - timezone.localdate()).days
    return {"contract": contract, "left": left_of(contract), "used_percent": used_percent(contract), "days_left": days}
