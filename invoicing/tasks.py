from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from foundation.selectors.system import system_user
from invoicing import services
from invoicing.selectors.orders import overdue_waiting


@shared_task(name="invoicing.sweep_waiting")
def sweep_waiting(**_unknown: Any) -> int:
    """Test again the bills whose goods should have come already, on the calendar furthest east (TM-8)."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    ids = overdue_waiting((now + timedelta(hours=14)).date())
    services.match_invoices(invoice_ids=ids, actor=system_user("timer"), at=now)
    return len(ids)
