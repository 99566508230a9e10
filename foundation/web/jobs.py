"""Long work as the person who waits for it sees it (UX 7): how far it is, how long it takes, stop, go on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation import access, registries
from foundation.models import Job, User
from foundation.services import cancel_job, retry_job

_SURE_AFTER = timedelta(seconds=1)


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a job goes: things a second, and the seconds left; empty while nobody can know."""

    rate: int | None = None
    left: int | None = None


def pace(job: Job) -> Pace:
    """Return the pace of a job that runs, over all of its time so far."""
    if not job.is_open or job.started_at is None or job.seen_at - job.started_at < _SURE_AFTER or not job.done:
        return Pace()
    rate = job.done / (job.seen_at - job.started_at).total_seconds()
    left = round((job.total - job.done) / rate) if job.total else None
    return Pace(round(rate), left)


@require_safe
@login_required
def job(request: StaffRequest, job_id: int) -> HttpResponse:
    """Show how far long work is; the page asks again by itself while it runs, and by reloading without script."""
    found = _find(request, job_id)
    work = registries.works.get(found.kind)
    context = {"job": found, "pace": pace(found), "result_url": work.url(found.params) if work else ""}
    name = "home/job.html#progress" if request.headers.get("HX-Request") else "home/job.html"
    return render(request, name, context)


@require_POST
@login_required
def cancel(request: StaffRequest, job_id: int) -> HttpResponse:
    """Stop it."""
    cancel_job(job_id=_find(request, job_id).pk, actor=request.user, at=_now())
    return redirect("job", job_id)


@require_POST
@login_required
def retry(request: StaffRequest, job_id: int) -> HttpResponse:
    """Go on where it stopped."""
    retry_job(job_id=_find(request, job_id).pk, actor=request.user, at=_now())
    return redirect("job", job_id)


def _find(request: StaffRequest, job_id: int) -> Job:
    found = Job.objects.select_related("created_by").filter(pk=job_id).first()
    if found is None or not access.can_follow_job(request.user, found):
        raise Http404
    return found


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock
