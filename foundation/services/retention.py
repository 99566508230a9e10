"""Notices and the text of letters are kept for a while only; that they went stays in the audit trail, with their hash."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from foundation.journal import use_case
from foundation.models import Delivery, DeliveryState, Notice
from foundation.services.letters import CONNECTION

BATCH = 5_000


@use_case
def forget_notices(*, at: datetime) -> int:
    """Delete notices that were read, or twice as old as is kept, and letters that went; returns how many of both.

    Days are NOTICES_KEPT_DAYS of the settings. A letter that waits or is parked stays until somebody settled it.
    """
    kept = timedelta(days=settings.NOTICES_KEPT_DAYS)
    old = Notice.objects.filter(Q(at__lt=at - kept, read_at__isnull=False) | Q(at__lt=at - 2 * kept))
    notices = Notice.objects.filter(pk__in=list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])).delete()[0]
    gone = Delivery.objects.filter(
        connection=CONNECTION, state=DeliveryState.DELIVERED, delivered_at__lt=at - kept
    ).order_by("pk")  # fmt: skip
    letters = Delivery.objects.filter(pk__in=list(gone.values_list("pk", flat=True)[:BATCH])).delete()[0]
    return notices + letters
