"""The exception queue and one exception (UX 6.5)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation import registries
from foundation.errors import InvalidError
from foundation.models import User
from foundation.selectors import timeline
from foundation.web.keyset import paginate
from workflow import access
from workflow.models import CaseState
from workflow.services import resolve_case


@require_safe
@login_required
def case_list(request: HttpRequest) -> HttpResponse:
    """List the exceptions of the person's roles, open ones by due time."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    rows = access.visible_cases(request.user)
    category, text = request.GET.get("category", "")[:40], request.GET.get("q", "").strip()[:60]
    if category:
        rows = rows.filter(category=category)
    if text:
        rows = rows.filter(subject_number__icontains=text)
    closed = request.GET.get("state") == "closed"
    if closed:
        page = paginate(request, rows.exclude(state=CaseState.OPEN))
        context: dict[str, Any] = {"rows": page.rows, "page": page}
    else:
        context = {"rows": list(rows.filter(state=CaseState.OPEN).order_by("due_at", "pk")[:200]), "page": None}
    categories = sorted(
        set(access.visible_cases(request.user).filter(state=CaseState.OPEN).values_list("category", flat=True)[:500])
    )
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    return render(request, "workflow/cases.html", {**context, "categories": categories, "now": now})


@require_safe
@login_required
def case_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one exception with its evidence and who owns it."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    case = get_object_or_404(
        access.visible_cases(request.user).select_related("policy", "closed_by", "site__region"), number=number
    )
    subject = registries.subjects.get(case.subject_type)
    context = {
        "case": case,
        "subject_url": subject.url(case.subject_id)
        if subject and subject.visible(request.user, case.subject_id)
        else "",
        "subject_label": subject.label if subject else case.subject_type,
        "evidence": [
            (key.replace("_", " "), value) for key, value in case.evidence.items() if not isinstance(value, dict | list)
        ],
        "history": timeline("case", case.pk),
        "may_work": access.can_work_case(request.user, case),
        "now": timezone.now(),  # noqa: TID251 - the porch reads the clock
    }
    return render(request, "workflow/case.html", context)


@require_POST
@login_required
def case_resolve(request: HttpRequest, number: str) -> HttpResponse:
    """Close an exception by hand, with what was done."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    case = get_object_or_404(access.visible_cases(request.user), number=number)
    outcome = request.POST.get("outcome", "").strip()
    try:
        resolve_case(
            case_id=case.pk,
            expected_version=int(request.POST.get("version", "0") or 0),
            actor=request.user,
            outcome=outcome,
            at=timezone.now(),  # noqa: TID251 - the porch reads the clock
        )
    except InvalidError as error:
        messages.error(request, error.message)
        return redirect("case", number)
    messages.success(request, f"{number} is settled.")
    return redirect("cases")
