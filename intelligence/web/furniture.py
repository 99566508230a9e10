"""What the measures furnish for the menu and the home page."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from foundation.access import has_role
from foundation.models import Role, User
from foundation.registries import MenuEntry, navigation, panels
from intelligence.access import can_read
from intelligence.decisions.period import usual
from intelligence.selectors import Scope, figures, read_until
from intelligence.web.cards import card_of


def register() -> None:
    """Fill the registries."""
    navigation.add(MenuEntry("Insights", "insights", 80, lambda user: bool(can_read(user))))
    panels.add("home", home_measures)


def home_measures(request: HttpRequest, _pk: Any = None) -> str:
    """Show executives and auditors how the process runs."""
    user = request.user
    if not isinstance(user, User) or not has_role(user, Role.EXECUTIVE, Role.AUDITOR):
        return ""
    scope = Scope(usual(timezone.localdate()))
    cards = [card_of(figure, scope) for figure in figures(user, scope, read_until())]
    return render_to_string("intelligence/home.html", {"cards": cards}, request=request)
