"""A supplier of the portal gets a letter about each version of an order, on their own clock."""

import json

import pytest

from foundation.models import Delivery
from foundation.relay import drain
from procurement.models import PurchaseOrder
from procurement.services import cancel_order, mail_order
from tests.factories import NOW, an_issued_order, company

pytestmark = pytest.mark.django_db


def letters() -> list[dict[str, str]]:
    rows = Delivery.objects.filter(connection="letters", subject_type="supplier").order_by("pk")
    return [json.loads(bytes(row.body)) for row in rows]


def _mail(order: PurchaseOrder, revision: int) -> int:
    fresh = PurchaseOrder.objects.get(pk=order.pk)
    sent_to = fresh.versions.get(revision=fresh.revision).sent_to
    return mail_order(order=fresh, sent_to=sent_to, revision=revision, at=NOW)


def test_letter_says_what_is_ordered_and_by_when_to_answer_once() -> None:
    made = company()
    made.acme_person.time_zone = "Europe/Berlin"
    made.acme_person.save()
    order = an_issued_order(made, ("SW-500", "10"))
    drain()
    again = _mail(order, 1)

    (letter,) = letters()
    assert (again, letter["to"], letter["language"]) == (0, "orders@acme.example", "en-GB")
    assert letter["subject"].startswith(f"Order {order.number} for Leeds, needed ")
    assert "(Europe/Berlin)" in letter["text"]
    assert "Stretch wrap 500 mm" in letter["text"]
    assert f"/supplier/orders/{order.number}/" in letter["html"]


@pytest.mark.parametrize(
    ("_case", "channel", "address"),
    [
        ("takes EDI",      "edi",    "orders@acme.example"),
        ("has no address", "portal", ""),
    ],
)  # fmt: skip
def test_nothing_is_written_to_who_is_reached_otherwise(_case: str, channel: str, address: str) -> None:
    made = company()
    made.acme.order_channel, made.acme.order_email = channel, address
    made.acme.save()

    an_issued_order(made, ("SW-500", "10"))
    drain()

    assert letters() == []


def test_version_that_is_not_the_present_one_has_no_letter() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    drain()

    assert (_mail(order, 2), len(letters())) == (0, 1)


def test_order_cancelled_before_its_letter_was_written_has_none() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    cancel_order(order_id=order.pk, expected_version=None, actor=made.boris, reason="Not needed", at=NOW)
    Delivery.objects.all().delete()

    assert (_mail(order, 1), letters()) == (0, [])
