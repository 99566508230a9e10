"""What the worker does for the measures: read the event log each minute."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from intelligence.services import read_events

MOST_STEPS = 20


@shared_task(name="intelligence.read_events")
def read_event_log(**_unknown: Any) -> int:
    """Read what the log has to tell, at most twenty steps; returns how many were taken."""
    for step in range(1, MOST_STEPS + 1):
        if not read_events(at=timezone.now()):  # noqa: TID251 - the porch reads the clock
            return step
    return MOST_STEPS
