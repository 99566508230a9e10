"""The bell, its page, and the links of letters: nobody acts, signs in or learns anything by following one."""

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from foundation.models import AuditEvent, Delivery, DomainEvent, Notice, NoticePreference
from foundation.relay import drain
from foundation.services import send_digests
from procurement.models import Requisition
from tests.factories import NOW, Company, company, submitted
from tests.workflow.factories import MIDDLE, approve, asked
from workflow.models import ApprovalDecision
from workflow.services import send_message

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^\s\"<]+")


@pytest.fixture(autouse=True)
def the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def made() -> Company:
    """Give Mona a decision and an answer to read, and Boris a daily letter."""
    made = company()
    requisition = submitted(made, MIDDLE)
    about = {"subject_type": "requisition", "subject_id": requisition.pk, "subject_number": requisition.number}
    send_message(**about, kind="question", text="Why? http://evil.example/x", actor=made.mona, at=NOW)
    send_message(**about, kind="answer", text="Because.", actor=made.rita, at=NOW)
    drain()
    Notice.objects.filter(person=made.rita).update(letter_due_at=NOW, waits_for_day=True)
    send_digests(at=NOW)
    return made


def letters() -> list[dict[str, str]]:
    bodies = Delivery.objects.filter(connection="letters").order_by("pk").values_list("body", flat=True)
    return [json.loads(bytes(body)) for body in bodies]


def links(letter: dict[str, str]) -> list[str]:
    """Return the paths of our own links of a letter, as its text and its HTML name them."""
    found = {one.rstrip(".") for part in ("text", "html") for one in LINK.findall(letter[part])}
    return sorted(urlsplit(one).path for one in found if "evil" not in one)


def everything() -> tuple[Any, ...]:
    """Return all that a link could have changed."""
    return (
        list(Notice.objects.order_by("pk").values_list("pk", "read_at", "lettered_at")),
        list(Requisition.objects.values_list("state", "version")),
        ApprovalDecision.objects.count(), AuditEvent.objects.count(), DomainEvent.objects.count(),
    )  # fmt: skip


def test_no_link_of_any_letter_acts_or_signs_in(made: Company) -> None:
    people = {person.email: person for person in (made.mona, made.rita)}
    assert {letter["to"] for letter in letters()} == set(people)
    before = everything()

    for letter in letters():
        assert links(letter)
        for path in links(letter):
            stranger, addressee, other = Client(), Client(), Client()
            addressee.force_login(people[letter["to"]])
            other.force_login(made.wanda)
            for _again in range(2):
                for method in ("get", "head"):
                    sent = getattr(stranger, method)(path)
                    assert (sent.status_code, urlsplit(sent["Location"]).path) == (302, reverse("account_login"))
                    assert "_auth_user_id" not in stranger.session
                    assert getattr(addressee, method)(path, follow=True).status_code == 200
                    if path.startswith("/letter/"):
                        refused = getattr(other, method)(path)
                        assert refused.status_code == 403
                        assert b"REQ-" not in refused.content
                        assert b"Mona" not in refused.content
    assert everything() == before
    assert any("wrong-person" in path for letter in letters() for path in links(letter))


def test_stale_link_says_who_decided_what_and_when(made: Company) -> None:
    path = next(
        one for letter in letters() if letter["to"] == made.mona.email for one in links(letter) if "open" in one
    )
    approve(Requisition.objects.get(), made.mona)
    client = Client()
    client.force_login(made.mona)

    page = client.get(path, follow=True).content.decode()

    assert f"{asked().subject_number} does not wait for you" in page
    assert "Mona" in page
    assert "Approved" in page


@pytest.mark.parametrize("token", ["nonsense", "WzEsIjAwIl0:1abc:xyz", "a" * 900])
def test_broken_link_is_missing(made: Company, token: str) -> None:
    client = Client()
    client.force_login(made.mona)

    assert client.get(f"/letter/{token}/open/").status_code == 404


def test_bell_counts_and_reading_leads_on(made: Company) -> None:
    client = Client()
    client.force_login(made.mona)
    notice = Notice.objects.get(person=made.mona, kind="decision")

    before = client.get(reverse("help")).content.decode()
    listed = client.get(reverse("notices")).content.decode()
    opened = client.post(reverse("notice_open", args=[notice.pk]))
    after = client.get(reverse("help")).content.decode()

    assert "Notices, 2 unread" in before
    assert notice.sentence in listed
    assert opened["Location"] == f"/inbox/{asked().pk}/"
    assert "Notices, 1 unread" in after


def test_nobody_reads_somebody_elses_notice(made: Company) -> None:
    client = Client()
    client.force_login(made.wanda)
    notice = Notice.objects.get(person=made.mona, kind="decision")

    assert client.post(reverse("notice_open", args=[notice.pk])).status_code == 404
    assert notice.sentence not in client.get(reverse("notices")).content.decode()
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_read_stops_at_what_was_on_the_page(made: Company) -> None:
    client = Client()
    client.force_login(made.mona)
    first, later = Notice.objects.filter(person=made.mona).order_by("pk")

    client.post(reverse("notices_read"), {"up_to": first.pk})

    first.refresh_from_db()
    later.refresh_from_db()
    assert (first.read_at, later.read_at) == (NOW, None)


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", 2), ("?view=unread", 1), ("?kind=question", 1), ("?kind=case", 0), ("?kind=nonsense", 2), ("?before=x", 2)],
)
def test_filters(made: Company, query: str, shown: int) -> None:
    Notice.objects.filter(person=made.mona, kind="decision").update(read_at=NOW)
    client = Client()
    client.force_login(made.mona)

    page = client.get(reverse("notices") + query).content.decode()

    assert page.count('<span class="said">') == shown
    assert ("No notice matches these filters" in page) == (shown == 0)


def choices(**more: str) -> dict[str, str]:
    kinds = {"decision": "mail", "outcome": "mail", "question": "mail", "case": "digest", "order": "app", "work": "app"}
    return {**kinds, "digest_hour": "7", "quiet_from": "", "quiet_until": "", **more}


@pytest.mark.parametrize(
    ("_case", "posted", "field", "words"),
    [
        ("required may not be off", {"decision": "off"},      "decision",     "Select a valid choice"),
        ("no such channel",         {"case": "pigeon"},       "case",         "Select a valid choice"),
        ("no such hour",            {"digest_hour": "24"},    "digest_hour",  "Select a valid choice"),
        ("half of the quiet hours", {"quiet_from": "19:00"},  "quiet_until",  "Give both ends of the quiet hours"),
        ("not a time",              {"quiet_from": "25:00"},  "quiet_from",   "Enter a valid time"),
        ("quiet for no time", {"quiet_from": "07:00", "quiet_until": "07:00"}, "quiet_until", "are none"),
    ],
)  # fmt: skip
def test_choice_is_refused_beside_its_field(
    made: Company, _case: str, posted: dict[str, str], field: str, words: str
) -> None:
    client = Client()
    client.force_login(made.mona)

    answer = client.post(reverse("notice_choices"), choices(**posted))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert field in answer.context["form"].errors
    assert not NoticePreference.objects.exists()


def test_chosen_ways_are_kept_to(made: Company) -> None:
    client = Client()
    client.force_login(made.mona)
    Delivery.objects.all().delete()
    Notice.objects.all().delete()

    client.post(reverse("notice_choices"), choices(quiet_from="08:30", quiet_until="10:00", question="off"))
    submitted(made, MIDDLE)
    about = {"subject_type": "requisition", "subject_id": asked().subject_id, "subject_number": asked().subject_number}
    send_message(**about, kind="note", text="Mind the dates.", actor=made.mona, at=NOW)
    send_message(**about, kind="note", text="I do.", actor=made.rita, at=NOW)
    drain()

    (notice,) = Notice.objects.filter(person=made.mona)
    assert (notice.kind, notice.letter_due_at, letters()) == ("decision", NOW + timedelta(hours=1), letters()[:1])
    assert [letter["to"] for letter in letters()] == [made.rita.email]
    assert send_digests(at=NOW + timedelta(hours=1)) == 1
    assert letters()[-1]["subject"] == "1 thing since your quiet hours began"
