"""What every machine door does alike, whatever lies behind it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter
from oauth2_provider.models import AccessToken, Application
from rest_framework.test import APIClient

from foundation.machine.door import Door
from foundation.machine.problems import safe
from foundation.models import AuditEvent, IdempotencyKey, User
from foundation.services import forget_keys
from tests.factories import a_requisition, company
from tests.machine import client_of, post

pytestmark = pytest.mark.django_db


def doors() -> list[tuple[str, Any]]:
    """Return address and class of every machine door."""
    found = []

    def walk(patterns: list[URLPattern | URLResolver], converters: dict[str, Any]) -> None:
        for entry in patterns:
            names = {**converters, **entry.pattern.converters}
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, names)
            elif entry.name and entry.name.startswith("api_") and hasattr(entry.callback, "view_class"):
                given = {name: 7 if isinstance(kind, IntConverter) else "X-1" for name, kind in names.items()}
                found.append((reverse(entry.name, kwargs=given), entry.callback.view_class))

    walk(get_resolver().url_patterns, {})
    return [(url, view) for url, view in found if url.startswith("/api/v1/")]


DOORS = doors()


def methods(view: Any) -> list[str]:
    return [name for name in ("get", "post", "put") if hasattr(view, name)]


ROUTES = [(url, method) for url, view in DOORS for method in methods(view)]


def test_there_are_doors_to_every_document_of_the_main_job() -> None:
    names = {url.split("/")[3] for url, _ in DOORS}

    assert names >= {
        "requisitions",
        "orders",
        "acknowledgments",
        "receipts",
        "invoices",
        "items",
        "suppliers",
        "sites",
        "units",
    }
    assert all(issubclass(view, Door) for _url, view in DOORS)


def test_stranger_is_asked_for_a_token_everywhere() -> None:
    answers = [
        APIClient().generic(method.upper(), url, b"{}", content_type="application/json", **headers)
        for url, method in ROUTES
        for headers in ({}, {"HTTP_AUTHORIZATION": "Bearer no"})
    ]

    assert {(answer.status_code, answer["Content-Type"]) for answer in answers} == {(401, "application/problem+json")}
    assert all(answer["WWW-Authenticate"].startswith("Bearer") for answer in answers)


def test_token_of_the_wrong_scope_opens_no_door() -> None:
    made = company()
    clients = {scope: client_of(made.boris, scope) for scope in ("read", "write", "read write")}
    wrong = {"get": "write", "post": "read", "put": "read"}

    answers = [
        clients["read write" if "/messages/" in url else wrong[method]].generic(
            method.upper(), url, b"{}", content_type="application/json"
        )
        for url, method in ROUTES
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "permission_denied")}


def test_what_is_not_offered_is_not_allowed() -> None:
    made = company()
    client = client_of(made.boris, "read write messages")
    every = ("get", "post", "put", "patch", "delete", "options")

    open_ones = {
        (url, name) for url, view in DOORS for name in every
        if name not in methods(view) and client.generic(name.upper(), url).status_code != 405
    }  # fmt: skip

    assert open_ones == set()


def test_changes_take_json_alone() -> None:
    made = company()
    client = client_of(made.boris)
    headers = {"Idempotency-Key": "k", "If-Match": "1"}
    kinds = ("text/plain", "application/xml", "multipart/form-data; boundary=x", "")

    statuses = {
        client.generic(method.upper(), url, b"x", content_type=kind, headers=headers).status_code
        for url, method in ROUTES if method != "get" and "/messages/" not in url
        for kind in kinds
    }  # fmt: skip

    assert statuses == {415}


def test_expired_token_and_sleeping_person_are_strangers() -> None:
    made = company()
    client = client_of(made.boris)
    url = reverse("api_orders")
    before = client.get(url).status_code

    User.objects.filter(pk=made.boris.pk).update(is_active=False)
    asleep = client.get(url).status_code
    User.objects.filter(pk=made.boris.pk).update(is_active=True)
    AccessToken.objects.update(expires=datetime.now(UTC) - timedelta(seconds=1))

    assert (before, asleep, client.get(url).status_code) == (200, 401, 401)


def test_audit_tells_a_client_from_the_person_it_acts_as() -> None:
    made = company()
    draft = a_requisition(made)

    post(client_of(made.rita), reverse("api_requisition_submit", args=[draft.number]), key="k", version=9)

    person, machine = AuditEvent.objects.filter(actor=made.rita).order_by("seq")
    client = Application.objects.get().client_id
    assert (machine.action, machine.data["client"]) == ("refused:changed_since_opened", client)
    assert (person.action, "client" in person.data) == ("create_requisition", False)


def test_calls_are_counted_for_each_client(settings: Any) -> None:
    made = company()
    settings.API_CALLS_PER_MINUTE = 2
    caches["process"].clear()
    busy, calm = client_of(made.boris), client_of(made.boris)
    url = reverse("api_units")

    answers = [busy.get(url) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert answers[2].json()["code"] == "throttled"
    assert calm.get(url).status_code == 200


def test_address_that_is_none_is_a_problem_too() -> None:
    answer = Client().get("/api/v1/nothing/")

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        404,
        "application/problem+json",
        "not_found",
    )


def test_fault_of_ours_is_a_problem_that_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = company()
    client = client_of(made.boris)
    client.raise_request_exception = False
    monkeypatch.setattr("procurement.api.orders.access.visible_orders", lambda _user: _broken())

    answer = client.get(reverse("api_orders"))

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        500,
        "application/problem+json",
        "fault",
    )
    assert b"secret" not in answer.content


def _broken() -> Any:
    raise DatabaseError("secret table")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("SW-500", "SW-500"),
        (7, "7"),
        ("x" * 90, "x" * 80 + "…"),
        ("a\x1b[2Jb\u202e", "a\ufffd[2Jb\ufffd"),
        (None, "None"),
    ],
)
def test_values_are_told_short_and_printable(given: Any, told: str) -> None:
    assert safe(given) == told


def test_old_keys_are_forgotten() -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    for days in (-1, 1):
        IdempotencyKey.objects.create(
            principal_id=1, route="POST /", key=str(days), request_sha256=b"x", expires_at=now + timedelta(days=days)
        )

    assert (forget_keys(at=now), list(IdempotencyKey.objects.values_list("key", flat=True))) == (1, ["1"])


def test_doors_describe_themselves_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "schema.yml"))


def test_description_names_every_route_with_its_refusals_and_examples() -> None:
    schema = APIClient().get(reverse("api_schema"), HTTP_ACCEPT="application/vnd.oai.openapi+json").json()

    described = {
        (path, method) for path, operations in schema["paths"].items() for method in operations if method in {"get", "post", "put"}
    }  # fmt: skip
    operations = [schema["paths"][path][method] for path, method in described]
    assert len(described) == len(ROUTES)
    assert all("application/problem+json" in operation["responses"]["default"]["content"] for operation in operations)
    assert all(operation.get("description") for operation in operations)
    creating = [
        schema["paths"][f"/api/v1/{name}/"]["post"]
        for name in ("requisitions", "acknowledgments", "receipts", "invoices")
    ]
    assert all(operation["requestBody"]["content"]["application/json"]["examples"] for operation in creating)
    assert all(
        "next" in schema["components"]["schemas"][name]["properties"]
        for name in schema["components"]["schemas"]
        if name.startswith("Paginated")
    )
