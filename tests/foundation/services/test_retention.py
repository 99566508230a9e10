"""What people were told is kept for 180 days, unread twice as long; the audit trail keeps that it went."""

from datetime import timedelta
from uuid import UUID

import pytest

from foundation.models import AuditEvent, Delivery, Notice
from foundation.services import forget_notices
from tests.factories import NOW, company

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("_case", "age", "is_read", "left"),
    [
        #                  days  read   notices left
        ("young",          180, True,  1),
        ("old and read",   181, True,  0),
        ("old and unread", 181, False, 1),
        ("very old",       361, False, 0),
    ],
)  # fmt: skip
def test_notice_is_kept_for_its_time(_case: str, age: int, is_read: bool, left: int) -> None:
    told = NOW - timedelta(days=age)
    Notice.objects.create(
        person=company().mona, source=UUID(int=1), kind="order", subject_type="order", subject_id=1, path="/help/",
        subject_number="PO-1", sentence="PO-1 went", at=told, read_at=told if is_read else None,
    )  # fmt: skip

    assert (forget_notices(at=NOW), Notice.objects.count()) == (1 - left, left)


@pytest.mark.parametrize(
    ("_case", "connection", "state", "age", "left"),
    [
        ("letter that went",     "letters", "delivered", 181, 0),
        ("letter of yesterday",  "letters", "delivered", 1,   1),
        ("letter that is stuck", "letters", "parked",    181, 1),
        ("order by EDI",         "acme",    "delivered", 181, 1),
    ],
)  # fmt: skip
def test_letter_that_went_is_kept_for_its_time(_case: str, connection: str, state: str, age: int, left: int) -> None:
    company()
    before = AuditEvent.objects.count()
    Delivery.objects.create(
        connection=connection, message_type="letter", subject_type="person", subject_id=1, subject_number="mona",
        order_key="1", dedupe_key="1", body=b"{}", state=state,
        delivered_at=NOW - timedelta(days=age) if state == "delivered" else None,
    )  # fmt: skip

    forget_notices(at=NOW)

    assert (Delivery.objects.count(), AuditEvent.objects.count()) == (left, before)
