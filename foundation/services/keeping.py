"""What the services that keep the ground share: refuse what is stale, write the one audit row of a change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model

from foundation import audit
from foundation.documents import content_hash
from foundation.errors import StaleError
from foundation.models import Organisation, User

Facts = Mapping[str, Any]


def in_turn() -> None:
    """Wait for whoever adds master data now: what is free to one is not free to two, codes and barcodes alike."""
    Organisation.objects.select_for_update(no_key=True).values_list("pk").first()


def require_seen(row: Model, facts: Facts, seen: str) -> None:
    """Refuse a change that was made on something older than what is there now.

    :raises StaleError: somebody changed the row since the page was opened.
    """
    if seen != content_hash(facts):
        raise StaleError("changed_since_opened", f"{row} changed since you opened the page.")


def record_change(row: Model, action: str, before: Facts, after: Facts, *, actor: User, at: datetime) -> bool:
    """Audit what differs, with its old and new values; says whether anything does."""
    changed = sorted(name for name in after if after[name] != before.get(name))
    if changed:
        audit.record(
            row, action, actor=actor, at=at, before={name: before.get(name) for name in changed},
            after={name: after[name] for name in changed},
        )  # fmt: skip
    return bool(changed)
