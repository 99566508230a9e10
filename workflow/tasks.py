"""What the worker does for the orchestration layer without being told by an event."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from workflow.services import (
    escalate_overdue,
    escalate_signatures,
    raise_breaches,
    remind_overdue,
    take_held_decisions,
)


@shared_task(name="workflow.take_decisions")
def take_decisions(**_unknown: Any) -> int:
    """Let decisions take effect that can no longer be taken back; returns how many."""
    return take_held_decisions(at=timezone.now())  # noqa: TID251 - the porch reads the clock


@shared_task(name="workflow.sweep_reminders")
def sweep_reminders(**_unknown: Any) -> int:
    """Remind people of steps that are overdue, once each; returns how many people were told."""
    return remind_overdue(at=timezone.now())  # noqa: TID251 - the porch reads the clock


@shared_task(name="workflow.climb_ladders")
def climb_ladders(**_unknown: Any) -> int:
    """Ask the next rung of every stage that waited too long; returns how many people were asked."""
    return escalate_overdue(at=timezone.now())  # noqa: TID251 - the porch reads the clock


@shared_task(name="workflow.sweep_signatures")
def sweep_signatures(**_unknown: Any) -> int:
    """Hand overdue second signatures to the fallback owner, once each; returns how many (SD-1)."""
    return escalate_signatures(at=timezone.now())  # noqa: TID251 - the porch reads the clock


@shared_task(name="workflow.check_invariants", soft_time_limit=3_000, time_limit=3_060)
def check_invariants(**_unknown: Any) -> int:
    """Ask every night whether the laws of the house are true of every row; returns how many are broken."""
    return raise_breaches(at=timezone.now())  # noqa: TID251 - the porch reads the clock
