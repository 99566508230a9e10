"""The monitor: connections, messages in and out, one message with its bytes, and what a person does about it (IN-4)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import ConflictError, InvalidError, require
from foundation.models import Delivery, User
from foundation.web.keyset import paginate
from foundation.web.typed import words
from integration import access
from integration.models import Connection, InboxMessage, InboxStatus
from integration.selectors import preview_of
from integration.services import replay_message, resend_delivery, set_message_aside, teach_meaning
from integration.web.words import SETTLED, question_of

SHOWN_BYTES = 20_000


@require_safe
@login_required
def message_list(request: HttpRequest) -> HttpResponse:
    """Show connections with what waits, and the newest messages."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    require(access.can_see_messages(request.user))
    rows = InboxMessage.objects.select_related("connection").defer("raw")
    status, text = request.GET.get("status", ""), request.GET.get("q", "").strip()[:60]
    if status in InboxStatus.values:
        rows = rows.filter(status=status)
    if text:
        rows = rows.filter(Q(external_id__icontains=text) | Q(document_number__icontains=text))
    connections = Connection.objects.select_related("supplier").annotate(
        parked=Count("inbox", filter=Q(inbox__status__in=["parked", "rejected", "quarantined"]))
    )
    waiting = {
        row["connection"]: row["n"]
        for row in Delivery.objects.exclude(state="delivered").values("connection").annotate(n=Count("pk"))
    }
    context = {
        "page": paginate(request, rows),
        "connections": [(c, waiting.get(c.code, 0)) for c in connections],
        "statuses": InboxStatus.choices,
        "deliveries": Delivery.objects.defer("body").exclude(state="delivered").order_by("id")[:50],
        "may_operate": access.can_operate(request.user),
    }
    return render(request, "integration/messages.html", context)


@require_safe
@login_required
def message_detail(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show one message: bytes as they came, what was read, faults, effect."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    require(access.can_see_messages(request.user))
    related = ("connection__supplier", "conflict_with", "waits_for")
    message = get_object_or_404(InboxMessage.objects.select_related(*related), pk=message_id)
    return render(request, "integration/message.html", _context(request.user, message))


def _context(user: User, message: InboxMessage) -> dict[str, Any]:
    may_operate = bool(access.can_operate(user))
    return {
        "message": message,
        "raw": bytes(message.raw)[:SHOWN_BYTES].decode("utf-8", "replace"),
        "size": len(message.raw),
        "preview": preview_of(message),
        "faults": message.effect.get("faults", []),
        "may_settle": may_operate and message.status not in SETTLED,
        "may_replay": may_operate and message.status not in SETTLED and message.status != InboxStatus.QUARANTINED,
        "question": question_of(message) if may_operate else None,
    }


def _act(request: HttpRequest, done: str, act: Callable[[User], object], then: tuple[Any, ...]) -> HttpResponse:
    """Do one thing for an operator, say how it went, and go back to the page."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    require(access.can_operate(request.user))
    try:
        act(request.user)
    except (ConflictError, InvalidError) as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect(*then)


@require_POST
@login_required
def replay(request: HttpRequest, message_id: int) -> HttpResponse:
    """Try a message again after the cure, or apply one that was held for a look."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    return _act(
        request,
        "The message will be tried within seconds.",
        lambda user: replay_message(message_id=message_id, actor=user, at=now),
        ("message", message_id),
    )


@require_POST
@login_required
def set_aside(request: HttpRequest, message_id: int) -> HttpResponse:
    """Give a message up, with the reason."""
    now, reason = timezone.now(), words(request)  # noqa: TID251 - the porch reads the clock
    return _act(
        request,
        "The message is set aside.",
        lambda user: set_message_aside(message_id=message_id, actor=user, reason=reason, at=now),
        ("message", message_id),
    )


@require_POST
@login_required
def teach(request: HttpRequest, message_id: int) -> HttpResponse:
    """Say what a partner's word means, and try the message again."""
    now, meaning = timezone.now(), words(request, "meaning", 80)  # noqa: TID251 - the porch reads the clock
    return _act(
        request,
        "Remembered for this connection. The message will be tried within seconds.",
        lambda user: teach_meaning(message_id=message_id, meaning=meaning, actor=user, at=now),
        ("message", message_id),
    )


@require_POST
@login_required
def resend(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send a delivery again, now."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    return _act(
        request,
        "It will be sent within seconds.",
        lambda user: resend_delivery(delivery_id=delivery_id, actor=user, at=now),
        ("messages",),
    )
