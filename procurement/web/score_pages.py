"""A supplier's scorecard for staff: their sites only, the lines behind each number, and the same as a file."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from foundation.access import site_ids_with
from foundation.roles import VIEW
from foundation.web.csvout import csv_file
from foundation.web.door import staff
from procurement.decisions.scorecard import BY_CODE, PARTS, Part
from procurement.selectors.scorecard import answer_latency, as_csv, days_of, lines_behind, scores, window
from suppliers.access import visible_suppliers
from suppliers.web.shown import shown


def link_to_scorecard(request: HttpRequest, pk: Any = None) -> str:
    """Lead from a supplier's page to its numbers."""
    code = shown(request, int(pk)).code if pk else ""
    return render_to_string("procurement/supplier/score_link.html", {"code": code}, request=request) if code else ""


@require_safe
@login_required
def supplier_scorecard(request: HttpRequest, code: str) -> HttpResponse:
    """Show a supplier's numbers at the reader's sites."""
    user = staff(request)
    supplier = get_object_or_404(visible_suppliers(user), code=code)
    days, sites = days_of(request.GET.get("days", "")), list(site_ids_with(user, VIEW))
    over = window(days, timezone.localdate())
    context = {
        "scores": scores(supplier.pk, over, sites), "latency": answer_latency(supplier.pk, over, sites), "over": over,
        "supplier": supplier,
    }  # fmt: skip
    return render(request, "procurement/supplier/scorecard.html", context)


@require_safe
@login_required
def supplier_score_lines(request: HttpRequest, code: str, measure: str, part: str) -> HttpResponse:
    """List the order lines behind one number of a supplier, at the reader's sites."""
    user = staff(request)
    supplier = get_object_or_404(visible_suppliers(user), code=code)
    known, over = BY_CODE.get(measure), window(days_of(request.GET.get("days", "")), timezone.localdate())
    if known is None or part not in PARTS:
        raise Http404
    rows = lines_behind(known, Part(part), supplier.pk, over, list(site_ids_with(user, VIEW)))
    if request.GET.get("as") == "csv":
        return csv_file(f"{code}-{measure}-{part}.csv", as_csv(rows))
    context = {"measure": known, "part": part, "rows": rows, "over": over, "supplier": supplier}
    return render(request, "procurement/supplier/score_lines.html", context)
