"""A version as a file: JSON of a documented schema, or a workbook that people read."""

import json
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from foundation.intake import xlsx
from policies.decisions.exchange import to_json
from policies.decisions.exchange_tables import to_tables
from policies.models import PolicyVersion
from policies.selectors import document_of, ground_today
from policies.web.shared import StaffRequest, version_to_read


@require_safe
@login_required
def export(request: StaffRequest, page: str, number: int, form: str) -> HttpResponse:
    """Send a version as a file, whatever its state."""
    policy = version_to_read(request, page, number)
    if form not in {"json", "xlsx"}:
        raise Http404
    answer = as_json(policy) if form == "json" else as_workbook(policy)
    answer["Content-Disposition"] = f'attachment; filename="{page}-v{number}.{form}"'
    return answer


def as_json(policy: PolicyVersion) -> HttpResponse:
    """Return a version in the JSON of its schema, members in one order, so that two exports can be compared."""
    document = to_json(document_of(policy), ground_today().known.currency, _about(policy))
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return HttpResponse(f"{text}\n", content_type="application/json")


def as_workbook(policy: PolicyVersion) -> HttpResponse:
    """Return a version as a workbook; no cell of it is ever a formula."""
    tables = to_tables(document_of(policy), ground_today().known, _about(policy))
    return HttpResponse(xlsx.write(tables), content_type=xlsx.CONTENT_TYPE)


def _about(policy: PolicyVersion) -> dict[str, str]:
    """Return what a reader of the file may want to know of the version; it is not read back."""
    people = {"written_by": policy.created_by, "published_by": policy.published_by}
    instants = {"effective_from": policy.effective_from, "effective_until": policy.effective_until}
    return {
        "version": policy.label,
        "state": policy.state,
        "note": policy.note,
        **{name: str(person or "") for name, person in people.items()},
        **{name: _instant(at) for name, at in instants.items()},
    }


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""
