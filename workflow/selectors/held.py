"""Decisions that may still be taken back."""

from collections.abc import Sequence
from datetime import datetime

from workflow.models import HeldDecision

BATCH = 200


def held_by(person_id: int) -> Sequence[HeldDecision]:
    """Return a person's decisions that have not taken effect, the newest first; one statement."""
    mine = HeldDecision.objects.filter(actor_id=person_id, settled_at=None)
    return list(mine.select_related("request").order_by("-pk")[:BATCH])


def held_on(person_id: int, request_id: int) -> HeldDecision | None:
    """Return what a person decided about a request and may still take back."""
    mine = HeldDecision.objects.filter(actor_id=person_id, request_id=request_id, settled_at=None)
    return mine.select_related("request").first()


def held_due(at: datetime) -> list[int]:
    """Return the keys of decisions whose time is over, what was tried least first, so that none holds up the others."""
    due = HeldDecision.objects.filter(settled_at=None, due_at__lte=at).order_by("tries", "due_at", "pk")
    return list(due.values_list("pk", flat=True)[:BATCH])
