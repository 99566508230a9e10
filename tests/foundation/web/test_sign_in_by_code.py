"""A supplier's person signs in with six digits by mail; nobody learns from it who has an account."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.models import AuditEvent, Delivery
from foundation.selectors import system_user
from tests.architecture import matrix
from tests.factories import Company, company

pytestmark = pytest.mark.django_db
ASK, CONFIRM = reverse("account_request_login_code"), reverse("account_confirm_login_code")
HOME = reverse("portal_home")
SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def made() -> Company:
    return company()


def letters() -> list[dict[str, str]]:
    return [json.loads(bytes(one.body)) for one in Delivery.objects.filter(message_type="letter").order_by("pk")]


def code_of(letter: dict[str, str]) -> str:
    return letter["text"].split("Your code: ")[1][:6]


def _seen(page: Any, address: str) -> tuple[int, dict[str, str], bytes]:
    """Return what somebody sees of a page, whatever the address they typed and the second they came."""
    status, headers, body = matrix.masked(page, [address])
    return status, {k: v for k, v in headers.items() if k not in {"Content-Length", "Expires"}}, body


def asked(address: str) -> Client:
    client = Client()
    client.post(ASK, {"email": address, "next": HOME})
    return client


def test_code_by_mail_signs_in_and_the_device_is_remembered_for_thirty_days(made: Company) -> None:
    client = asked(made.acme_person.email)

    answer = client.post(CONFIRM, {"code": code_of(letters()[0]), "next": HOME})

    assert (answer.status_code, answer["Location"]) == (302, HOME)
    assert client.get(HOME).status_code == 200
    assert letters()[0]["to"] == made.acme_person.email
    assert client.session.get_expiry_age() == settings.PORTAL_DEVICE_SECONDS == timedelta(days=30).total_seconds()


@pytest.mark.parametrize("who", ["nobody@example.com", "rita@example.com", "shut.out"])
def test_strangers_staff_and_the_shut_out_get_no_letter_and_no_other_words(made: Company, who: str) -> None:
    if who == "shut.out":
        made.bolt_person.is_active = False
        made.bolt_person.save(update_fields=["is_active"])
        who = made.bolt_person.email
    pages = []
    for address in (made.acme_person.email, who):
        client = Client()
        first = client.post(ASK, {"email": address})
        second = client.get(CONFIRM)
        wrong = client.post(CONFIRM, {"code": "000000"})
        pages.append([_seen(page, address) for page in (first, second, wrong)])

    assert [letter["to"] for letter in letters()] == [made.acme_person.email]
    assert pages[0] == pages[1]


def test_known_and_unknown_addresses_cost_the_same_statements(made: Company) -> None:
    system_user("relay")
    counts = []
    for address in ("warm@example.com", made.acme_person.email, "nobody@example.com"):
        client = Client()
        with CaptureQueriesContext(connection) as seen:
            client.post(ASK, {"email": address})
        counts.append([" ".join(q["sql"].split()[:3]) for q in seen if not q["sql"].startswith(SAVEPOINTS)])

    assert counts[1] == counts[2]


def test_mail_scanner_opens_every_page_and_nothing_happens(made: Company) -> None:
    before = matrix.documents()
    client = Client()
    for address in (ASK, CONFIRM, f"{ASK}?email={made.acme_person.email}"):
        client.get(address)
        client.head(address)

    assert letters() == []
    assert matrix.documents() == before
    assert client.get(HOME).status_code == 302


def test_code_is_for_the_device_that_asked_and_for_once(made: Company) -> None:
    client, other = asked(made.acme_person.email), Client()
    code = code_of(letters()[0])

    elsewhere = other.post(CONFIRM, {"code": code})
    client.post(CONFIRM, {"code": code})
    client.logout()
    again = client.post(CONFIRM, {"code": code})

    assert ("_auth_user_id" in other.session, elsewhere.status_code) == (False, 302)
    assert ("_auth_user_id" in client.session, again.status_code) == (False, 302)


def test_third_wrong_code_ends_the_try(made: Company) -> None:
    client = asked(made.acme_person.email)
    code = code_of(letters()[0])

    answers = [client.post(CONFIRM, {"code": "12345"}).status_code for _ in range(3)]
    late = client.post(CONFIRM, {"code": code})

    assert (answers, late.status_code, "_auth_user_id" in client.session) == ([200, 200, 302], 302, False)


def test_eleventh_code_of_an_hour_is_refused_for_known_and_unknown_alike(made: Company) -> None:
    said = {}
    for address in (made.acme_person.email, "nobody@example.com"):
        cache.clear()
        for number in range(11):
            answer = Client(REMOTE_ADDR=f"10.0.0.{number}").post(ASK, {"email": address})
        said[address] = (answer.status_code, answer.context["form"].errors.as_text())

    assert len(letters()) == 10
    assert len(set(said.values())) == 1
    assert "Too many" in next(iter(said.values()))[1]


def test_letter_leaves_an_audit_row_without_the_code(made: Company) -> None:
    asked(made.acme_person.email)

    row = AuditEvent.objects.get(action="store_letter")

    assert code_of(letters()[0]) not in json.dumps(row.data)
