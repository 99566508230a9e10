"""What goes out (IN-3): deliveries by state, one of them with its body and what the other side said; downloads of bytes."""

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from foundation.errors import require
from foundation.models import Delivery, DeliveryState, User
from foundation.services import LETTERS
from foundation.web.attachment import attachment
from foundation.web.keyset import paginate
from integration import access
from integration.models import InboxMessage

SHOWN_BYTES = 20_000
TABS = (("", "All"), *((str(value), str(label)) for value, label in DeliveryState.choices))


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


@require_safe
@login_required
def delivery_list(request: StaffRequest) -> HttpResponse:
    """List what was sent or waits to be sent, newest first."""
    require(access.can_see_messages(request.user))
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60]
    rows = Delivery.objects.defer("body")
    if state in DeliveryState.values:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(Q(subject_number__icontains=text) | Q(connection__icontains=text))
    context = {
        "page": paginate(request, rows), "tabs": TABS, "state": state, "text": text,
        "may_operate": access.can_operate(request.user),
    }  # fmt: skip
    return render(request, "integration/deliveries.html", context)


@require_safe
@login_required
def delivery_detail(request: StaffRequest, delivery_id: int) -> HttpResponse:
    """Show one delivery: its body, its tries, and the other side's last word."""
    require(access.can_see_messages(request.user))
    delivery = get_object_or_404(Delivery, pk=delivery_id)
    body = bytes(delivery.body)
    context = {
        "delivery": delivery,
        "is_letter": delivery.connection == LETTERS,
        "body": body[:SHOWN_BYTES].decode("utf-8", "replace"),
        "size": len(body),
        "may_resend": access.can_operate(request.user) and delivery.state != DeliveryState.DELIVERED,
    }
    return render(request, "integration/delivery.html", context)


@require_safe
@login_required
def delivery_body(request: StaffRequest, delivery_id: int) -> HttpResponse:
    """Download the bytes of a delivery; a letter is between us and whom it is written to."""
    require(access.can_see_messages(request.user))
    delivery = get_object_or_404(Delivery.objects.exclude(connection=LETTERS), pk=delivery_id)
    return attachment(bytes(delivery.body), f"{delivery.message_type}-{delivery.subject_number}.txt")


@require_safe
@login_required
def message_body(request: StaffRequest, message_id: int) -> HttpResponse:
    """Download the bytes of a message as they came."""
    require(access.can_see_messages(request.user))
    message = get_object_or_404(InboxMessage.objects.select_related("connection"), pk=message_id)
    return attachment(bytes(message.raw), f"{message.connection.code}-{message.external_id}"[:80] + ".txt")
