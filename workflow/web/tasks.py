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
from foundation.worklist import SiteTally, Stretch, Task, TaskFilters, sources, tallies_of, tasks_of
from workflow import access
from workflow.selectors.tasks import CASE, may_be_owners
from workflow.services import assign_case
from workflow.web.taking_back import decide_or_hold, held_of, remember_held
from workflow.web.task_list import DUE, filters_of, kept, part_of, stretch_of

MOST = 1_000  # picked at once


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
    picked = list(dict.fromkeys(request.POST.getlist("pick")))[:MOST]
    names = TaskFilters(picks=frozenset(picked))
    known = {task.pick: task for task in tasks_of(user, names, now, Stretch(MOST))} if picked else {}
    outcomes = {pick: _outcome(act, request, user, pick, known.get(pick), now) for pick in picked}
    if act is _approve and any(outcome.is_done for outcome in outcomes.values()):
        remember_held(request, now)
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
    asked = access.waiting_for(user).filter(request_id=task.key)[0].request
    subject = registries.subjects.get(asked.subject_type)
    if subject is None or "approve" not in subject.actions:
        raise DomainError("not_for_many", "Open it to decide.")
    seen = request.POST.get(f"seen-{task.pick}") or "unseen"
    done = decide_or_hold(asked, "approve", seen_hash=seen, actor=user, reason="", at=now)
    return done.removeprefix(f"{asked.subject_number} ").rstrip(".")


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
    filters, stretch = filters_of(given), stretch_of(given)
    part = part_of(tasks_of(user, filters, now, stretch), stretch, lambda task: task.spot)
    tallies = tallies_of(user, filters, now)
    counted = [one for one in tallies if filters.site in {"", one.code}]
    failed = {pick for pick, outcome in (outcomes or {}).items() if not outcome.is_done}
    context: dict[str, Any] = {
        "part": part, "rows": [(task, task.pick in failed) for task in part.rows], "filters": filters, "now": now,
        "due_choices": DUE, "kinds": [(source.kind, source.label) for source in sources.values()],
        "sites": _sites(tallies, filters), "is_filtered": filters != TaskFilters(),
        "waiting": sum(one.waiting for one in counted), "overdue": sum(one.overdue for one in counted),
        "people": may_be_owners(part.rows), "held": held_of(request, user, now), "kept": kept(given),
        "approvable": sum(task.bulk == "approve" and not task.barred for task in part.rows),
        "barred": sum(bool(task.barred) for task in part.rows),
        "outcomes": list((outcomes or {}).values()), "failures": len(failed), "fault": fault,
    }  # fmt: skip
    return render(request, "workflow/tasks.html", context, status=422 if fault else 200)


def _sites(tallies: Iterable[SiteTally], filters: TaskFilters) -> list[tuple[str, str]]:
    """Return the sites at which something waits to choose from, and the one chosen."""
    found = {one.code: one.name for one in tallies if one.code}
    if filters.site:
        found.setdefault(filters.site, filters.site)
    return sorted(found.items(), key=lambda pair: pair[1])
