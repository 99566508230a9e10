"""Decisions given on a page are held for some seconds and can be taken back until they take effect (UX 3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from foundation import registries
from foundation.errors import NotFoundError, StaleError
from foundation.models import User
from foundation.web.door import staff
from foundation.web.typed import whole
from workflow.models import ApprovalRequest, HeldDecision
from workflow.models.held import DONE
from workflow.selectors.held import held_by
from workflow.services import hold_decision, undo_decisions

MOST = 1_000
_UNTIL = "held_until"


def decide_or_hold(
    asked: ApprovalRequest, verb: str, *, seen_hash: str, actor: User, reason: str, at: datetime
) -> str:  # fmt: skip
    """Decide, now or when it can no longer be taken back as the installation says; returns what was done in words."""
    done = f"{asked.subject_number} {DONE.get(verb, verb)}."
    if settings.DECISION_UNDO_SECONDS > 0:
        undo_for = timedelta(seconds=settings.DECISION_UNDO_SECONDS)
        hold_decision(
            request_id=asked.pk, verb=verb, seen_hash=seen_hash, actor=actor, reason=reason, undo_for=undo_for, at=at
        )  # fmt: skip
        return done
    subject = registries.subjects.get(asked.subject_type)
    if subject is None:
        raise NotFoundError("not_found", "This cannot be done to this document.")
    subject.actions[verb](
        pk=asked.subject_id, expected_version=None, seen_hash=seen_hash or None, actor=actor, reason=reason, at=at
    )
    return done


def held_of(request: HttpRequest, user: User, now: datetime) -> Sequence[HeldDecision]:
    """Return what the person can still take back; asked of the database only soon after they decided in this session."""
    until = str(request.session.get(_UNTIL, ""))
    return held_by(user.pk) if now.isoformat() < until else ()


def remember_held(request: HttpRequest, now: datetime) -> None:
    """Keep in the session that something can be taken back, twice as long as it can be, for a sweep that is slow."""
    if settings.DECISION_UNDO_SECONDS > 0:
        request.session[_UNTIL] = (now + timedelta(seconds=2 * settings.DECISION_UNDO_SECONDS)).isoformat()


@require_POST
@login_required
def undo(request: HttpRequest, held_id: int) -> HttpResponse:
    """Take back a decision that has not taken effect, or several; what was decided waits again."""
    user = staff(request)
    also = request.POST.getlist("also")[:MOST] if request.POST.get("undo") == "all" else []
    ids = {held_id, *(pk for one in also if (pk := whole(one)) is not None)}
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    try:
        undone = undo_decisions(held_ids=sorted(ids), actor=user, at=now)
    except StaleError as error:
        messages.error(request, error.message)
        return redirect("inbox")
    numbers = ", ".join(held.request.subject_number for held in undone)
    waits = "waits" if len(undone) == 1 else "wait"
    messages.success(request, f"Taken back. {numbers} {waits} for you again.")
    return redirect("inbox_task", undone[0].request_id) if len(undone) == 1 else redirect("inbox")
