"""The list of an inbox: approvals that wait for a person, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, F, Func, IntegerField, Q, Subquery

from foundation.models import User
from foundation.worklist import NEVER, Spot, Stretch, TaskFilters
from workflow.models import ApprovalStep
from workflow.selectors.tasks import APPROVAL, WHEN, approvals_narrowed, within

_COUNT = Func(F("pk"), function="count", output_field=IntegerField())  # of all rows, without grouping them


@dataclass(frozen=True, slots=True)
class Listed:
    """A stretch of an inbox in its order, the task that is open, and how many there are in all and overdue."""

    steps: Sequence[ApprovalStep]
    chosen: ApprovalStep | None
    waiting: int
    overdue: int


def inbox_of(user: User, filters: TaskFilters, now: datetime, stretch: Stretch, request_id: int | None) -> Listed:
    """Return a stretch of what waits for a person; the request that is open comes too, wherever it stands.

    One statement, whatever the number of tasks.
    """
    waiting = approvals_narrowed(user, filters, now)
    counted = waiting.order_by().annotate(n=_COUNT)
    is_open = ExpressionWrapper(Q(request_id=request_id or 0), output_field=BooleanField())
    rows = waiting.annotate(
        when=WHEN, is_chosen=is_open, total=Subquery(counted.values("n")),
        late=Subquery(counted.filter(due_at__lt=now).values("n")),
    ).filter(within(stretch, APPROVAL, "request_id") | Q(is_chosen=True))  # fmt: skip
    order = ("-when", "-request_id") if stretch.is_back else ("when", "request_id")
    found = list(rows.order_by("-is_chosen", *order)[: stretch.size + 1])
    chosen = next((step for step in found if step.request_id == request_id), None)
    listed = sorted((step for step in found if step != chosen or _is_on(step, stretch)), key=spot_of)
    listed = listed[-stretch.size :] if stretch.is_back else listed[: stretch.size]
    first = found[0] if found else None
    return Listed(listed, chosen, getattr(first, "total", 0), getattr(first, "late", 0))


def spot_of(step: ApprovalStep) -> Spot:
    """Return where a task stands in the list."""
    return Spot(step.due_at or NEVER, APPROVAL, step.request_id)


def _is_on(step: ApprovalStep, stretch: Stretch) -> bool:
    spot = spot_of(step)
    return (stretch.after is None or spot > stretch.after) and (stretch.before is None or spot < stretch.before)
