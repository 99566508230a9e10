"""How often somebody may try to get in: at the sign-in and at the machines' token address."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.core.cache import caches
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.factories import Company, company

pytestmark = pytest.mark.django_db
PASSWORD = "a sentence is easiest to keep"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Count from nothing; the counters live in the caches."""
    for cache in caches.all(initialized_only=False):
        cache.clear()
    yield
    for cache in caches.all(initialized_only=False):
        cache.clear()


@pytest.fixture
def made() -> Company:
    made = company()
    for user in (made.rita, made.mona):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return made


def _sign_in(name: str, password: str, address: str = "127.0.0.1") -> Any:
    return Client(REMOTE_ADDR=address).post(reverse("account_login"), {"login": name, "password": password})


def test_guessing_one_password_is_stopped_and_the_page_says_so(made: Company) -> None:
    answers = [_sign_in("rita", f"wrong sentence number {n}") for n in range(7)]

    assert "Too many failed login attempts" in answers[-1].content.decode()
    assert _sign_in("rita", PASSWORD).status_code != 302


def test_guessing_from_elsewhere_does_not_shut_out_the_person(made: Company) -> None:
    for n in range(7):
        _sign_in("rita", f"wrong sentence number {n}", "10.0.0.9")

    assert _sign_in("rita", PASSWORD, "10.0.0.9").status_code != 302
    assert _sign_in("RITA", PASSWORD, "10.0.0.9").status_code != 302
    assert _sign_in("rita", PASSWORD, "10.0.0.7").status_code == 302


def test_guessing_from_many_addresses_is_stopped_for_the_account_alone(made: Company) -> None:
    for n in range(50):
        _sign_in("rita", f"wrong sentence number {n}", f"10.0.{n}.9")

    assert "Too many failed login attempts" in _sign_in("rita", PASSWORD, "10.9.0.7").content.decode()
    assert _sign_in("mona", PASSWORD, "10.9.0.7").status_code == 302


def test_right_password_uses_up_no_try(made: Company) -> None:
    for n in range(60):
        assert _sign_in("rita", PASSWORD, f"10.0.{n}.9").status_code == 302


def test_password_set_anew_forgets_the_tries(made: Company) -> None:
    for n in range(50):
        _sign_in("rita", f"wrong sentence number {n}", f"10.0.{n}.9")
    request = RequestFactory().post("/", REMOTE_ADDR="10.9.0.7")

    get_adapter(request)._delete_login_attempts_cached_email(request, username="rita")

    assert _sign_in("rita", PASSWORD, "10.9.0.7").status_code == 302


def test_guessing_at_one_person_does_not_stop_a_colleague(made: Company) -> None:
    for n in range(7):
        _sign_in("rita", f"wrong sentence number {n}", "10.0.0.9")

    assert _sign_in("mona", PASSWORD, "10.0.0.7").status_code == 302


def test_many_sign_ins_from_one_address_are_answered_with_a_page_of_ours(made: Company) -> None:
    answers = [_sign_in(f"nobody{n}", "x" * 20) for n in range(40)]

    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].content.decode()
    assert _sign_in("mona", PASSWORD, "10.0.0.7").status_code == 302


def _ask(client_id: str, secret: str, address: str = "127.0.0.1") -> Any:
    word = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return Client(REMOTE_ADDR=address, headers={"Authorization": f"Basic {word}"}).post(
        reverse("api_token"), {"grant_type": "client_credentials"}
    )


def test_token_address_refuses_what_no_client_is_called(made: Company) -> None:
    answer = Client().post(
        reverse("api_token"), {"grant_type": "client_credentials", "client_id": "a\x00b", "client_secret": "c"}
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert "client_id" in answer.json()["error_description"]


def test_token_address_counts_by_address(made: Company, settings: Any) -> None:
    settings.TOKEN_CALLS_PER_MINUTE = 5

    answers = [_ask("nobody", f"secret {n}") for n in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert (answers[-1]["Content-Type"], answers[-1].json()["code"]) == ("application/problem+json", "throttled")
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert _ask("nobody", "secret", "10.0.0.7").status_code == 401
