"""The history of a document: what happened, once each."""

import pytest

from foundation.relay import drain
from foundation.selectors import timeline
from tests.factories import approved, company

pytestmark = pytest.mark.django_db


def test_an_approval_is_told_once_though_two_rooms_record_it() -> None:
    requisition = approved(company(), ("SW-500", "50"))
    drain()

    told = [entry.text for entry in timeline("requisition", requisition.pk)]

    assert told.count("Approved") == 1
    assert "Approval approved" not in told
