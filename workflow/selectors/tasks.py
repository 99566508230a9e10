"""Approvals and exceptions as rows of the list of all tasks."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from foundation.models import RoleAssignment, User
from foundation.worklist import LIMIT, Task, TaskFilters
from policies.decisions.vocabulary import DUTIES
from policies.decisions.vocabulary import words as duty_words
from policies.selectors import route_name
from workflow import access
from workflow.models import ApprovalStep, Countersignature, ExceptionCase
from workflow.selectors.signatures import waiting_signatures

APPROVAL, CASE, SIGNATURE = "approval", "case", "signature"
_TODAY = timedelta(hours=24)


def approval_tasks(user: User, filters: TaskFilters, now: datetime) -> Iterable[Task]:
    """Return the approvals that wait for a person; stages open together in one request are one task."""
    q = filters.q
    words = Q(request__subject_number__icontains=q) | Q(request__title__icontains=q)
    named = Q(request__requester__first_name__icontains=q) | Q(request__requester__last_name__icontains=q)
    rows = _narrowed(access.waiting_for(user), filters, now, words | named, "request__site__code")
    tasks: dict[int, Task] = {}
    for step in rows.order_by("due_at", "position", "pk")[:LIMIT]:
        tasks.setdefault(step.request_id, _approval(step))
    return tasks.values()


def _approval(step: ApprovalStep) -> Task:
    asked = step.request
    flags = tuple(str(flag).replace("_", " ") for flag in asked.facts.get("flags", []))
    return Task(
        kind=APPROVAL, key=asked.pk, number=asked.subject_number, title=asked.title,
        url=reverse("inbox_task", args=[asked.pk]), site_code=asked.site.code if asked.site else "", site=asked.site.name if asked.site else "", due_at=step.due_at,
        why=f"{step.label}; {asked.requester} asks", amount=asked.amount, currency=asked.currency,
        bulk="approve", barred=f"Unusual: {', '.join(flags)}. Open it to decide." if flags else "", seen=asked.content_hash,
    )  # fmt: skip


def case_tasks(user: User, filters: TaskFilters, now: datetime) -> Iterable[Task]:
    """Return the open exceptions a person must settle: theirs, or their role's and nobody's."""
    q = filters.q
    words = Q(number__icontains=q) | Q(subject_number__icontains=q) | Q(supplier_name__icontains=q)
    rows = access.workable_cases(user).filter(Q(owner=None) | Q(owner=user))
    rows = _narrowed(rows, filters, now, words | Q(sentence__icontains=q), "site__code")
    return [_case(case) for case in rows.order_by("due_at", "pk")[:LIMIT]]


def _case(case: ExceptionCase) -> Task:
    kind = route_name(case.category, case.policy_id)
    return Task(
        kind=CASE, key=case.pk, number=case.number, title=case.sentence, url=reverse("case", args=[case.number]),
        site_code=case.site.code if case.site else "", site=case.site.name if case.site else "", due_at=case.due_at,
        why=f"{kind}, {'yours' if case.owner_id else 'nobody has taken it'}", amount=case.amount, currency=case.currency,
        bulk="assign", seen=str(case.version),
    )  # fmt: skip


def signature_tasks(user: User, filters: TaskFilters, now: datetime) -> Iterable[Task]:
    """Return the second signatures asked of a person; each is read before it is given, so none is given with others."""
    last = {"overdue": now, "today": now + _TODAY}.get(filters.due)
    found = [_signature(row) for row in waiting_signatures(user, now) if last is None or row.due_at < last]
    q = filters.q.casefold()
    found = [one for one in found if q in f"{one.number} {one.title} {one.why}".casefold()]
    return [one for one in found if filters.site in {"", one.site_code}]


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


def may_be_owners(tasks: Iterable[Task]) -> list[User]:
    """Return who holds the role of any of the exceptions, to choose an owner from; one statement."""
    keys = [task.key for task in tasks if task.kind == CASE]
    if not keys:
        return []
    roles = ExceptionCase.objects.filter(pk__in=keys).values("owner_role")
    held = RoleAssignment.objects.filter(role__in=roles).values("user")
    people = User.objects.filter(pk__in=held, is_active=True, kind=User.Kind.STAFF)
    return list(people.order_by("first_name", "last_name", "pk"))
