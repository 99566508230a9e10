"""Approvals and exceptions as rows of the list of all tasks."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from foundation.models import RoleAssignment, User
from foundation.worklist import NEVER, SiteTally, Stretch, Task, TaskFilters
from policies.decisions.vocabulary import DUTIES
from policies.decisions.vocabulary import words as duty_words
from policies.selectors import route_name
from workflow import access
from workflow.models import ApprovalStep, Countersignature, ExceptionCase
from workflow.selectors.signatures import waiting_signatures

APPROVAL, CASE, SIGNATURE = "approval", "case", "signature"
_TODAY = timedelta(hours=24)
WHEN = Coalesce("due_at", Value(NEVER))


def approval_tasks(user: User, filters: TaskFilters, now: datetime, stretch: Stretch) -> Iterable[Task]:
    """Return a stretch of the approvals that wait for a person; stages open together in one request are one task."""
    return [
        _approval(step) for step in _stretched(approvals_narrowed(user, filters, now), stretch, APPROVAL, "request_id")
    ]


def approval_tally(user: User, filters: TaskFilters, now: datetime) -> Iterable[SiteTally]:
    """Return how many approvals wait for a person by site."""
    rows = approvals_narrowed(user, replace(filters, site=""), now)
    return _tally(rows, now, "request__site__code", "request__site__name")


def approvals_narrowed(user: User, filters: TaskFilters, now: datetime) -> QuerySet[ApprovalStep]:
    """Return the approvals that wait for a person and that the filters let through."""
    q = filters.q
    words = (
        Q(request__subject_number__icontains=q) | Q(request__title__icontains=q) | Q(request__site__name__icontains=q)
    )
    named = Q(request__requester__first_name__icontains=q) | Q(request__requester__last_name__icontains=q)
    rows = _narrowed(access.tasks_waiting_for(user), filters, now, words | named, "request__site__code")
    return rows if filters.picks is None else rows.filter(request__in=filters.keys(APPROVAL))


def _approval(step: ApprovalStep) -> Task:
    asked = step.request
    flags = tuple(str(flag).replace("_", " ") for flag in asked.facts.get("flags", []))
    return Task(
        kind=APPROVAL, key=asked.pk, number=asked.subject_number, title=asked.title,
        url=reverse("inbox_task", args=[asked.pk]), site_code=asked.site.code if asked.site else "", site=asked.site.name if asked.site else "", due_at=step.due_at,
        why=f"{step.label}; {asked.requester} asks", amount=asked.amount, currency=asked.currency,
        bulk="approve", barred=f"Unusual: {', '.join(flags)}. Open it to decide." if flags else "", seen=asked.content_hash,
    )  # fmt: skip


def case_tasks(user: User, filters: TaskFilters, now: datetime, stretch: Stretch) -> Iterable[Task]:
    """Return a stretch of the open exceptions a person must settle: theirs, or their role's and nobody's."""
    return [_case(case) for case in _stretched(_cases(user, filters, now), stretch, CASE, "id")]


def case_tally(user: User, filters: TaskFilters, now: datetime) -> Iterable[SiteTally]:
    """Return how many exceptions a person must settle by site."""
    return _tally(_cases(user, replace(filters, site=""), now), now, "site__code", "site__name")


def _cases(user: User, filters: TaskFilters, now: datetime) -> QuerySet[ExceptionCase]:
    q = filters.q
    words = Q(number__icontains=q) | Q(subject_number__icontains=q) | Q(supplier_name__icontains=q)
    rows = access.workable_cases(user).filter(Q(owner=None) | Q(owner=user))
    rows = _narrowed(rows, filters, now, words | Q(sentence__icontains=q), "site__code")
    return rows if filters.picks is None else rows.filter(pk__in=filters.keys(CASE))


def _case(case: ExceptionCase) -> Task:
    kind = route_name(case.category, case.policy_id)
    return Task(
        kind=CASE, key=case.pk, number=case.number, title=case.sentence, url=reverse("case", args=[case.number]),
        site_code=case.site.code if case.site else "", site=case.site.name if case.site else "", due_at=case.due_at,
        why=f"{kind}, {'yours' if case.owner_id else 'nobody has taken it'}", amount=case.amount, currency=case.currency,
        bulk="assign", seen=str(case.version),
    )  # fmt: skip


def signature_tasks(user: User, filters: TaskFilters, now: datetime, stretch: Stretch) -> Iterable[Task]:
    """Return the second signatures asked of a person; each is read before it is given, so none is given with others."""
    found = [one for one in _signatures(user, filters, now) if filters.site in {"", one.site_code}]
    if filters.picks is not None:
        found = [one for one in found if one.pick in filters.picks]
    if stretch.after is not None:
        found = [one for one in found if one.spot > stretch.after]
    if stretch.before is not None:
        found = [one for one in found if one.spot < stretch.before]
    return sorted(found, key=lambda one: one.spot, reverse=stretch.is_back)[: stretch.size]


def signature_tally(user: User, filters: TaskFilters, now: datetime) -> Iterable[SiteTally]:
    """Return how many second signatures are asked of a person by site."""
    return [
        SiteTally(one.site_code, one.site, 1, int(one.due_at is not None and one.due_at < now))
        for one in _signatures(user, filters, now)
    ]


def _signatures(user: User, filters: TaskFilters, now: datetime) -> list[Task]:
    last = {"overdue": now, "today": now + _TODAY}.get(filters.due)
    found = [_signature(row) for row in waiting_signatures(user, now) if last is None or row.due_at < last]
    q = filters.q.casefold()
    return [one for one in found if q in f"{one.number} {one.title} {one.why}".casefold()]


def _signature(row: Countersignature) -> Task:
    return Task(
        kind=SIGNATURE, key=row.pk, number=row.number, title=f"Second signature for {row.document_number}",
        url=reverse("signature", args=[row.number]), site_code=row.site.code if row.site else "",
        site=row.site.name if row.site else "", due_at=row.due_at, amount=row.amount, currency=row.currency,
        why=f"{row.person} did both: {duty_words(row.held, DUTIES)} and {duty_words(row.duty, DUTIES)}",
    )  # fmt: skip


def _narrowed(rows: QuerySet[Any], filters: TaskFilters, now: datetime, words: Q, site: str) -> QuerySet[Any]:
    if filters.site:
        rows = rows.filter(**{site: filters.site})
    if filters.due == "overdue":
        rows = rows.filter(due_at__lt=now)
    elif filters.due == "today":
        rows = rows.filter(due_at__lt=now + _TODAY)
    return rows.filter(words) if filters.q else rows


def _stretched(rows: QuerySet[Any], stretch: Stretch, kind: str, key: str) -> QuerySet[Any]:
    """Return the rows of a stretch; `key` is the column of the task's key."""
    rows = rows.annotate(when=WHEN).filter(within(stretch, kind, key))
    order = ("-when", f"-{key}") if stretch.is_back else ("when", key)
    return rows.order_by(*order)[: stretch.size]


def within(stretch: Stretch, kind: str, key: str) -> Q:
    """Return the condition of a stretch on rows that say `when`; `key` is the column of the task's key."""
    found = Q(pk__isnull=False)
    for spot, way in ((stretch.after, "gt"), (stretch.before, "lt")):
        if spot is None:
            continue
        here = Q(when=spot.due_at)
        if kind == spot.kind:
            here &= Q(**{f"{key}__{way}": spot.key})
        elif (kind > spot.kind) != (way == "gt"):
            here = Q(pk__in=[])
        found &= Q(**{f"when__{way}": spot.due_at}) | here
    return found


def _tally(rows: QuerySet[Any], now: datetime, code: str, name: str) -> list[SiteTally]:
    counted = rows.order_by().values(code).annotate(waiting=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    found = counted.values_list(code, name, "waiting", "late")
    return [SiteTally(code or "", name or "", waiting, late) for code, name, waiting, late in found]


def may_be_owners(tasks: Iterable[Task]) -> list[User]:
    """Return who holds the role of any of the exceptions, to choose an owner from; one statement."""
    keys = [task.key for task in tasks if task.kind == CASE]
    if not keys:
        return []
    roles = ExceptionCase.objects.filter(pk__in=keys).values("owner_role")
    held = RoleAssignment.objects.filter(role__in=roles).values("user")
    people = User.objects.filter(pk__in=held, is_active=True, kind=User.Kind.STAFF)
    return list(people.order_by("first_name", "last_name", "pk"))
