"""Two people on the same rows: the slower one is started over, and told when the rows stay busy."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from foundation.errors import InvalidError
from foundation.retry import TRIES, retry_transaction

pytestmark = pytest.mark.django_db(transaction=True)
seen = SimpleNamespace(calls=0, failures=0, code="40P01", then=None)


def fail_in_the_database(code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"do $$ begin raise exception 'no' using errcode = '{code}'; end $$")


def view(request: HttpRequest) -> HttpResponse:
    seen.calls += 1
    with transaction.atomic():
        if seen.calls <= seen.failures:
            fail_in_the_database(seen.code)
        if seen.then:
            raise seen.then
    return HttpResponse(request.POST.get("word", ""))


urlpatterns = [path("page/", view), path("api/v1/thing/", view), path("", include("config.urls"))]


@pytest.fixture(autouse=True)
def _start(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    seen.calls, seen.failures, seen.code, seen.then = 0, 0, "40P01", None


@pytest.mark.parametrize(
    ("_case", "code", "failures", "status", "calls"),
    [
        ("no trouble", "40P01", 0, 200, 1),
        ("one deadlock", "40P01", 1, 200, 2),
        ("one serialization failure", "40001", 1, 200, 2),
        ("it never ends", "40P01", 99, 503, 1 + TRIES),
        ("a lock that is not given: no second try", "55P03", 1, 503, 1),
        ("a statement that takes too long", "57014", 1, 503, 1),
    ],
)
def test_page_is_started_over(_case: str, code: str, failures: int, status: int, calls: int) -> None:
    seen.code, seen.failures = code, failures

    answer = Client().post("/page/", {"word": "kept"})

    assert (answer.status_code, seen.calls) == (status, calls)
    assert (answer.content == b"kept") is (status == 200)
    assert (answer.headers.get("Retry-After") == "2") is (status == 503)


def test_refusal_of_the_second_try_is_answered_as_a_refusal() -> None:
    seen.failures, seen.then = 1, InvalidError("no_lines", "Add at least one line.")

    answer = Client().post("/page/", {"word": "kept"})

    assert (answer.status_code, seen.calls) == (422, 2)


def test_machine_is_asked_to_repeat() -> None:
    seen.failures = 1

    answer = Client().post("/api/v1/thing/", "{}", content_type="application/json")

    assert (answer.status_code, answer.json()["code"], seen.calls) == (503, "busy", 1)


def test_wrapper_gives_up_on_anything_else_at_once() -> None:
    tried: list[int] = []

    @retry_transaction
    def work() -> None:
        tried.append(1)
        fail_in_the_database("22012")

    with pytest.raises(Exception, match="no"):
        work()

    assert len(tried) == 1


def test_wrapper_tries_three_times() -> None:
    tried: list[int] = []

    @retry_transaction
    def work() -> str:
        tried.append(1)
        if len(tried) < TRIES:
            fail_in_the_database("40001")
        return "done"

    assert (work(), len(tried)) == ("done", TRIES)
    with pytest.raises(OperationalError):
        retry_transaction(fail_in_the_database)("40001")
