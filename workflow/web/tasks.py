"""Every kind of task in one list, and what is done to many at once: a verdict for each (UX rows 20 and 21)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation import registries
from foundation.errors import DomainError
from foundation.models import User
from foundation.web.door import staff
from foundation.web.typed import whole
from foundation.worklist import Task, TaskFilters, sources, tasks_of
from workflow import access
from workflow.selectors.tasks import CASE, may_be_owners
from workflow.services import assign_case

DUE = (("", "Any time"), ("overdue", "Overdue"), ("today", "In the next 24 hours"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of the rows that were picked."""

    number: str
    url: str
    said: str
    is_done: bool


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


@require_safe
@login_required
def tasks(request: HttpRequest) -> HttpResponse:
    """List what waits for the person, of every kind."""
    return _page(request, staff(request))


@require_POST
@login_required
def tasks_do(request: HttpRequest, verb: str) -> HttpResponse:
    """Do one thing to the picked rows, each for itself; those that were refused stay picked."""
    user = staff(request)
    act = {"approve": _approve, "assign": _assign}.get(verb)
    if act is None:
        raise Http404
    now = _now()
    known = {task.pick: task for task in tasks_of(user, TaskFilters(), now)}
    picked = list(dict.fromkeys(request.POST.getlist("pick")))[:1000]
    outcomes = {pick: _outcome(act, request, user, pick, known.get(pick), now) for pick in picked}
    return _page(request, user, outcomes, "" if picked else "Pick at least one row first.")


def _outcome(
    act: Callable[[HttpRequest, User, Task, datetime], str], request: HttpRequest, user: User, pick: str,
    task: Task | None, now: datetime,
) -> Outcome:  # fmt: skip
    """Act on one row in its own transaction."""
    if task is None:
        return Outcome(request.POST.get(f"number-{pick}", "A row")[:40], "", "no longer waits for you", is_done=False)
    try:
        return Outcome(task.number, task.url, act(request, user, task, now), is_done=True)
    except DomainError as error:
        return Outcome(task.number, task.url, error.message, is_done=False)


def _approve(request: HttpRequest, user: User, task: Task, now: datetime) -> str:
    if task.bulk != "approve":
        raise DomainError("not_for_many", "Only approvals are approved together.")
    if task.barred:
        raise DomainError("not_for_many", task.barred)
    asked = access.waiting_for(user).select_related("request").filter(request_id=task.key)[0].request
    subject = registries.subjects.get(asked.subject_type)
    if subject is None or "approve" not in subject.actions:
        raise DomainError("not_for_many", "Open it to decide.")
    subject.actions["approve"](
        pk=asked.subject_id, expected_version=None, seen_hash=request.POST.get(f"seen-{task.pick}") or "unseen",
        actor=user, reason="", at=now,
    )  # fmt: skip
    return "approved"


def _assign(request: HttpRequest, user: User, task: Task, now: datetime) -> str:
    if task.kind != CASE:
        raise DomainError("not_for_many", "Only exceptions are given to a person here.")
    chosen = User.objects.filter(pk=whole(request.POST.get("person")) or 0, kind=User.Kind.STAFF).first()
    if chosen is None:
        raise DomainError("person_missing", "Choose to whom.")
    seen = whole(request.POST.get(f"seen-{task.pick}")) or 0
    assign_case(case_id=task.key, expected_version=seen, person=chosen, actor=user, at=now)
    return f"given to {chosen}"


def _page(
    request: HttpRequest, user: User, outcomes: dict[str, Outcome] | None = None, fault: str = ""
) -> HttpResponse:
    now = _now()
    given = request.POST if outcomes is not None else request.GET
    filters = TaskFilters(**{name: given.get(name, "").strip()[:60] for name in ("kind", "site", "due", "q")})
    rows = tasks_of(user, filters, now)
    failed = {pick for pick, outcome in (outcomes or {}).items() if not outcome.is_done}
    context: dict[str, Any] = {
        "rows": [(task, task.pick in failed) for task in rows], "filters": filters, "now": now, "due_choices": DUE,
        "kinds": [(source.kind, source.label) for source in sources.values()],
        "sites": _sites(rows, filters), "is_filtered": filters != TaskFilters(),
        "overdue": sum(1 for task in rows if task.due_at and task.due_at < now),
        "people": may_be_owners(rows), "approvable": sum(task.bulk == "approve" and not task.barred for task in rows),
        "barred": sum(bool(task.barred) for task in rows),
        "kept": [(name, value) for name in ("kind", "site", "due", "q") if (value := getattr(filters, name))],
        "outcomes": list((outcomes or {}).values()), "failures": len(failed), "fault": fault,
    }  # fmt: skip
    return render(request, "workflow/tasks.html", context, status=422 if fault else 200)


def _sites(rows: Iterable[Task], filters: TaskFilters) -> list[tuple[str, str]]:
    """Return the sites of the rows to choose from, and the one chosen."""
    found = {task.site_code: task.site for task in rows if task.site_code}
    if filters.site:
        found.setdefault(filters.site, filters.site)
    return sorted(found.items(), key=lambda pair: pair[1])
