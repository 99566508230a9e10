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
from foundation.models import Role, User
from foundation.selectors import timeline
from foundation.web.at_hand import keep_at_hand
from foundation.web.keyset import paginate
from foundation.web.typed import seen_version, words
from workflow import access
from workflow.models import ExceptionCase
from workflow.selectors.case_list import (
    VIEWS,
    CaseFilters,
    filtered_cases,
    first_owners,
    kind_words,
    open_kinds,
    owner_words,
    queue,
)
from workflow.services import reroute_case, resolve_case

BESIDE = 40  # rows of the queue beside one exception


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


@require_safe
@login_required
def case_list(request: StaffRequest) -> HttpResponse:
    """List the exceptions of the person's roles, open ones by due time."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    filters = CaseFilters(**{
        name: request.GET.get(name, "").strip()[:60] for name in ("view", "category", "site", "q")
    })  # fmt: skip
    visible = access.visible_cases(request.user)
    found = filtered_cases(visible, filters, now=now)
    page = paginate(request, found) if filters.view == "closed" else None
    rows = page.rows if page else queue(found)
    context: dict[str, Any] = {
        "first": first_owners(visible, now) if page else None,
        "rows": [(case, owner_words(case), kind_words(case)) for case in rows], "page": page, "filters": filters, "views": VIEWS,
        "is_filtered": filters != CaseFilters(view=filters.view), "categories": open_kinds(visible), "now": now,
    }  # fmt: skip
    return render(request, "workflow/cases.html", context)


@require_safe
@login_required
def case_detail(request: StaffRequest, number: str) -> HttpResponse:
    """Show one exception with its evidence, who owns it and what may be done, the queue beside it."""
    return _detail(request, _find(request, number))


def _find(request: StaffRequest, number: str) -> ExceptionCase:
    rows = access.visible_cases(request.user).select_related("policy", "closed_by", "site__region", "owner")
    case = get_object_or_404(rows, number=number)
    keep_at_hand(request, case)
    return case


def _address(subject: registries.Subject, case: ExceptionCase) -> str:
    return subject.page(case.subject_number) if subject.page else subject.url(case.subject_id)


def _detail(
    request: StaffRequest, case: ExceptionCase, *, error: str = "", given: str = "", status: int = 200,
    failed: str = "outcome",
) -> HttpResponse:  # fmt: skip
    subject = registries.subjects.get(case.subject_type)
    sees_subject = subject is not None and subject.visible(request.user, case.subject_id)
    evidence = [(k.replace("_", " "), v) for k, v in case.evidence.items() if v and not isinstance(v, dict | list)]
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    beside = queue(access.visible_cases(request.user), BESIDE)
    context = {
        "case": case,
        "kind": kind_words(case),
        "owner": owner_words(case),
        "subject_url": _address(subject, case) if subject and sees_subject else "",
        "subject_label": subject.label if subject else case.subject_type,
        "evidence": evidence,
        "goods": [x for x in case.evidence.get("lines", []) if isinstance(x, dict) and "what" in x],
        "history": timeline("case", case.pk),
        "queue": [(one, kind_words(one)) for one in beside],
        "may_work": access.can_work_case(request.user, case),
        "now": now,
        "error": error if failed == "outcome" else "",
        "hand_on_error": error if failed != "outcome" else "",
        "hand_on_field": failed,
        "given_reason": request.POST.get("reason", ""),
        "roles": [(code, name) for code, name in Role.choices if code != case.owner_role],
        "given_role": request.POST.get("role", ""),
        "given": given,
    }
    return render(request, "workflow/case.html", context, status=status)


@require_POST
@login_required
def case_resolve(request: StaffRequest, number: str) -> HttpResponse:
    """Close an exception by hand, with what was done; then the next one opens."""
    case = _find(request, number)
    try:
        outcome = words(request, "outcome")
        resolve_case(
            case_id=case.pk,
            expected_version=seen_version(request),
            actor=request.user,
            outcome=outcome,
            at=timezone.now(),  # noqa: TID251 - the porch reads the clock
        )
    except InvalidError as error:
        return _detail(request, case, error=error.message, given=request.POST.get("outcome", ""), status=422)
    left = queue(access.visible_cases(request.user), 1)
    if not left:
        messages.success(request, f"{number} is settled. Nothing else waits.")
        return redirect("cases")
    messages.success(request, f"{number} is settled. Next: {left[0].number}.")
    return redirect("case", left[0].number)


@require_POST
@login_required
def case_reroute(request: StaffRequest, number: str) -> HttpResponse:
    """Hand an exception on to another role, with the reason."""
    case = _find(request, number)
    try:
        reroute_case(
            case_id=case.pk,
            expected_version=seen_version(request),
            role=words(request, "role", 24),
            reason=words(request, "reason"),
            actor=request.user,
            at=timezone.now(),  # noqa: TID251 - the porch reads the clock
        )
    except InvalidError as error:
        failed = str(error.details.get("field", "reason"))
        return _detail(request, case, error=error.message, status=422, failed=failed)
    messages.success(request, f"{number} is handed on.")
    return redirect("cases")
