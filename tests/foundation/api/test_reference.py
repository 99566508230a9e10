"""Items, units and sites: what documents name, read by clients of our own."""

import pytest
from django.urls import reverse

from foundation.models import CostCentre, Item
from tests.factories import company
from tests.machine import client_of, fault, numbers, statements

pytestmark = pytest.mark.django_db
ITEMS, UNITS, SITES = reverse("api_items"), reverse("api_units"), reverse("api_sites")


def test_item_is_told_with_its_packs() -> None:
    made = company()

    answer = client_of(made.rita).get(reverse("api_item", args=["SW-500"])).json()

    assert answer == {
        "code": "SW-500", "name": "Stretch wrap 500 mm", "description": "", "category": "PACK", "base_unit": "EA",
        "packs": [{"unit": "XCS", "factor": "6"}], "gtin": "", "is_active": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["LBL-46", "TAPE-48", "SW-500"]), ("active=true", ["TAPE-48", "SW-500"]), ("active=false", ["LBL-46"]),
        ("category=PACK", ["LBL-46", "TAPE-48", "SW-500"]), ("category=SERV", []), ("gtin=12345678", []),
    ],
)  # fmt: skip
def test_items_are_narrowed(query: str, found: list[str]) -> None:
    made = company()
    Item.objects.filter(code="LBL-46").update(is_active=False)

    assert numbers(client_of(made.rita).get(f"{ITEMS}?{query}"), "code") == found


def test_sites_are_the_callers_own_with_their_open_cost_centres() -> None:
    made = company()
    CostCentre.objects.create(code="LDS-9999", name="Closed", site=made.leeds, is_active=False)

    rita, boris = client_of(made.rita), client_of(made.boris)

    assert numbers(rita.get(SITES), "code") == ["LDS"]
    assert numbers(boris.get(SITES), "code") == ["HUL", "LDS"]
    assert rita.get(reverse("api_site", args=["LDS"])).json()["cost_centres"] == ["LDS-6410"]
    foreign, missing = (rita.get(reverse("api_site", args=[code])) for code in ("HUL", "NONE"))
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content) == (404, missing.content)


def test_units_are_listed_by_their_codes() -> None:
    made = company()

    assert numbers(client_of(made.rita).get(UNITS), "code") == ["KGM", "XCS", "EA"]


@pytest.mark.parametrize("url", [ITEMS, UNITS, SITES])
def test_supplier_and_idle_clients_learn_nothing(url: str) -> None:
    made = company()

    assert client_of(made.acme_person).get(url).status_code == 404
    assert numbers(client_of(made.ursula).get(url)) == []
    assert client_of(made.rita, "write").get(url).status_code == 403


@pytest.mark.parametrize(("url", "query"), [(ITEMS, "colour=red"), (ITEMS, "active=perhaps"), (SITES, "code=LDS")])
def test_unknown_filters_are_named(url: str, query: str) -> None:
    made = company()

    name, _, value = query.partition("=")
    status, field, _code, given = fault(client_of(made.rita).get(f"{url}?{query}"))

    assert (status, field, given) == (422, name, value)


def test_pages_cost_the_same_with_three_rows_as_with_one() -> None:
    made = company()
    client = client_of(made.boris)

    one = statements(client, f"{ITEMS}?page_size=1")
    three = statements(client, f"{ITEMS}?page_size=3")

    assert one == three <= 8
