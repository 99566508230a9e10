"""A supplier's own scorecard, the lines behind each number, and the same as a file."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.web.csvout import csv_file
from procurement.decisions.scorecard import BY_CODE, PARTS, Part
from procurement.selectors.scorecard import answer_latency, as_csv, days_of, lines_behind, scores, window
from suppliers.portal.door import PortalRequest, portal_view


@require_safe
@portal_view
def scorecard(request: PortalRequest) -> HttpResponse:
    """Show how the company does, with n, time and formula of each number."""
    over = window(days_of(request.GET.get("days", "")), timezone.localdate())
    mine = request.supplier.pk
    context = {
        "scores": scores(mine, over), "latency": answer_latency(mine, over), "over": over, "section": "scorecard",
    }  # fmt: skip
    return render(request, "portal/scorecard/card.html", context)


@require_safe
@portal_view
def score_lines(request: PortalRequest, code: str, part: str) -> HttpResponse:
    """List the order lines behind one number, on a page or as a file."""
    measure, over = BY_CODE.get(code), window(days_of(request.GET.get("days", "")), timezone.localdate())
    if measure is None or part not in PARTS:
        raise Http404
    rows = lines_behind(measure, Part(part), request.supplier.pk, over)
    if request.GET.get("as") == "csv":
        return csv_file(f"{code}-{part}.csv", as_csv(rows))
    context = {"measure": measure, "part": part, "rows": rows, "over": over, "section": "scorecard"}
    return render(request, "portal/scorecard/lines.html", context)
