"""What the frame of every page needs: organisation, menu with what waits, a person's settings."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import CharField, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from foundation.models import Organisation, User
from foundation.models.user import ZONE
from foundation.registries import navigation
from foundation.selectors import unread_notices

_NAME_SECONDS = 300
_MOST = 99
BELL = "notices"


@dataclass(frozen=True, slots=True)
class MenuLink:
    """One entry of the menu, ready to draw."""

    label: str
    url: str
    current: bool
    badge: int


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context; everything in it is read only when the page uses it."""
    return {"demo": settings.DEMO, "shell": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    menu, unread = _menu(request, person)
    return {
        "organisation": _organisation_name(),
        "frame": "portal_base.html" if person is not None and person.kind == User.Kind.SUPPLIER else "base.html",
        "menu": menu,
        "unread": unread,
        "theme": "" if person is None or person.theme == "system" else person.theme,
        "density": person.density if person else "compact",
        "shortcuts": person.shortcuts if person else True,
        "time_zone": person.zone if person else ZONE,
        "query": request.GET.get("q", "") if request.path.startswith("/search") else "",
    }


def _organisation_name() -> str:
    name: str | None = cache.get("organisation_name")
    if name is None:
        name = Organisation.objects.values_list("name", flat=True).first() or "Crossdock"
        cache.set("organisation_name", name, _NAME_SECONDS)
    return name


def _menu(request: HttpRequest, person: User | None) -> tuple[list[MenuLink], int]:
    """Return the menu, and how many notices the person has not read; what waits is counted in one statement."""
    if person is None or person.kind != User.Kind.STAFF:
        return [], 0
    entries = [(entry, reverse(entry.url_name)) for entry in navigation.for_user(person)]
    here = max((url for _entry, url in entries if request.path.startswith(url)), key=len, default="")
    waiting = [(entry.url_name, rows) for entry, _ in entries for rows in entry.waiting(person)]
    counts = _badges([*waiting, (BELL, unread_notices(person))])
    return [MenuLink(entry.label, url, url == here, counts[entry.url_name]) for entry, url in entries], counts[BELL]


def _badges(waiting: list[tuple[str, QuerySet[Any]]]) -> Counter[str]:
    """Count what waits behind each entry, up to 99 of each kind, in one statement."""
    rows = [
        found.select_related(None).order_by().values_list(Value(name, output_field=CharField()))[:_MOST]
        for name, found in waiting
    ]
    found = rows[0].union(*rows[1:], all=True) if rows[1:] else rows[0]
    counts = Counter(name for (name,) in found)
    return Counter({name: min(count, _MOST) for name, count in counts.items()})
