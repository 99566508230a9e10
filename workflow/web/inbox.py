"""The inbox: what waits for a person's decision, and deciding it (UX 6.2)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from foundation import registries
from foundation.errors import InvalidError
from foundation.models import User
from workflow import access
from workflow.models import ApprovalRequest, Message
from workflow.selectors import messages_on, newest_request
from workflow.services import send_message

LIMIT = 100
DONE = {"approve": "approved", "reject": "rejected", "return": "sent back for a change"}


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


@require_safe
@login_required
def inbox(request: HttpRequest, request_id: int | None = None) -> HttpResponse:
    """Show the list and the open task beside it; without a choice, the one due first."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    steps = list(access.waiting_for(request.user).order_by("due_at", "pk")[:LIMIT])
    chosen = next((s for s in steps if s.request_id == request_id), None)
    if request_id is not None and chosen is None:
        return _decided(request, request_id)
    step = chosen or (steps[0] if steps else None)
    context: dict[str, Any] = {"steps": steps, "now": _now(), "step": step, "chosen": chosen is not None}
    if step is not None:
        subject = registries.subjects.get(step.request.subject_type)
        context |= {
            "approval": newest_request(step.request.subject_type, step.request.subject_id),
            "facts": subject.facts(request.user, step.request.subject_id) if subject else [],
            "lines": subject.panel(request, step.request.subject_id) if subject else "",
            "subject_url": subject.url(step.request.subject_id) if subject else "",
            "thread": messages_on(step.request.subject_type, step.request.subject_id),
            "following": next((s for s in steps if s.pk != step.pk), None),
        }
    return render(request, "workflow/inbox.html", context)


def _decided(request: HttpRequest, request_id: int) -> HttpResponse:
    """Say what became of a task that no longer waits: who decided, what and when."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    asked = get_object_or_404(ApprovalRequest, pk=request_id)
    if not access.can_see_request(request.user, asked):
        raise Http404
    approval = newest_request(asked.subject_type, asked.subject_id)
    subject = registries.subjects.get(asked.subject_type)
    context = {"approval": approval, "asked": asked, "subject_url": subject.url(asked.subject_id) if subject else ""}
    return render(request, "workflow/decided.html", context)


@require_POST
@login_required
def decide(request: HttpRequest, request_id: int, verb: str) -> HttpResponse:
    """Approve, reject or send back; then the next task opens by itself."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    asked = get_object_or_404(ApprovalRequest, pk=request_id)
    if not access.can_see_request(request.user, asked):
        raise Http404
    subject = registries.subjects.get(asked.subject_type)
    action = subject.actions.get(verb) if subject else None
    if action is None:
        raise Http404
    if asked.state != "open":
        return redirect("inbox_task", request_id)
    version = request.POST.get("version", "")
    try:
        action(
            pk=asked.subject_id,
            expected_version=int(version) if version.isdigit() else None,
            seen_hash=request.POST.get("hash") or None,
            actor=request.user,
            reason=request.POST.get("reason", ""),
            at=_now(),
        )
    except InvalidError as error:
        messages.error(request, error.message)
        return redirect("inbox_task", request_id)
    messages.success(request, f"{asked.subject_number} {DONE.get(verb, verb)}.")
    return redirect("inbox")


@require_POST
@login_required
def message(request: HttpRequest, subject_type: str, subject_id: int) -> HttpResponse:
    """Ask, answer or note something on a document the person may see."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    subject = registries.subjects.get(subject_type)
    asked = ApprovalRequest.objects.filter(subject_type=subject_type, subject_id=subject_id).first()
    may_see = subject is not None and (
        subject.visible(request.user, subject_id)
        or (asked is not None and bool(access.can_see_request(request.user, asked)))
    )
    if subject is None or not may_see:
        raise Http404
    kind = request.POST.get("kind", Message.Kind.NOTE)
    try:
        send_message(
            subject_type=subject_type,
            subject_id=subject_id,
            subject_number=subject.title(subject_id),
            kind=kind if kind in Message.Kind.values else Message.Kind.NOTE,
            text=request.POST.get("text", ""),
            actor=request.user,
            at=_now(),
        )
    except InvalidError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Sent.")
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return redirect(target if safe else subject.url(subject_id))
