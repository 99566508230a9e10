"""How complete the records of suppliers are: a number for each flaw that leads to its rows, on the page and as a table."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.access import holds_anywhere
from foundation.models import User
from foundation.roles import VIEW
from foundation.web.csvout import stream_csv
from foundation.web.door import staff
from suppliers import access
from suppliers.selectors.quality import flaw_named, flawed, flaws
from suppliers.selectors.quality import quality as counted


@require_safe
@login_required
def quality(request: HttpRequest) -> HttpResponse:
    """Show each flaw with the number of suppliers in use that have it."""
    viewer, known = _viewer(request), flaws()
    in_use, counts = counted(access.visible_suppliers(viewer), known)
    rows = [(flaw, counts[code], round(100 * counts[code] / in_use) if in_use else 0) for code, flaw in known.items()]
    return render(request, "suppliers/quality.html", {"rows": rows, "in_use": in_use})


@require_safe
@login_required
def quality_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Export the suppliers that have a flaw."""
    suppliers = access.visible_suppliers(_viewer(request))
    flaw = flaw_named(code)
    if flaw is None:
        raise Http404
    head = ("code", "name", "state", "country", "tax_id", "order_email", "address")
    rows = flawed(flaw, suppliers).order_by("name", "pk").values_list(*head)
    return stream_csv(f"suppliers-{code}.csv", list(head), (list(row) for row in rows))


def _viewer(request: HttpRequest) -> User:
    """Return the person; who sees no supplier finds nothing here."""
    if not holds_anywhere(staff(request), VIEW):
        raise Http404
    return staff(request)
