"""What the integration layer furnishes for the menu and the exception pages."""

from django.urls import reverse

from foundation.registries import MenuEntry, Subject, navigation, subjects
from integration import access
from integration.models import InboxMessage


def register() -> None:
    """Fill the registries."""
    navigation.add(MenuEntry("Messages", "messages", 70, lambda u: bool(access.can_see_messages(u))))
    subjects.add(
        Subject(
            type="message",
            label="Message",
            url=lambda pk: reverse("message", args=[pk]),
            title=lambda pk: str(InboxMessage.objects.select_related("connection").get(pk=pk)),
            visible=lambda user, _pk: bool(access.can_see_messages(user)),
        )
    )
