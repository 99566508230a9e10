import pytest
from django.urls import reverse

from suppliers.services import rate_supplier
from tests.factories import NOW, company
from tests.machine import client_of, numbers, statements

pytestmark = pytest.mark.django_db
SUPPLIERS, CATALOGUE, CONTRACTS = reverse("api_suppliers"), reverse("api_catalogue"), reverse("api_contracts")


def test_supplier_is_told_with_its_state_and_terms() -> None:
    made = company()

    answer = client_of(made.boris).get(reverse("api_supplier", args=["ACME"]))

    told = answer.json()
    assert {name: told[name] for name in ("code", "name", "state", "currency", "payment_terms_days")} == {
        "code": "ACME", "name": "Acme Packaging", "state": "active", "currency": "GBP", "payment_terms_days": 30,
    }  # fmt: skip
    assert answer["ETag"] == '"1"'


def test_risk_is_told_to_our_machines_and_not_to_the_supplier() -> None:
    made = company()
    rate_supplier(
        supplier_id=made.acme.pk, expected_version=1, risk="high", actor=made.sue, reason="One plant only", at=NOW
    )

    ours, own = (
        client_of(who).get(reverse("api_supplier", args=["ACME"])).json() for who in (made.boris, made.acme_person)
    )

    assert (ours["risk"], ours["risk_reason"]) == ("high", "One plant only")
    assert {"risk", "risk_reason"} & own.keys() == set()
    assert own["code"] == "ACME"


def test_supplier_sees_itself_and_its_own_offers_only() -> None:
    made = company()
    client = client_of(made.acme_person)

    foreign, missing = (client.get(reverse("api_supplier", args=[code])) for code in ("BOLT", "NONE"))

    assert numbers(client.get(SUPPLIERS), "code") == ["ACME"]
    assert set(numbers(client.get(CATALOGUE), "supplier")) == {"ACME"}
    assert numbers(client.get(f"{CATALOGUE}?supplier=BOLT"), "item") == []
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content) == (404, missing.content)


def test_contracts_are_for_our_own_clients() -> None:
    made = company()
    url = reverse("api_contract", args=["CON-1"])

    told = client_of(made.boris).get(url).json()

    assert [(p["item"], p["unit"], p["unit_price"], p["sites"]) for p in told["prices"]] == [
        ("SW-500", "XCS", "48", []), ("TAPE-48", "XCS", "36", []),
    ]  # fmt: skip
    assert [client_of(made.acme_person).get(address).status_code for address in (url, CONTRACTS)] == [404, 404]


@pytest.mark.parametrize(
    ("url", "query", "found"),
    [
        (SUPPLIERS, "", 2), (SUPPLIERS, "state=active", 2), (SUPPLIERS, "state=blocked", 0), (SUPPLIERS, "country=GB", 2),
        (SUPPLIERS, "changed_since=2199-01-01T00:00:00Z", 0),
        (CATALOGUE, "", 6), (CATALOGUE, "item=SW-500", 2), (CATALOGUE, "supplier=ACME&item=SW-500", 1),
        (CATALOGUE, "part=BOLT-SW-500", 1), (CATALOGUE, "state=withdrawn", 0),
        (CONTRACTS, "", 1), (CONTRACTS, "supplier=ACME", 1), (CONTRACTS, "supplier=BOLT", 0), (CONTRACTS, "state=draft", 0),
    ],
)  # fmt: skip
def test_lists_are_narrowed(url: str, query: str, found: int) -> None:
    made = company()

    assert len(client_of(made.boris).get(f"{url}?{query}").json()["results"]) == found


@pytest.mark.parametrize("url", [SUPPLIERS, CATALOGUE, CONTRACTS])
def test_client_without_a_site_or_the_scope_sees_nothing(url: str) -> None:
    made = company()

    assert client_of(made.ursula).get(url).json()["results"] == []
    assert client_of(made.boris, "write").get(url).status_code == 403


@pytest.mark.parametrize("url", [SUPPLIERS, CATALOGUE])
@pytest.mark.parametrize("who", ["boris", "acme"])
def test_pages_cost_the_same_with_three_rows_as_with_one(url: str, who: str) -> None:
    made = company()
    client = client_of(made.acme_person if who == "acme" else made.boris)

    assert statements(client, f"{url}?page_size=1") == statements(client, f"{url}?page_size=3") <= 10
