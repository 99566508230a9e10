"""Long work: asked for, done in slices, stopped, taken up again. Source: UX 7, RELIABILITY section 4."""

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.db.models import Q
from django.urls import reverse

from foundation import audit, registries
from foundation.errors import ConflictError, NotFoundError
from foundation.journal import use_case
from foundation.models import Job, JobState, NoticeKind, User
from foundation.selectors import system_user
from foundation.services.notify import News, notify

KEPT = timedelta(days=7)
SILENT = timedelta(seconds=15)  # nothing heard for so long, and nobody holds the row: its worker is gone
MOST_DEATHS = 3
_PROGRESS = ["state", "reached", "phase", "done", "total", "attempts", "started_at", "seen_at", "finished_at", "error"]


@use_case
def start_job(*, kind: str, title: str, params: dict[str, Any], actor: User, at: datetime) -> Job:
    """Ask for long work; a worker takes it up.

    :raises NotFoundError: no room knows this kind of work.
    """
    if registries.works.get(kind) is None:
        raise NotFoundError("work_missing", f"There is no work called {kind}.")
    job = Job.objects.create(
        kind=kind, title=title[:160], params=params, created_by=actor, created_at=at, seen_at=at
    )  # fmt: skip
    audit.record(job, "ask_for_job", actor=actor, at=at, params=params)
    return job


@use_case
def do_slice(*, job_id: int, at: datetime) -> bool:
    """Do the next part of a job and store how far it came; says whether there is more to do.

    Another worker has it, or it has ended: nothing is done. What the work refuses ends the whole slice.

    :raises NotFoundError: no room knows this kind of work any more.
    """
    job = Job.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=job_id).first()
    if job is None or not job.is_open:
        return False
    work = registries.works.get(job.kind)
    if work is None:
        raise NotFoundError("work_missing", f"There is no work called {job.kind}.")
    if job.state == JobState.WAITING:
        job.start(at=at)
        job.save(update_fields=["state", "started_at"])  # each arrow is its own change of the row
        audit.record(job, "start_job", actor=system_user("worker"), at=at)
    part = work.slice(job.params, job.reached, at)
    job.reached, job.done, job.total, job.phase = part.reached, part.done, part.total, part.phase
    job.seen_at, job.attempts = at, 0
    if part.is_last:
        job.finish(at=at)
        audit.record(job, "finish_job", actor=system_user("worker"), at=at, done=part.done)
        _tell(job, f"{job.title} is done.", at)
    job.save(update_fields=_PROGRESS)
    return not part.is_last


@use_case
def fail_job(*, job_id: int, error: str, at: datetime) -> None:
    """End a job that cannot go on, with the reason a person reads."""
    job = _lock(job_id)
    if job.is_open:
        job.fail(at=at, error=error)
        job.save(update_fields=_PROGRESS)
        audit.record(job, "fail_job", actor=system_user("worker"), at=at, error=job.error)
        _tell(job, f"{job.title} failed. {job.error}", at)


@use_case
def cancel_job(*, job_id: int, actor: User, at: datetime) -> Job:
    """Stop a job; the slice that runs is waited for, so at most a second or two.

    :raises ConflictError: it has ended already.
    """
    job = _lock(job_id)
    if not job.is_open:
        raise ConflictError("job_ended", f"This is {job.get_state_display().lower()} already.")
    job.cancel(at=at)
    job.save(update_fields=_PROGRESS)
    audit.record(job, "cancel_job", actor=actor, at=at)
    return job


@use_case
def retry_job(*, job_id: int, actor: User, at: datetime) -> Job:
    """Go on with a failed or cancelled job where it stopped.

    :raises ConflictError: it runs, or it is done.
    """
    job = _lock(job_id)
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise ConflictError("job_not_stopped", f"This is {job.get_state_display().lower()}; there is nothing to retry.")
    job.retry(at=at)
    job.save(update_fields=_PROGRESS)
    audit.record(job, "retry_job", actor=actor, at=at)
    return job


@use_case
def take_up_jobs(*, at: datetime) -> list[int]:
    """Return the jobs no worker is at, to be done; one at which workers died three times in one place has failed.

    A job that a worker is at is locked and left alone.
    """
    free = Job.objects.select_for_update(of=("self",), skip_locked=True).filter(
        Q(state=JobState.WAITING) | Q(seen_at__lt=at - SILENT), finished_at=None
    )
    taken = []
    for job in free.order_by("pk"):
        job.attempts += job.state == JobState.RUNNING
        job.seen_at = at
        if job.attempts >= MOST_DEATHS:
            job.fail(at=at, error=f"The worker stopped {MOST_DEATHS} times while doing this. Ask support to look.")
            audit.record(job, "fail_job", actor=system_user("worker"), at=at, error=job.error)
            _tell(job, f"{job.title} failed. {job.error}", at)
        else:
            taken.append(job.pk)
        job.save(update_fields=_PROGRESS)
    return taken


@use_case
def forget_jobs(*, at: datetime) -> int:
    """Delete jobs that ended more than seven days ago; returns how many. Their results stay with their room."""
    return Job.objects.filter(finished_at__lt=at - KEPT).delete()[0]


def _lock(job_id: int) -> Job:
    return Job.objects.select_for_update(of=("self",), no_key=True).get(pk=job_id)


def _tell(job: Job, sentence: str, at: datetime) -> None:
    """Put the end of a job behind the bell of who asked for it; each end is told once."""
    news = News(
        kind=NoticeKind.WORK, source=uuid5(NAMESPACE_OID, f"job:{job.pk}:{at.isoformat()}"),
        subject=("job", job.pk, ""), sentence=sentence, path=reverse("job", args=[job.pk]), at=at,
    )  # fmt: skip
    notify(news=news, people=[job.created_by_id], at=at)
