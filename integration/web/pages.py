"""The monitor: connections, messages in and out, one message with its bytes, and replaying it (IN-4)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import ConflictError, require
from foundation.models import Delivery, User
from foundation.web.keyset import paginate
from integration import access
from integration.models import Connection, InboxMessage, InboxStatus
from integration.services import replay_message, resend_delivery

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
    message = get_object_or_404(InboxMessage.objects.select_related("connection", "conflict_with"), pk=message_id)
    context = {
        "message": message,
        "raw": bytes(message.raw)[:SHOWN_BYTES].decode("utf-8", "replace"),
        "size": len(message.raw),
        "may_replay": access.can_operate(request.user) and message.status in {InboxStatus.PARKED, InboxStatus.REJECTED},
    }
    return render(request, "integration/message.html", context)


@require_POST
@login_required
def replay(request: HttpRequest, message_id: int) -> HttpResponse:
    """Try a message again after the cure."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    require(access.can_operate(request.user))
    try:
        replay_message(message_id=message_id, actor=request.user, at=timezone.now())  # noqa: TID251 - the porch
    except ConflictError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The message will be tried again within seconds.")
    return redirect("message", message_id)


@require_POST
@login_required
def resend(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send a delivery again, now."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    require(access.can_operate(request.user))
    try:
        resend_delivery(delivery_id=delivery_id, actor=request.user, at=timezone.now())  # noqa: TID251 - the porch
    except ConflictError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "It will be sent within seconds.")
    return redirect("messages")
