"""AK-4: an order is to be answered in the supplier's business hours; then the buyer has one task until it is."""

from datetime import timedelta

import pytest

from foundation.relay import drain
from foundation.selectors import system_user
from foundation.selectors.worktime import working_deadline
from procurement.models import PurchaseOrder
from procurement.services import mark_answer_overdue, record_acknowledgment
from tests.factories import NOW, Company, an_issued_order, company
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=1)


def mark(order: PurchaseOrder, later: timedelta) -> bool:
    assert order.ack_due_at is not None
    return mark_answer_overdue(order_id=order.pk, actor=system_user("sweeper"), at=order.ack_due_at + later)


def answer(made: Company, order: PurchaseOrder) -> None:
    record_acknowledgment(
        order_number=order.number, supplier_id=made.acme.pk, source="portal", external_id="a-1", answered_at=NOW,
        header="accept_all", actor=made.acme_person, at=NOW,
    )  # fmt: skip
    drain()


@pytest.mark.parametrize("hours", [8, 2])
def test_due_time_counts_the_suppliers_hours_on_the_sites_calendar(hours: int) -> None:
    made = company()
    made.acme.acknowledge_hours = hours
    made.acme.save()

    order = an_issued_order(made, ("SW-500", "10"))

    assert order.issued_at is not None
    assert order.ack_due_at == working_deadline(made.leeds, order.issued_at, hours)


def test_overdue_from_the_minute_after_once_with_one_task_that_the_answer_closes() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    told = [mark(order, timedelta()), mark(order, SOON), mark(order, 2 * SOON)]
    drain()

    order.refresh_from_db()
    case = ExceptionCase.objects.get()
    assert told == [False, True, False]
    assert (order.ack_status, case.category, case.state, case.owner_role) == ("overdue", "ack_overdue", "open", "buyer")
    answer(made, order)
    order.refresh_from_db()
    case.refresh_from_db()
    assert (order.ack_status, case.state) == ("confirmed", "cured")


def test_answered_order_is_never_overdue() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    answer(made, order)

    assert not mark(order, SOON)
