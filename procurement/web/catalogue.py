"""Looking an item up: price, source and lead time at a site, and why this source."""

from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.models import Site, User
from procurement import access
from procurement.selectors.item_book import item_book
from procurement.web.requisitions import now
from suppliers.selectors import search_catalogue


@require_safe
@login_required
def catalogue(request: HttpRequest) -> HttpResponse:
    """Look up items with price, source and lead time at a site."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    sites = Site.objects.filter(pk__in=access.visible_sites(request.user)).select_related("region")
    site = sites.filter(code=request.GET.get("site", "")[:8]).first() or sites.first()
    if site is None:
        raise Http404
    text = request.GET.get("q", "").strip()[:80]
    day = now().astimezone(ZoneInfo(site.time_zone)).date()
    hits = search_catalogue(site, text, day, limit=50) if text else []
    book = item_book(f.item.code for f in hits)
    found = [(f, dict(book.units_of(f.item.code)).get(f.unit, f.unit)) for f in hits]
    context = {"sites": sites, "site": site, "q": text, "found": found, "day": day}
    return render(request, "procurement/catalogue/search.html", context)
