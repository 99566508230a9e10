"""The worker's side of long work: slice after slice until it ends, the time is up, or it fails where a person sees it."""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import OperationalError
from django.utils import timezone

from foundation.errors import DomainError
from foundation.models import Job
from foundation.services import do_slice, fail_job, take_up_jobs

log = structlog.get_logger(__name__)
SECONDS = 40.0  # a task's soft limit is 50; the next beat goes on


def work(seconds: float = SECONDS) -> int:
    """Go on with every job that no worker is at; returns how many were touched. Any number may run at once."""
    until = time.monotonic() + seconds
    taken = take_up_jobs(at=_now())
    for job_id in taken:
        run(job_id, until=until)
    return len(taken)


def run(job_id: int, *, until: float | None = None, told: Callable[[Job], None] | None = None) -> None:
    """Do a job's slices until it ends or the monotonic clock says `until`; what goes wrong is kept with the job.

    `told` hears of the job after each slice.

    A database that went away is left to the next worker: nothing could be stored now.
    """
    try:
        while do_slice(job_id=job_id, at=_now()):
            if told:
                told(Job.objects.get(pk=job_id))
            if until is not None and time.monotonic() > until:
                return
    except DomainError as refused:
        fail_job(job_id=job_id, error=refused.message, at=_now())
    except OperationalError:
        raise
    except Exception:  # a bug in one kind of work must end that job visibly, not the others
        log.exception("job.failed", job_id=job_id)
        fail_job(job_id=job_id, error="Something went wrong on our side. Support can find it in the log.", at=_now())


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the worker reads the clock
