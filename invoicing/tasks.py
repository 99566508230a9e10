from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from foundation.selectors.system import system_user
from invoicing import services
from invoicing.selectors.orders import held_on_limits, left_cleared, overdue_waiting
from policies.models import PolicyKind
from policies.selectors import has_started

LOOK_BACK = timedelta(hours=3)


@shared_task(name="invoicing.sweep_waiting")
def sweep_waiting(**_unknown: Any) -> int:
    """Test again the bills whose goods should have come already, on the calendar furthest east (TM-8)."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    ids = overdue_waiting((now + timedelta(hours=14)).date())
    services.match_invoices(invoice_ids=ids, actor=system_user("timer"), at=now)
    return len(ids)


@shared_task(name="invoicing.sweep_new_limits")
def sweep_new_limits(**_unknown: Any) -> int:
    """Test again what a limit holds, when tolerances published for a later instant came into force meanwhile (TM-9).

    It looks further back than its own pace, for a beat that was late; a test that finds nothing new changes nothing.
    """
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    ids = held_on_limits() if has_started(PolicyKind.TOLERANCE, now - LOOK_BACK, now) else []
    services.match_invoices(invoice_ids=ids, actor=system_user("timer"), at=now)
    return len(ids)


@shared_task(name="invoicing.sweep_cleared")
def sweep_cleared(**_unknown: Any) -> int:
    """Hand on the cleared bills that nobody handed on within a minute; the news of them may have come too early."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    ids = left_cleared(now - timedelta(minutes=1))
    for pk in ids:
        services.release_invoice(invoice_id=pk, actor=system_user("timer"), at=now)
    return len(ids)


@shared_task(name="invoicing.sweep_settled")
def sweep_settled(**_unknown: Any) -> int:
    """Close settled orders that no event reached, such as those of an imported history (PO-1); returns how many."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    return services.close_settled_orders(order_ids=None, actor=system_user("closing"), at=now)
