"""The exception queue as its pages read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from foundation.models import Role
from policies.selectors import route_name
from workflow.models import CaseState, ExceptionCase

MOST = 200
VIEWS = (("", "Open"), ("overdue", "Overdue"), ("closed", "Closed"))


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What the queue is narrowed to; empty means any. `q` is a document, an exception or a supplier."""

    view: str = ""
    category: str = ""
    site: str = ""
    q: str = ""


def filtered_cases(cases: QuerySet[ExceptionCase], filters: CaseFilters, *, now: datetime) -> QuerySet[ExceptionCase]:
    """Narrow a visible set of cases."""
    is_open = Q(state=CaseState.OPEN)
    cases = cases.filter(~is_open if filters.view == "closed" else is_open)
    if filters.view == "overdue":
        cases = cases.filter(due_at__lt=now)
    if filters.category:
        cases = cases.filter(category=filters.category)
    if filters.site:
        cases = cases.filter(site__code=filters.site)
    if filters.q:
        named = Q(subject_number__icontains=filters.q) | Q(number__iexact=filters.q)
        cases = cases.filter(named | Q(supplier_name__icontains=filters.q))
    return cases


def queue(cases: QuerySet[ExceptionCase], limit: int = MOST) -> Sequence[ExceptionCase]:
    """Return open cases, the one due first on top."""
    return list(cases.filter(state=CaseState.OPEN).order_by("due_at", "pk")[:limit])


def kind_words(case: ExceptionCase) -> str:
    """Return what kind of exception a case is, in the words of the policy that routed it."""
    return route_name(case.category, case.policy_id)


def open_kinds(cases: QuerySet[ExceptionCase]) -> list[tuple[str, str]]:
    """Return the kinds of the open cases, each with its words."""
    newest = cases.filter(state=CaseState.OPEN).order_by("category", "-policy_id").distinct("category")
    found = newest.values_list("category", "policy_id")[:50]
    return [(category, route_name(category, version_id)) for category, version_id in found]


def owner_words(case: ExceptionCase) -> str:
    """Return who owns a case: the person, else the role."""
    if case.owner:
        return str(case.owner)
    return Role(case.owner_role).label if case.owner_role in Role.values else case.owner_role


@dataclass(frozen=True, slots=True)
class FirstOwners:
    """How many exceptions were closed lately, and how many of them by the role they first went to (EX-1)."""

    closed: int
    right: int

    @property
    def percent(self) -> int:
        """Return the share that reached the right role at once."""
        return round(100 * self.right / self.closed) if self.closed else 0


def first_owners(visible: QuerySet[ExceptionCase], now: datetime) -> FirstOwners:
    """Return how often the first owner was the right one in the last 90 days, among the visible ones; one statement."""
    lately = visible.filter(closed_at__gte=now - timedelta(days=90)).order_by()
    return FirstOwners(**lately.aggregate(closed=Count("pk"), right=Count("pk", filter=Q(reroutes=0))))
