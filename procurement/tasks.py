"""What the worker does for procurement without being told by an event."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from foundation.models import CostCentre
from foundation.selectors import system_user
from procurement.models import AckStatus, OrderState, PurchaseOrder
from procurement.selectors.combining import due_to_go
from procurement.services import mail_answer_copies, mark_answer_overdue, place_combined, recount_budgets

BATCH = 500


@shared_task(name="procurement.sweep_acknowledgments")
def sweep_acknowledgments(**_unknown: Any) -> int:
    """Find orders whose answer is overdue (AK-4); returns how many were newly marked."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    late = (
        PurchaseOrder.objects.filter(state=OrderState.ISSUED, acknowledged_at=None, ack_due_at__lt=now)
        .exclude(ack_status=AckStatus.OVERDUE)
        .order_by("ack_due_at")
        .values_list("pk", flat=True)[:BATCH]
    )
    actor = system_user("sweeper")
    return sum(mark_answer_overdue(order_id=pk, actor=actor, at=now) for pk in late)


@shared_task(name="procurement.mail_answers")
def mail_answers(**_unknown: Any) -> int:
    """Mail suppliers a copy of what they answered in the portal; returns how many letters went."""
    return mail_answer_copies(at=timezone.now())  # noqa: TID251 - the porch reads the clock


@shared_task(name="procurement.place_combined")
def place_combined_orders(**_unknown: Any) -> int:
    """Place the combined orders whose hour has come (RQ-5); returns how many orders were made."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    return sum(len(place_combined(ship_to_id=site, supplier_id=supplier, at=now)) for site, supplier in due_to_go(now))


@shared_task(name="procurement.recount_budgets")
def recount_all_budgets(**_unknown: Any) -> int:
    """Count every cost centre with budgets anew, after the tree of categories was changed (RQ-6); returns movements."""
    centres = CostCentre.objects.filter(is_budgeted=True).values_list("pk", flat=True)
    return recount_budgets(cost_centre_ids=list(centres), at=timezone.now())  # noqa: TID251 - the porch reads the clock
