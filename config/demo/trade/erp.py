"""The stand-in ERP: a connection to this machine, and what it answered to the vouchers of the past.

While the demo runs, `config.demo.standin` listens behind the connection and answers by the same rule.
"""

from datetime import datetime, timedelta

from config.demo import standin
from foundation.intake.http import Answer
from foundation.models import Delivery, DeliveryState
from integration.models import Connection, Direction
from integration.services import claim_due, take_answer

TRY_AGAIN = timedelta(minutes=40)  # the product's own pauses spread by chance, and every demo is to be the same


def connect() -> Connection:
    """Write the connection; the demo puts the right port in when it starts the stand-in."""
    return Connection.objects.create(
        code="erp", name="Stand-in ERP of the demo", direction=Direction.OUT, purpose="erp",
        url=standin.address(standin.WANTED_PORT), secret=standin.SECRET,
    )  # fmt: skip


def point_at(port: int) -> bool:
    """Send vouchers to the stand-in on a port of this machine; tells whether the connection is still the demo's own."""
    ours = Connection.objects.filter(code="erp", secret=standin.SECRET, url__startswith="http://127.0.0.1:")
    return bool(ours.update(url=standin.address(port)))


def answer_waiting(at: datetime) -> None:
    """Give the stand-in's answer to every voucher that is due at an instant of the past."""
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING)
    if not waiting.exists():
        return
    waiting.filter(created_at__gt=at).update(created_at=at, next_attempt_at=at)  # the database stamped them now
    while due := claim_due(at=at):
        for pk in due:
            body = bytes(Delivery.objects.values_list("body", flat=True).get(pk=pk))
            status, answer = standin.judge(body)
            if not take_answer(delivery_id=pk, answer=Answer(status, answer), at=at):
                waiting.filter(pk=pk).update(next_attempt_at=at + TRY_AGAIN)
