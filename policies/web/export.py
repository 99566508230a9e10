"""A version as a file, from its own page."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from policies.selectors import file_of
from policies.web.shared import StaffRequest, version_to_read


@require_safe
@login_required
def export(request: StaffRequest, page: str, number: int, form: str) -> HttpResponse:
    """Send a version as a file, whatever its state."""
    policy = version_to_read(request, page, number)
    if form not in {"json", "xlsx"}:
        raise Http404
    file = file_of(policy, form, page)
    return HttpResponse(file.content, content_type=file.content_type, headers=file.headers())
