"""The way in to everything that documents name: what there is, and what a new installation needs first."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation import access
from foundation.web.door import admitted, staff

# Address, name, what it is for; in the order in which a new installation needs them.
PAGES = (
    ("entities", "Legal entities", "The companies of ours that order and pay. Every site belongs to one."),
    ("regions", "Regions", "Groups of sites with people of their own. Every site is in one."),
    ("calendars", "Working hours", "Working weeks and days off, on which due times are counted. A site works by one."),
    ("cost_centres", "Cost centres", "Who pays inside the company, and who owns it. A requisition names one."),
    ("units", "Units of measure", "What is counted in, and what converts into what for every item."),
    ("categories", "Categories", "The tree of spend. Approval rows, tolerances and sources may name a branch of it."),
    ("rates", "Exchange rates", "What a currency is worth from which day. A wrong rate is set right by a newer row."),
    ("items", "Items", "What is bought by code, with category, barcode and packs. A table brings many in at once."),
)  # fmt: skip


@require_safe
@login_required
def master(request: HttpRequest) -> HttpResponse:
    """Show the kinds of master data."""
    admitted(request, access.can_keep_ground(staff(request)))
    return render(request, "master/home.html", {"pages": PAGES})
