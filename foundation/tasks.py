"""What the worker does for the ground: relay events, show that it lives."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from foundation import jobs, relay
from foundation.models import Heartbeat
from foundation.services import forget_jobs, forget_keys, forget_notices, send_digests, turn_absences


@shared_task(name="foundation.relay")
def relay_events(**_unknown: Any) -> int:
    """Tell subscribers everything that is due."""
    return relay.drain(limit=2_000)


@shared_task(name="foundation.heartbeat")
def heartbeat(*, name: str = "worker", **_unknown: Any) -> None:
    """Record that a part of the system is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})  # noqa: TID251 - the porch


@shared_task(name="foundation.forget_keys")
def forget_old_keys(**_unknown: Any) -> int:
    """Delete the idempotency keys that are no longer kept."""
    return forget_keys(at=timezone.now())  # noqa: TID251 - the porch


@shared_task(name="foundation.turn_absences")
def sweep_absences(**_unknown: Any) -> int:
    """Begin and end the absences that are due; returns how many."""
    return turn_absences(at=timezone.now())  # noqa: TID251 - the porch


@shared_task(name="foundation.work")
def work_on_jobs(**_unknown: Any) -> int:
    """Go on with the long work that no worker is at; returns how many jobs were touched."""
    return jobs.work()


@shared_task(name="foundation.forget_jobs")
def forget_old_jobs(**_unknown: Any) -> int:
    """Delete the jobs that ended more than seven days ago."""
    return forget_jobs(at=timezone.now())  # noqa: TID251 - the porch


@shared_task(name="foundation.forget_notices")
def forget_old_notices(**_unknown: Any) -> int:
    """Delete notices and letters that are no longer kept; returns how many."""
    return forget_notices(at=timezone.now())  # noqa: TID251 - the porch


@shared_task(name="foundation.send_digests")
def sweep_digests(**_unknown: Any) -> int:
    """Write the daily letters and those that quiet hours held back, where they are due; returns how many."""
    return send_digests(at=timezone.now())  # noqa: TID251 - the porch
