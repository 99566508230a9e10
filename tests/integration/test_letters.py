"""Letters to our people: written with the change, sent by the worker, once; what strangers write stays a line of text."""

import json
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from uuid import UUID

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from foundation.models import Delivery, Notice
from foundation.relay import drain
from foundation.services import send_digests
from integration.services import claim_due, send_letter
from integration.services.deliver import CLAIM_LASTS
from integration.tasks import deliver, deliver_letters
from procurement.models import Requisition
from tests.factories import Company, company, submitted
from tests.integration import factories
from tests.workflow.factories import MIDDLE
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    made = company()
    submitted(made, MIDDLE)
    drain()
    return made


def letter() -> Delivery:
    return Delivery.objects.get(connection="letters")


def test_letter_goes_once_with_its_own_message_id(made: Company) -> None:
    sent = [deliver(), deliver_letters(), deliver_letters()]

    assert sent == [0, 1, 0]
    (posted,) = mail.outbox
    assert posted.to == [made.mona.email]
    assert str(letter().msg_id) in posted.extra_headers["Message-ID"]
    assert "List-Unsubscribe" not in posted.extra_headers  # required
    assert letter().state == "delivered"


def test_worker_killed_before_sending_sends_once(made: Company) -> None:
    claimed = claim_due(at=factories.now(), letters=True)  # and then it died

    early = claim_due(at=factories.now(), letters=True)
    Delivery.objects.update(claimed_at=factories.now() - CLAIM_LASTS - timedelta(seconds=1))

    assert (len(claimed), early, deliver_letters(), len(mail.outbox)) == (1, [], 1, 1)


def test_who_looks_after_connections_sees_to_whom_a_letter_goes_and_not_what_it_says(made: Company) -> None:
    client = Client()
    client.force_login(made.people["igor"])
    number = Requisition.objects.get().number

    listed = client.get(reverse("deliveries")).content.decode()
    page = client.get(reverse("delivery", args=[letter().pk])).content.decode()
    raw = client.get(reverse("delivery_body", args=[letter().pk]))

    assert made.mona.username in listed
    assert number not in listed + page
    assert "Its text is not shown here" in page
    assert raw.status_code == 404


@pytest.mark.parametrize(
    ("_case", "error", "state", "cases"),
    [
        ("server away",            SMTPServerDisconnected("gone"),                              "waiting", 0),
        ("mailbox full for now",   SMTPRecipientsRefused({"m@example.com": (452, b"full")}),    "waiting", 0),
        ("no such address, ever",  SMTPRecipientsRefused({"m@example.com": (550, b"unknown")}), "parked",  1),
    ],
)  # fmt: skip
def test_refused_letter_waits_or_finds_an_owner(
    made: Company, monkeypatch: pytest.MonkeyPatch, _case: str, error: OSError, state: str, cases: int
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> int:
        raise error

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    (pk,) = claim_due(at=factories.now(), letters=True)

    assert send_letter(delivery_id=pk, at=factories.now()) is False

    assert letter().state == state
    assert ExceptionCase.objects.filter(category="delivery").count() == cases


def test_daily_letter_goes_once_a_day_with_what_nobody_read(made: Company) -> None:
    Notice.objects.all().delete()
    Delivery.objects.all().delete()
    now = factories.now()
    for number in range(3):
        Notice.objects.create(
            person=made.boris, source=UUID(int=number), kind="case", subject_type="case",
            subject_id=number, subject_number=f"EX-{number}", sentence=f"EX-{number} <b>waits</b>", path="/exceptions/",
            at=now, waits_for_day=True, letter_due_at=now, read_at=now if number == 2 else None,
        )  # fmt: skip

    counts = [send_digests(at=now), send_digests(at=now)]
    Notice.objects.filter(subject_id=0).update(lettered_at=None)  # as if it had come late on the same day
    counts.append(send_digests(at=now))

    assert counts == [1, 0, 0]
    body = json.loads(bytes(letter().body))
    assert body["subject"] == "Your day: 2 things to know"
    assert "EX-2" not in body["text"]
    assert "&lt;b&gt;waits" in body["html"]
    assert body["unsubscribe"].endswith("/me/notices/")
    late = Notice.objects.get(subject_id=0)
    assert late.letter_due_at is not None
    assert late.letter_due_at > now
