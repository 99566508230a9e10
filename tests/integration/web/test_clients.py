from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integration.models import ApiClient
from integration.services import register_client
from tests.factories import NOW, Company, company

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("api_clients"), reverse("api_client_new")


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def one(made: Company) -> ApiClient:
    return register_client(name="Warehouse", scopes=["read"], actor=made.ursula, at=NOW).client


def form(**changes: Any) -> dict[str, Any]:
    return {"name": "Warehouse Leeds", "acts_as": "own", "person": "", "supplier": "", "scopes": ["read"], **changes}


def test_secret_is_shown_once_and_nowhere_again() -> None:
    made = company()
    client = browser(made.igor)

    answer = client.post(NEW, form())

    admitted = ApiClient.objects.get()
    secret = answer.context["secret"]
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    assert secret in answer.content.decode()
    for url in (LIST, reverse("api_client", args=[admitted.pk])):
        assert secret not in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": ""}, "name", "required"),
        ({"scopes": []}, "scopes", "required"),
        ({"acts_as": "supplier", "supplier": "NONE"}, "supplier", "There is no supplier"),
        ({"acts_as": "supplier"}, "supplier", "Say which supplier"),
        ({"acts_as": "person", "person": "nobody"}, "person", "There is no person"),
        ({"acts_as": "person", "person": "igor"}, "person", "user administrator"),
        ({"name": "Warehouse"}, "name", "already"),
    ],
)
def test_fault_stands_beside_its_field(change: dict[str, Any], field: str, words: str) -> None:
    made = company()
    one(made)

    answer = browser(made.igor).post(NEW, form(**change))

    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert ApiClient.objects.count() == 1


def test_client_for_a_supplier_is_let_in() -> None:
    made = company()

    browser(made.igor).post(NEW, form(acts_as="supplier", supplier="ACME"))

    assert ApiClient.objects.get().supplier == made.acme


def test_secret_is_renewed_and_client_shut_out() -> None:
    made = company()
    made_client = one(made)
    client = browser(made.igor)

    renewed = client.post(reverse("api_client_rotate", args=[made_client.pk]), {"version": 1})
    revoked = client.post(reverse("api_client_revoke", args=[made_client.pk]), {"version": 2, "reason": "Lost"})

    made_client.refresh_from_db()
    assert (renewed.status_code, revoked.status_code, made_client.revoked_by) == (200, 302, made.igor)
    page = client.get(reverse("api_client", args=[made_client.pk])).content.decode()
    assert "Shut out" in page
    assert "Make a new secret" not in page


def test_duty_is_given_and_taken_on_the_page() -> None:
    made = company()
    made_client = one(made)
    page, give = reverse("api_client", args=[made_client.pk]), reverse("api_client_grant", args=[made_client.pk])
    admin, engineer = browser(made.ursula), browser(made.igor)

    given = admin.post(give, {"role": "receiver", "site": made.leeds.pk})
    refused = [
        engineer.post(give, {"role": "buyer", "site": ""}).status_code,
        admin.post(give, {"role": "auditor", "site": ""}).status_code,
    ]
    held = made_client.application.user.role_assignments.get()
    seen = admin.get(page).content.decode()
    taken = admin.post(reverse("api_client_ungrant", args=[made_client.pk, held.pk]))

    assert (given.status_code, refused, taken.status_code) == (302, [403, 422], 302)
    assert "Receiver" in seen
    assert "Give this duty" not in engineer.get(page).content.decode()
    assert not made_client.application.user.role_assignments.exists()


@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [
        ("igor", 200, 200),
        ("ursula", 200, 200),
        ("audrey", 200, 403),
        ("boris", 403, 403),
        ("rita", 403, 403),
        ("adam", 404, 404),
    ],
)
def test_only_those_with_the_duty_come_in(who: str, reads: int, writes: int) -> None:
    made = company()
    made_client = one(made)
    client = browser(made.acme_person if who == "adam" else made.people[who])

    assert [client.get(url).status_code for url in (LIST, reverse("api_client", args=[made_client.pk]))] == [
        reads,
        reads,
    ]
    assert client.get(NEW).status_code == writes
    assert client.post(reverse("api_client_rotate", args=[made_client.pk]), {"version": 1}).status_code == writes


def test_stranger_is_sent_to_sign_in() -> None:
    assert Client().get(LIST).status_code == 302


def test_menu_marks_the_page_one_is_on_alone() -> None:
    made = company()

    menu = browser(made.igor).get(NEW).context["shell"]["menu"]

    assert [entry.label for entry in menu if entry.current] == ["API clients"]
