"""What administrators did to a row of the ground, read from the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from foundation.models import AuditEvent

_SHOWN = 100
_MADE = {"create", "open", "add", "take", "enter"}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a history, as the timeline draws it."""

    at: datetime
    text: str
    who: str
    tone: str = ""


def changes_of(row: Model) -> Sequence[Change]:
    """Return who changed what at a row and from what to what, the newest first; one statement."""
    rows = AuditEvent.objects.filter(object_type=row._meta.label_lower, object_id=row.pk)  # noqa: SLF001 - Django's own way
    return [
        Change(event.at, _sentence(event.action, event.data), str(event.actor or "the installation"))
        for event in rows.select_related("actor").order_by("-seq")[:_SHOWN]
    ]


def _sentence(action: str, data: Mapping[str, Any]) -> str:
    before, after = data.get("before"), data.get("after")
    verb = action.partition("_")[0]
    if verb in _MADE or not isinstance(after, Mapping) or not isinstance(before, Mapping):
        return action.replace("_", " ").capitalize()
    return "; ".join(f"{_word(name)} from {_plain(before.get(name))} to {_plain(after[name])}" for name in after)


def _word(name: str) -> str:
    return name.removeprefix("is_").replace("_", " ").capitalize()


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {inner}" for key, inner in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value) if value not in {None, ""} else "none"
