"""Spend outside the contracts that cover it, by site, down to the lines (SO-3)."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import site_ids_with
from foundation.roles import VIEW
from foundation.web.door import staff
from procurement.selectors.off_contract import SHOWN, off_contract_by_site, off_contract_lines

TABS = (("", "12 months"), ("90", "90 days"), ("30", "30 days"))
DAYS = {"": 365, "90": 90, "30": 30}


@require_safe
@login_required
def off_contract(request: HttpRequest) -> HttpResponse:
    """Show what each of the person's sites ordered off contract; a site opens its lines."""
    sites = site_ids_with(staff(request), VIEW)
    days = request.GET.get("days", "")
    since = timezone.localdate() - timedelta(days=DAYS.get(days, DAYS[""]))
    rows = off_contract_by_site(sites, since)
    chosen = next((row for row in rows if row.code == request.GET.get("site", "")), None)
    lines = off_contract_lines(sites, since, chosen.code) if chosen else []
    context = {
        "rows": rows, "tabs": TABS, "days": days, "since": since, "chosen": chosen, "lines": lines[:SHOWN],
        "has_more": len(lines) > SHOWN,
    }  # fmt: skip
    return render(request, "procurement/order/off_contract.html", context)
