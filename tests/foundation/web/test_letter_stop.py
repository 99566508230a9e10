"""One click in a mail program ends letters of one kind (RFC 8058); a look at the address ends nothing."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.urls import reverse

from foundation.models import AuditEvent, Notice, NoticePreference
from foundation.relay import drain
from foundation.services.letters import stop_link
from integration.tasks import deliver_letters
from tests.factories import NOW, Company, company, submitted
from tests.workflow.factories import MIDDLE
from workflow.services import send_message

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def path_of(made: Company, kind: str) -> str:
    return urlsplit(stop_link(made.mona, kind)).path


def chosen(made: Company) -> Any:
    return NoticePreference.objects.filter(person=made.mona).values_list("channels", flat=True).first()


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        #  kind        what was chosen                              what is chosen after one click
        ("question", {},                                          {"question": "app"}),
        ("question", {"question": "off"},                         {"question": "off"}),
        ("decision", {},                                          {}),
        ("digest",   {},                                          {"case": "app"}),
        ("digest",   {"outcome": "digest", "decision": "digest"}, {"outcome": "app", "decision": "digest", "case": "app"}),
        ("pigeon",   {},                                          {}),
    ],
)  # fmt: skip
def test_one_click_ends_a_kind_once(kind: str, before: dict[str, str], after: dict[str, str]) -> None:
    made = company()
    NoticePreference.objects.create(person=made.mona, channels=before)
    strict = Client(enforce_csrf_checks=True)

    answers = [strict.post(path_of(made, kind), ONE_CLICK).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert chosen(made) == after
    assert AuditEvent.objects.filter(action="stop_letters").count() == (before != after)


def test_letter_that_waits_for_the_day_does_not_go_any_more() -> None:
    made = company()
    notice = Notice.objects.create(
        person=made.mona, source="00000000-0000-0000-0000-000000000001", kind="case", subject_type="case", subject_id=1,
        subject_number="EX-1", sentence="EX-1", path="/help/", at=NOW, waits_for_day=True, letter_due_at=NOW,
    )  # fmt: skip

    Client().post(path_of(made, "digest"), ONE_CLICK)

    notice.refresh_from_db()
    assert (notice.letter_due_at, notice.read_at) == (None, None)


def test_opening_the_address_ends_nothing() -> None:
    made = company()

    answers = [getattr(Client(), method)(path_of(made, "question")) for method in ("get", "head", "get")]

    assert [(one.status_code, one["Location"]) for one in answers] == [(302, reverse("notice_choices"))] * 3
    assert chosen(made) is None


@pytest.mark.parametrize("token", ["nonsense", "WzEsIjAwIl0:1abc:xyz"])
def test_address_nobody_signed_is_missing(token: str) -> None:
    company()

    assert Client().post(f"/letter/{token}/stop/", ONE_CLICK).status_code == 404


@pytest.mark.parametrize(
    ("public", "one_click"), [("https://buy.example", "List-Unsubscribe=One-Click"), ("http://buy.example", None)]
)
def test_headers_say_how_to_end_it_and_that_a_machine_wrote(
    settings: LazySettings, public: str, one_click: str | None
) -> None:
    settings.PUBLIC_URL = public
    made = company()
    requisition = submitted(made, MIDDLE)
    about = {"subject_type": "requisition", "subject_id": requisition.pk, "subject_number": requisition.number}
    send_message(**about, kind="question", text="Why?", actor=made.mona, at=NOW)
    drain()

    deliver_letters()

    letters = {one.to[0]: one.message() for one in mail.outbox}
    asked, to_decide = letters[made.rita.email], letters[made.mona.email]
    assert asked["List-Id"] == "<question.notices.buy.example>"
    assert asked["List-Unsubscribe"].startswith(f"<{public}/letter/")
    assert asked["List-Unsubscribe-Post"] == one_click
    assert (asked["Auto-Submitted"], asked["Content-Language"]) == ("auto-generated", "en-GB")
    assert (to_decide["List-Unsubscribe"], to_decide["List-Unsubscribe-Post"]) == (None, None)
