"""Letting machines in: who may, in whose name, with what scopes; the secret is told once and ends when told to."""

import base64
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from oauth2_provider.models import AccessToken, Application
from rest_framework.test import APIClient

from foundation.errors import ConflictError, DomainError, InvalidError, NotFoundError, NotPermittedError, StaleError
from foundation.models import AuditEvent, User
from foundation.selectors import system_user
from integration import services
from integration.models import ApiClient
from suppliers.models import SupplierUser
from tests.factories import NOW, Company, company
from tools.doors import connect_supplier

pytestmark = pytest.mark.django_db


def admit(made: Company, **changes: Any) -> services.Admitted:
    given = {"name": "Warehouse Leeds", "scopes": ["read", "write"], "actor": made.ursula, "at": NOW}
    return services.register_client(**{**given, **changes})


def sign_in(client_id: str, secret: str, **asked: str) -> Any:
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    fields = {"grant_type": "client_credentials", **asked}
    # As real machines meet it: the test client passes over the proof of origin unless it is told not to.
    return Client(enforce_csrf_checks=True).post(
        reverse("api_token"), fields, headers={"Authorization": f"Basic {pair}"}
    )


def token(admitted: services.Admitted, **asked: str) -> Any:
    return sign_in(admitted.client.application.client_id, admitted.secret, **asked)


def status_of_call(answer: Any) -> int:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
    return client.get(reverse("api_orders")).status_code


def test_client_gets_an_account_of_its_own_and_signs_in() -> None:
    made = company()

    admitted = admit(made)
    answer = token(admitted)

    account = User.objects.get(pk=admitted.client.application.user_id)
    assert (account.kind, account.has_usable_password(), account.role_assignments.count()) == ("system", False, 0)
    assert (answer.status_code, answer.json()["scope"]) == (200, "read write")
    assert status_of_call(answer) == 200
    assert ApiClient.objects.get().last_token_at is not None
    assert list(
        AuditEvent.objects.filter(action="register_client").values_list("actor__username", "object_number")
    ) == [("ursula", admitted.client.application.client_id)]
    assert admitted.secret not in str(list(AuditEvent.objects.values_list("data", flat=True)))
    assert admitted.secret not in str(list(Application.objects.values()))


def test_suppliers_client_acts_for_it_alone() -> None:
    made = company()

    admitted = admit(made, name="Acme ERP", supplier=made.acme, actor=made.igor)

    account = User.objects.get(pk=admitted.client.application.user_id)
    assert account.kind == "supplier"
    assert list(SupplierUser.objects.filter(user=account).values_list("supplier__code", flat=True)) == ["ACME"]
    assert status_of_call(token(admitted)) == 200


@pytest.mark.parametrize(
    ("_case", "actor", "person", "refused"),
    [
        ("user administrator, a colleague",      "ursula", "rita",         None),
        ("user administrator, herself",          "ursula", "ursula",       "own_client"),
        ("user administrator, somebody asleep",  "ursula", "asleep",       "person_inactive"),
        ("user administrator, a supplier's",     "ursula", "adam.acme",    "not_ours"),
        ("user administrator, the relay itself", "ursula", "system-relay", "internal_account"),
        ("user administrator, a superuser",      "ursula", "root",         "superuser"),
        ("integration engineer, a colleague",    "igor",   "rita",         "not_your_role"),
        ("integration engineer, an idle account", "igor",  "idle",         None),
        ("buyer",                                "boris",  "idle",         "not_your_role"),
    ],
)  # fmt: skip
def test_nobody_lends_a_name_that_is_not_theirs_to_lend(
    _case: str, actor: str, person: str, refused: str | None
) -> None:
    made = company()
    system_user("relay")
    User.objects.create(username="idle", kind="system")
    User.objects.create(username="asleep", is_active=False)
    User.objects.create(username="root", is_superuser=True)

    try:
        admit(made, actor=made.people[actor], person=User.objects.get(username=person))
        code = None
    except NotPermittedError as error:
        code = error.code

    assert code == refused
    assert ApiClient.objects.exists() is (refused is None)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": " "}, "name", "client_name_missing"),
        ({"scopes": []}, "scopes", "client_scope"),
        ({"scopes": ["admin"]}, "scopes", "client_scope"),
    ],
)
def test_what_is_no_client_is_refused(change: dict[str, Any], field: str, code: str) -> None:
    made = company()

    with pytest.raises(InvalidError) as told:
        admit(made, **change)

    assert (told.value.code, told.value.details["field"]) == (code, field)
    assert not Application.objects.exists()


def test_name_is_taken_until_its_client_is_shut_out() -> None:
    made = company()
    first = admit(made).client

    with pytest.raises(InvalidError) as told:
        admit(made)
    services.revoke_client(client_id=first.pk, expected_version=1, actor=made.igor, reason="Replaced", at=NOW)
    second = admit(made).client

    assert told.value.code == "client_name_taken"
    assert second.pk != first.pk


@pytest.mark.parametrize(
    ("scopes", "asked", "status", "given"),
    [
        (["read"],              {},                        200, "read"),
        (["read", "write"],     {"scope": "read"},         200, "read"),
        (["read"],              {"scope": "write"},        400, None),
        (["read"],              {"scope": "read write"},   400, None),
        (["messages"],          {"scope": "messages"},     200, "messages"),
        (["read"],              {"scope": "everything"},   400, None),
    ],
)  # fmt: skip
def test_token_covers_what_the_client_may_and_asks(
    scopes: list[str], asked: dict[str, str], status: int, given: str | None
) -> None:
    made = company()

    answer = token(admit(made, scopes=scopes), **asked)

    assert (answer.status_code, answer.json().get("scope")) == (status, given)


def test_application_nobody_registered_gets_no_token() -> None:
    made = company()
    Application.objects.create(
        name="stray", user=made.rita, client_id="stray", client_secret="stray-secret", client_type="confidential",
        authorization_grant_type="client-credentials",
    )  # fmt: skip

    answer = sign_in("stray", "stray-secret", scope="read")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_new_secret_ends_the_old_one_and_every_token() -> None:
    made = company()
    first = admit(made)
    held = token(first)

    second = services.rotate_client(client_id=first.client.pk, expected_version=1, actor=made.igor, at=NOW)

    assert (status_of_call(held), token(first).status_code, token(second).status_code) == (401, 401, 200)
    assert AuditEvent.objects.filter(action="rotate_client").count() == 1


@pytest.mark.parametrize(
    ("_case", "actor", "acts_as", "refused"),
    [
        ("an engineer, a colleague's name",  "igor",   "rita",     "not_your_role"),
        ("an engineer, a client with duties", "igor",  "duties",   "not_your_role"),
        ("an engineer, a supplier's client", "igor",   "supplier", None),
        ("the administrator, a colleague",   "ursula", "rita",     None),
        ("the administrator, with duties",   "ursula", "duties",   None),
    ],
)  # fmt: skip
def test_new_secret_is_for_those_who_may_lend_the_name(
    _case: str, actor: str, acts_as: str, refused: str | None
) -> None:
    made = company()
    whom = {"rita": {"person": made.rita}, "supplier": {"supplier": made.acme}}.get(acts_as, {})
    client = admit(made, **whom).client
    if acts_as == "duties":
        services.grant_client_duty(client_id=client.pk, role="buyer", site=None, actor=made.ursula, at=NOW)

    try:
        services.rotate_client(client_id=client.pk, expected_version=1, actor=made.people[actor], at=NOW)
        code = None
    except NotPermittedError as error:
        code = error.code

    assert code == refused


def test_client_that_is_shut_out_stays_out() -> None:
    made = company()
    admitted = admit(made)
    held = token(admitted)

    services.revoke_client(client_id=admitted.client.pk, expected_version=1, actor=made.ursula, reason="Lost", at=NOW)

    assert (status_of_call(held), token(admitted).status_code) == (401, 401)
    assert not AccessToken.objects.exists()
    again = {"client_id": admitted.client.pk, "expected_version": 2, "actor": made.ursula, "at": NOW}
    with pytest.raises(ConflictError):
        services.rotate_client(**again)
    with pytest.raises(ConflictError):
        services.revoke_client(**again, reason="x")


@pytest.mark.parametrize(
    ("_case", "actor", "version", "reason", "error"),
    [
        ("a buyer", "boris", 1, "Lost", NotPermittedError),
        ("an auditor", "audrey", 1, "Lost", NotPermittedError),
        ("an old page", "igor", 9, "Lost", StaleError),
        ("no reason", "igor", 1, " ", InvalidError),
    ],
)
def test_shutting_out_is_refused(_case: str, actor: str, version: int, reason: str, error: type[DomainError]) -> None:
    made = company()
    admitted = admit(made)

    with pytest.raises(error):
        services.revoke_client(
            client_id=admitted.client.pk, expected_version=version, actor=made.people[actor], reason=reason, at=NOW
        )

    assert token(admitted).status_code == 200


def test_client_gets_its_duties_from_a_user_administrator_and_loses_them_at_once() -> None:
    made = company()
    admitted = admit(made)
    answer = token(admitted)
    pk = admitted.client.pk

    sites = [sites_of(answer)]
    given = [
        services.grant_client_duty(client_id=pk, role="receiver", site=made.leeds, actor=made.ursula, at=NOW)
        for _ in range(2)
    ]
    sites.append(sites_of(answer))
    services.revoke_client_duty(client_id=pk, assignment_id=given[0].pk, actor=made.ursula, at=NOW)
    sites.append(sites_of(answer))

    assert sites == [[], ["LDS"], []]
    assert given[0] == given[1]


def sites_of(answer: Any) -> list[str]:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
    return [row["code"] for row in client.get(reverse("api_sites")).json()["results"]]


@pytest.mark.parametrize(
    ("_case", "actor", "role", "acts_as", "code"),
    [
        ("an engineer",                "igor",   "receiver",     "own",      "not_your_role"),
        ("a duty that decides",        "ursula", "site_manager", "own",      "duty_not_for_machines"),
        ("no duty at all",             "ursula", "king",         "own",      "duty_not_for_machines"),
        ("a client in Rita's name",    "ursula", "receiver",     "rita",     "not_its_own_account"),
        ("a supplier's client",        "ursula", "receiver",     "supplier", "not_its_own_account"),
    ],
)  # fmt: skip
def test_duty_is_refused(_case: str, actor: str, role: str, acts_as: str, code: str) -> None:
    made = company()
    whom = {"rita": {"person": made.rita}, "supplier": {"supplier": made.acme}}.get(acts_as, {})
    client = admit(made, **whom).client
    before = client.application.user.role_assignments.count()

    with pytest.raises(DomainError) as told:
        services.grant_client_duty(client_id=client.pk, role=role, site=None, actor=made.people[actor], at=NOW)

    assert told.value.code == code
    assert client.application.user.role_assignments.count() == before


def test_duty_of_somebody_else_is_not_taken_through_a_client() -> None:
    made = company()
    own, lent = admit(made).client, admit(made, name="Lent", person=made.rita).client
    held = made.rita.role_assignments.get()

    for client in (own, lent):
        with pytest.raises(NotFoundError):
            services.revoke_client_duty(client_id=client.pk, assignment_id=held.pk, actor=made.ursula, at=NOW)

    assert made.rita.role_assignments.get() == held


def test_partner_of_a_chaos_run_comes_in_by_the_same_door() -> None:
    made = company()

    credentials = connect_supplier(made.acme)

    assert sign_in(credentials.client_id, credentials.client_secret, scope="messages").status_code == 200
    assert sign_in(credentials.client_id, credentials.client_secret, scope="write").status_code == 400
