"""The inbox: what waits for a person's decision, and deciding it (UX 6.2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation import registries
from foundation.errors import InvalidError
from foundation.models import User
from foundation.web.door import staff
from foundation.web.typed import onward, whole, words
from foundation.worklist import TaskFilters
from policies.decisions.vocabulary import DUTIES
from policies.decisions.vocabulary import words as duty_words
from workflow import access
from workflow.models import ApprovalRequest, ApprovalStep, Message
from workflow.selectors import last_decision_by, messages_on, newest_request, with_chain
from workflow.selectors.held import held_on
from workflow.selectors.inbox import Listed, inbox_of, spot_of
from workflow.selectors.requests import informed_in, unusual_in
from workflow.selectors.signatures import waiting_signatures
from workflow.services import send_message
from workflow.web.taking_back import decide_or_hold, held_of, remember_held
from workflow.web.task_list import DUE, filters_of, part_of, query_of, stretch_of

# verb, label, key, colour, question, reasons to choose from
VERBS = [
    ("return", "Send back", "", "", "What should change?",
     ["Quantity is too high", "Wrong item", "Wrong cost centre", "Add why it is needed"]),
    ("reject", "Reject", "r", "danger", "Why not?",
     ["Not needed", "Too expensive", "We have it in stock", "Buy it under contract"]),
]  # fmt: skip


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


@dataclass(frozen=True, slots=True)
class Refused:
    """A decision that was not taken, and why; the page shows it beside the verb."""

    verb: str
    message: str


@require_safe
@login_required
def inbox(request: HttpRequest, request_id: int | None = None) -> HttpResponse:
    """Show the list and the open task beside it; without a choice, the one due first."""
    return _page(request, request_id)


def _page(request: HttpRequest, request_id: int | None, refused: Refused | None = None) -> HttpResponse:
    user = staff(request)
    now, filters, stretch = _now(), filters_of(request.GET), stretch_of(request.GET)
    listed = inbox_of(user, filters, now, stretch, request_id)
    if request_id is not None and listed.chosen is None:
        return _decided(request, request_id)
    part = part_of(listed.steps, stretch, spot_of)
    step = listed.chosen or next(iter(part.rows), None)
    context: dict[str, Any] = {
        "listed": listed,
        "part": part,
        "filters": filters,
        "is_filtered": filters != TaskFilters(),
        "due_choices": DUE,
        "kept": query_of(request),
        "now": now,
        "step": step,
        "chosen": listed.chosen is not None,
        "verbs": _verbs(step),
        "refused": refused,
        "held": held_of(request, user, now),
        "signatures": [(row, duty_words(row.duty, DUTIES)) for row in waiting_signatures(user, now)],
    }
    context |= _task(request, user, step, listed) if step is not None else _last(user)
    return render(request, "workflow/inbox.html", context, status=422 if refused else 200)


def _verbs(step: ApprovalStep | None) -> list[Any]:
    """Return what can be done besides approving: what the room of the document offers."""
    subject = registries.subjects.get(step.request.subject_type) if step else None
    return [verb for verb in VERBS if subject is None or verb[0] in subject.actions]


def _task(request: HttpRequest, user: User, step: ApprovalStep, listed: Listed) -> dict[str, Any]:
    """Return what is shown of the open task: facts, lines, chain, thread, and what comes next."""
    asked = step.request
    subject = registries.subjects.get(asked.subject_type)
    lines = subject.panel(request, asked.subject_id) if subject else ""
    return {
        "approval": with_chain(asked),
        "lines": lines,
        "facts": subject.facts(user, asked.subject_id) if subject and not lines else [],
        "unusual": unusual_in(asked),
        "subject_url": _address(subject, asked),
        "thread": messages_on(asked.subject_type, asked.subject_id),
        "duties": "You raised it" if asked.requester_id == user.pk else "You did not raise it",
        "following": _following(step, listed),
    }


def _following(step: ApprovalStep, listed: Listed) -> ApprovalStep | None:
    """Return what comes after a task in the list, then from its top; nothing when it is the only one."""
    others = [one for one in listed.steps if one.pk != step.pk]
    return next((one for one in others if spot_of(one) > spot_of(step)), next(iter(others), None))


def _address(subject: registries.Subject | None, asked: ApprovalRequest) -> str:
    """Return the document's page, by its printed number where its room can; that asks the database nothing."""
    if subject is None:
        return ""
    return subject.page(asked.subject_number) if subject.page else subject.url(asked.subject_id)


def _last(user: User) -> dict[str, Any]:
    """Return the person's last decision, for an empty inbox."""
    last = last_decision_by(user.pk)
    return {"last": last, "last_label": f"Last: {last.step.request.subject_number}" if last else ""}


def _decided(request: HttpRequest, request_id: int) -> HttpResponse:
    """Say what became of a task that no longer waits: who decided, what and when."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    asked = get_object_or_404(ApprovalRequest, pk=request_id)
    if not access.can_see_request(request.user, asked):
        raise Http404
    approval = newest_request(asked.subject_type, asked.subject_id)
    held = held_on(request.user.pk, request_id)
    subject = registries.subjects.get(asked.subject_type)
    context: dict[str, Any] = {
        "approval": approval, "asked": asked, "subject_url": subject.url(asked.subject_id) if subject else "",
        "held": [held] if held else [],
        "is_informed": approval is not None and request.user.pk in informed_in(approval),
    }  # fmt: skip
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
    if subject is None or verb not in subject.actions:
        raise Http404
    if asked.state != "open":
        return redirect("inbox_task", request_id)
    if held_on(request.user.pk, request_id) is not None:
        return redirect("inbox_task", request_id)
    try:
        done = decide_or_hold(
            asked, verb, seen_hash=request.POST.get("hash", ""), actor=request.user, reason=_reason(request), at=_now()
        )
    except InvalidError as error:
        return _page(request, request_id, Refused(verb, error.message))
    remember_held(request, _now())
    return _go_on(request, request.user, done)


def _reason(request: HttpRequest) -> str:
    """Return the chosen reason and the person's own words, as one sentence each: at most 500 characters."""
    parts = [words(request, name, longest).rstrip(".") for name, longest in (("because", 60), ("reason", 430))]
    return ". ".join(part for part in parts if part)


def _go_on(request: HttpRequest, user: User, done: str) -> HttpResponse:
    """Say what was done and open what comes next, when it still waits for the person."""
    following = whole(request.POST.get("next"))
    if following is not None:
        step = access.waiting_for(user).filter(request_id=following).first()
        if step is not None:
            messages.success(request, f"{done} Next: {step.request.subject_number}.")
            return redirect(reverse("inbox_task", args=[step.request_id]) + query_of(request))
    messages.success(request, done)
    return redirect(reverse("inbox") + query_of(request))


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
            text=words(request, "text", 4000),
            actor=request.user,
            at=_now(),
        )
    except InvalidError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Sent. The approval goes on." if kind == Message.Kind.QUESTION else "Sent.")
    return redirect(onward(request, subject.url(subject_id)))
