"""What the integration layer furnishes for the menu and the exception pages."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from foundation.models import User
from foundation.registries import MenuEntry, Subject, navigation, panels, subjects
from foundation.web.at_hand import at_hand
from integration import access
from integration.models import InboxMessage
from integration.web.words import SETTLED, question_of
from workflow.models import CaseState, ExceptionCase

SHOWN_BYTES = 3_000


def register() -> None:
    """Fill the registries."""
    navigation.add(MenuEntry("Messages", "messages", 70, lambda u: bool(access.can_see_messages(u))))
    navigation.add(MenuEntry("API clients", "api_clients", 72, lambda u: bool(access.can_see_clients(u))))
    subjects.add(
        Subject(
            type="message",
            label="Message",
            url=lambda pk: reverse("message", args=[pk]),
            title=lambda pk: str(InboxMessage.objects.select_related("connection").get(pk=pk)),
            visible=lambda user, _pk: bool(access.can_see_messages(user)),
        )
    )
    panels.add("case.main", message_of_case)


def message_of_case(request: HttpRequest, pk: int) -> str:
    """Show the message an exception is about, as it came, with its cure."""
    case = at_hand(request, ExceptionCase, pk) or ExceptionCase.objects.filter(pk=pk).first()
    if (
        case is None
        or case.subject_type != "message"
        or not isinstance(request.user, User)
        or not access.can_see_messages(request.user)
    ):
        return ""
    message = InboxMessage.objects.select_related("connection").filter(pk=case.subject_id).first()
    if message is None:
        return ""
    may_operate = bool(access.can_operate(request.user)) and case.state == CaseState.OPEN
    context = {
        "message": message,
        "raw": bytes(message.raw)[:SHOWN_BYTES].decode("utf-8", "replace"),
        "may_replay": may_operate and message.status not in SETTLED and message.status != "quarantined",
        "question": question_of(message) if may_operate else None,
    }
    return render_to_string("integration/case_panel.html", context, request=request)
