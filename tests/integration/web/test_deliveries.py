"""What goes out, as the integration engineer sees it; hostile bytes are shown and handed over harmless."""

import pytest
from django.test import Client
from django.urls import reverse

from foundation.models import Delivery
from integration.models import Connection, InboxMessage
from tests.factories import Company, company

pytestmark = pytest.mark.django_db
HOSTILE = b"<script>alert(1)</script>"


def scene(client: Client, name: str = "igor") -> tuple[Company, Delivery]:
    made = company()
    client.force_login(made.people[name])
    delivery = Delivery.objects.create(
        connection="erp", message_type="voucher", subject_type="invoice", subject_id=1, subject_number='INV-"1',
        order_key="invoice:1", dedupe_key="voucher:1", body=HOSTILE, last_error="connection refused",
    )  # fmt: skip
    return made, delivery


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("state=waiting", True),
        ("state=delivered", False),
        ("q=inv-", True),
        ("q=erp", True),
        ("q=zz", False),
    ],
)
def test_list_is_narrowed(client: Client, query: str, found: bool) -> None:
    scene(client)

    page = client.get(f"{reverse('deliveries')}?{query}").content.decode()

    assert ("connection refused" in page) == found


def test_body_is_shown_escaped_and_sent_again(client: Client) -> None:
    _, delivery = scene(client)

    page = client.get(reverse("delivery", args=[delivery.pk])).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "Send it now" in page


def test_bytes_are_downloaded_as_nothing_a_browser_runs(client: Client) -> None:
    _, delivery = scene(client)
    connection = Connection.objects.create(
        code="in", name="In", direction="in", purpose="documents", dialect="ubl", url=""
    )
    message = InboxMessage.objects.create(
        connection=connection, external_id='a"\r\nX-Evil: 1', body_sha256="0" * 64, raw=HOSTILE,
        content_type="text/html",
    )  # fmt: skip

    answers = [
        client.get(reverse("delivery_body", args=[delivery.pk])),
        client.get(reverse("message_body", args=[message.pk])),
    ]

    assert [answer.content for answer in answers] == [HOSTILE, HOSTILE]
    assert {answer["Content-Type"] for answer in answers} == {"application/octet-stream"}
    assert {answer["X-Content-Type-Options"] for answer in answers} == {"nosniff"}
    assert {answer["Content-Security-Policy"] for answer in answers} == {"default-src 'none'; sandbox"}
    assert [answer["Content-Disposition"] for answer in answers] == [
        'attachment; filename="voucher-INV--1.txt"', 'attachment; filename="in-a-X-Evil-1.txt"',
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["boris", "rita"])
def test_people_without_the_duty_are_refused(client: Client, name: str) -> None:
    _, delivery = scene(client, name)

    paths = [
        reverse("deliveries"), reverse("delivery", args=[delivery.pk]), reverse("delivery_body", args=[delivery.pk]),
        reverse("message_body", args=[1]),
    ]  # fmt: skip

    assert [client.get(path).status_code for path in paths] == [403] * 4


def test_missing_ones_are_missing(client: Client) -> None:
    scene(client)

    paths = [reverse(name, args=[99999]) for name in ("delivery", "delivery_body", "message_body")]

    assert [client.get(path).status_code for path in paths] == [404] * 3


def test_auditor_reads_and_does_not_send(client: Client) -> None:
    _, delivery = scene(client, "audrey")

    page = client.get(reverse("delivery", args=[delivery.pk])).content.decode()
    tried = client.post(reverse("resend_delivery", args=[delivery.pk]))

    assert "Send it now" not in page
    assert tried.status_code == 403
