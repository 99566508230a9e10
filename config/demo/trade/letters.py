"""What the people of the demo read and were mailed in the weeks before it began."""

from datetime import datetime, timedelta

from django.db.models import F

from foundation.intake.http import Answer
from foundation.models import Delivery, DeliveryState, Notice, NoticeKind
from foundation.services import LETTERS
from integration.services import take_answer

READ_WITHIN, MAILED_WITHIN = timedelta(days=2), timedelta(hours=8)


def read_the_past(now: datetime) -> None:
    """Let people have read what is two days old, and have got their letters but those of the last hours."""
    old = Notice.objects.filter(at__lt=now - READ_WITHIN, read_at=None).exclude(kind=NoticeKind.DECISION)
    old.update(read_at=F("at") + timedelta(minutes=20))
    waiting = Delivery.objects.filter(connection=LETTERS, state=DeliveryState.WAITING)
    for pk, at in waiting.filter(created_at__lt=now - MAILED_WITHIN).order_by("pk").values_list("pk", "created_at"):
        take_answer(delivery_id=pk, answer=Answer(250, "Taken by the mail server."), at=at)
