"""What we buy from the supplier and at which price, as our catalogue has it; read only."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.web.keyset import paginate
from suppliers.models import CatalogueItem, CatalogueState
from suppliers.portal.door import PortalRequest, portal_view


@require_safe
@portal_view
def price_list(request: PortalRequest) -> HttpResponse:
    """List the supplier's items with price, pack, least quantity and lead time; found by part number or name."""
    text = request.GET.get("q", "").strip()[:40]
    rows = CatalogueItem.objects.filter(supplier=request.supplier, state=CatalogueState.ACTIVE)
    if text:
        rows = rows.filter(supplier_part__icontains=text) | rows.filter(item__name__icontains=text)
    page = paginate(request, rows.select_related("item", "unit"))
    return render(request, "portal/prices.html", {"page": page, "text": text, "section": "prices"})
