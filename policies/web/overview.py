"""All policies at a glance, the versions of one, and starting a draft."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import require
from foundation.web.typed import words
from policies import access
from policies.selectors import kinds_today, versions_of
from policies.services import create_draft
from policies.web.shared import PAGES, PURPOSE, StaffRequest, kind_of, now

MOST = 50


@require_safe
@login_required
def overview(request: StaffRequest) -> HttpResponse:
    """Show every policy with the version in force and the drafts that wait for a second person."""
    require(access.can_read_policies(request.user))
    rows = [(PAGES[today.kind], PURPOSE[today.kind], today) for today in kinds_today(now())]
    context = {"rows": rows, "may_draft": access.can_draft(request.user)}
    return render(request, "policies/overview.html", context)


@require_safe
@login_required
def versions(request: StaffRequest, page: str) -> HttpResponse:
    """List the versions of a policy, newest first."""
    kind = kind_of(page)
    require(access.can_read_policies(request.user))
    rows = list(versions_of(kind)[:MOST])
    at = now()
    context = {
        "kind": kind,
        "purpose": PURPOSE[kind],
        "page": page,
        "rows": rows,
        "in_force": next((v for v in rows if v.is_in_force(at)), None),
        "may_draft": access.can_draft(request.user),
        "pages": PAGES.items(),
    }
    return render(request, "policies/versions.html", context)


@require_POST
@login_required
def draft(request: StaffRequest, page: str) -> HttpResponse:
    """Start a draft from the version in force."""
    made = create_draft(kind=kind_of(page), actor=request.user, at=now(), note=words(request, "note", 200))
    messages.success(request, f"{made} is a copy of the version in force. Nothing changes until it is published.")
    return redirect("policy", page, made.number)
