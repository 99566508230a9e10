"""The machine door for messages: stored first, then 202; bad input and foreign connections are refused there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from oauth2_provider.models import AccessToken, Application
from rest_framework.test import APIClient

from foundation.selectors import system_user
from integration import tasks
from integration.models import Connection, InboxMessage
from integration.services.receive_message import MAX_BYTES
from tests.factories import Company, an_issued_order, company
from tests.integration import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def caller(connection: Connection | None, scope: str = "messages") -> APIClient:
    application = Application.objects.create(
        name="partner",
        user=system_user("partner"),
        client_type="confidential",
        authorization_grant_type="client-credentials",
    )
    token = AccessToken.objects.create(
        application=application, user=application.user, scope=scope, token=f"t-{application.pk}",
        expires=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    if connection is not None:
        connection.profile = {**connection.profile, "application": application.client_id}
        connection.save()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token.token}")
    return client


def send(client: APIClient, code: str, raw: bytes, key: str = "", content_type: str = "application/xml") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(reverse("api_messages", args=[code]), raw, content_type=content_type, headers=headers)


def test_message_is_stored_answered_and_judged_later(made: Company) -> None:
    client = caller(f.way_in(supplier=made.acme))
    order = an_issued_order(made)

    taken = send(client, "ubl-in", f.bill(order.number), "key-0000000000000001")
    tasks.apply_inbox()
    verdict = client.get(reverse("api_message", args=["ubl-in", taken.json()["id"]])).json()

    assert (taken.status_code, taken.json()["status"]) == (202, "received")
    assert (verdict["status"], verdict["document_type"]) == ("applied", "invoice")


@pytest.mark.parametrize(
    ("_case", "raw", "code"),
    [
        ("entities",        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_forbidden"),
        ("a billion laughs", b'<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>', "xml_forbidden"),
        ("another kind",    b"\x89PNG\r\n\x1a\n", "xml_malformed"),
        ("another encoding", '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("latin-1"), "xml_malformed"),
        ("a rule broken",   f.bill("PO-1", ("<cbc:ID>INV-77</cbc:ID>", "")), "BR-02"),
    ],
)  # fmt: skip
def test_bad_bytes_are_kept_and_the_verdict_names_the_rule(_case: str, raw: bytes, code: str, made: Company) -> None:
    client = caller(f.way_in(supplier=made.acme))

    taken = send(client, "ubl-in", raw)
    tasks.apply_inbox()
    verdict = client.get(reverse("api_message", args=["ubl-in", taken.json()["id"]])).json()

    assert (taken.status_code, verdict["status"], verdict["effect"]["faults"][0]["code"]) == (202, "rejected", code)
    assert bytes(InboxMessage.objects.get().raw) == raw


@pytest.mark.parametrize(("_case", "raw"), [("nothing", b""), ("a byte too many", b"x" * (MAX_BYTES + 1))])
def test_size_is_refused_at_the_door(_case: str, raw: bytes, made: Company) -> None:
    answer = send(caller(f.way_in(supplier=made.acme)), "ubl-in", raw)

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        422,
        "application/problem+json",
        "message_size",
    )
    assert InboxMessage.objects.count() == 0


def test_largest_message_is_taken(made: Company) -> None:
    assert send(caller(f.way_in(supplier=made.acme)), "ubl-in", b"x" * MAX_BYTES).status_code == 202


def test_same_key_other_content_is_a_conflict(made: Company) -> None:
    client = caller(f.way_in(supplier=made.acme))

    answers = [send(client, "ubl-in", f.bill(order), "key-0000000000000001") for order in ("PO-1", "PO-1", "PO-2")]

    assert [a.status_code for a in answers] == [202, 202, 409]
    assert (answers[0].json()["id"], answers[2].json()["code"]) == (answers[1].json()["id"], "message_conflict")


def test_somebody_elses_connection_looks_missing(made: Company) -> None:
    theirs = f.way_in(supplier=made.bolt, code="bolt-in")
    caller(theirs)
    mine = caller(f.way_in(supplier=made.acme))

    foreign, missing = send(mine, "bolt-in", b"<a/>"), send(mine, "nobody", b"<a/>")

    assert (foreign.status_code, foreign.json()) == (missing.status_code, missing.json())
    assert foreign.status_code == 404
    assert InboxMessage.objects.count() == 0


def test_token_without_the_scope_is_refused(made: Company) -> None:
    assert send(caller(f.way_in(supplier=made.acme), scope="read"), "ubl-in", b"<a/>").status_code == 403


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_message_is_bytes_whatever_it_calls_itself(kind: str, made: Company) -> None:
    raw = b"--b\r\nISA*00*&x=1"

    taken = caller(f.way_in(supplier=made.acme)).generic(
        "POST", reverse("api_messages", args=["ubl-in"]), raw, content_type=kind
    )

    assert taken.status_code == 202
    assert bytes(InboxMessage.objects.get().raw) == raw


def test_closed_connection_takes_nothing(made: Company) -> None:
    connection = f.way_in(supplier=made.acme)
    client = caller(connection)
    Connection.objects.update(is_active=False)

    answer = send(client, "ubl-in", b"<a/>")

    assert (answer.status_code, answer.json()["code"]) == (422, "connection_closed")
