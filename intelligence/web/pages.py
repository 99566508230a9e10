"""The measures of the process, and the documents behind every number of theirs."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from foundation.errors import require
from foundation.models import Site, User
from foundation.web.csvout import stream_csv
from foundation.web.keyset import paginate
from intelligence.access import can_read
from intelligence.decisions.metrics import BY_SLUG, Metric, Subset
from intelligence.decisions.period import Period, read_period
from intelligence.selectors import Scope, figures, measurements, parts_of, read_until, readable_sites
from intelligence.web.cards import card_of, scope_query
from intelligence.web.rows import HEAD, cells, list_rows

LENGTHS = ((28, "4 weeks"), (91, "13 weeks"), (182, "26 weeks"), (364, "52 weeks"))


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


@require_safe
@login_required
def insights(request: StaffRequest) -> HttpResponse:
    """Show the measures of the person's sites over a period beside the period before."""
    require(can_read(request.user))
    scope, errors = _scope(request)
    as_of = read_until()
    context = _filters(request, scope, errors) | {
        "cards": [card_of(figure, scope) for figure in figures(request.user, scope, as_of)],
        "as_of": as_of,
    }
    return render(request, "intelligence/insights.html", context, status=422 if errors else 200)


@require_safe
@login_required
def insight(request: StaffRequest, slug: str) -> HttpResponseBase:
    """List the documents a number counts, newest first; `?format=csv` downloads them."""
    require(can_read(request.user))
    metric = BY_SLUG.get(slug)
    if metric is None:
        raise Http404
    part = _part(request, metric)
    scope, errors = _scope(request)
    as_of = read_until()
    rows = list_rows(measurements(request.user, scope).filter(parts_of(as_of)[part], metric=metric.code))
    if request.GET.get("format") == "csv" and not errors:
        return stream_csv(f"{metric.slug}-{part.value}.csv", HEAD, _csv(rows.order_by("-pk"), metric))
    page = paginate(request, rows)
    context = _filters(request, scope, errors) | {
        "metric": metric,
        "part": part,
        "label": dict(metric.parts)[part],
        "count": rows.count(),
        "page": page,
        "lines": [cells(row, metric) for row in page],
        "as_of": as_of,
        "back": f"?{urlencode(scope_query(scope))}",
    }
    return render(request, "intelligence/documents.html", context, status=422 if errors else 200)


def _part(request: HttpRequest, metric: Metric) -> Subset:
    wanted = request.GET.get("part") or metric.parts[0][0].value
    for part, _label in metric.parts:
        if part.value == wanted:
            return part
    raise Http404


def _csv(rows: Any, metric: Metric) -> Iterator[list[Any]]:
    for row in rows.iterator(chunk_size=1_000):
        yield cells(row, metric).for_csv()


def _scope(request: HttpRequest) -> tuple[Scope, dict[str, str]]:
    words = {name: request.GET.get(name, "").strip()[:60] for name in ("from", "to", "site", "region", "supplier")}
    period, errors = read_period(words["from"], words["to"], timezone.localdate())
    return Scope(period, words["site"], words["region"], words["supplier"]), errors


def _filters(request: StaffRequest, scope: Scope, errors: dict[str, str]) -> dict[str, Any]:
    """Return what the filter form needs; typed days stay as typed when they are wrong."""
    sites = readable_sites(request.user)
    days = scope_query(scope)
    return {
        "scope": scope,
        "errors": errors,
        "typed": {name: request.GET.get(name, "")[:60] if errors else days[name] for name in ("from", "to")},
        "sites": sites,
        "regions": _regions(sites),
        "lengths": [
            (label, f"?{urlencode(scope_query(scope, _ending(scope, length)))}", scope.period.days == length)
            for length, label in LENGTHS
        ],
    }


def _ending(scope: Scope, length: int) -> Period:
    last = scope.period.last
    return Period(type(last).fromordinal(last.toordinal() - length + 1), last)


def _regions(sites: list[Site]) -> list[tuple[str, str]]:
    return sorted({(site.region.code, site.region.name) for site in sites}, key=lambda region: region[1])
