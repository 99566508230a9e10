"""A machine's side of the API door: an application with a token, and what every door is asked."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import AccessToken, Application
from rest_framework.test import APIClient

from foundation import relay
from foundation.models import User

_serial = count(1)


def client_of(person: User, scope: str = "read write") -> APIClient:
    """Return a client of a new application that acts as a person."""
    application = Application.objects.create(
        name=f"client of {person}", user=person, client_type="confidential",
        authorization_grant_type="client-credentials",
    )  # fmt: skip
    token = AccessToken.objects.create(
        application=application, user=None, scope=scope, token=f"token-{next(_serial)}",
        expires=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token.token}")
    return client


def drain() -> None:
    """Let the relay work by the database's clock, which no test can move."""
    with time_machine.travel(time_machine.escape_hatch.datetime.datetime.now(UTC)):
        relay.drain()


def post(client: APIClient, url: str, body: Any = None, *, key: str = "", version: int | None = None) -> Any:
    """Send a document with an idempotency key, or a step with the version it is made on."""
    headers = {"Idempotency-Key": key} if key else {}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return client.post(url, {} if body is None else body, format="json", headers=headers)


def numbers(answer: Any, name: str = "number") -> list[str]:
    """Return the names of a page's rows."""
    assert answer.status_code == 200, answer.content
    return [row[name] for row in answer.json()["results"]]


def statements(client: APIClient, url: str) -> int:
    """Return how many statements a page takes; the person's remembered permissions are not kept between calls."""
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return len(seen)


def fault(answer: Any) -> tuple[int, str, str, str]:
    """Return status, field, code and value of the first fault, and insist that it says what to do."""
    told = answer.json()
    first = told["errors"][0]
    assert answer["Content-Type"] == "application/problem+json"
    assert first["message"]
    assert first["cure"]
    return answer.status_code, first["field"], first["code"], first.get("value", "")
