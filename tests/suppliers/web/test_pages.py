"""Suppliers and contracts: finding them, what upper rooms tell, moving a supplier with a reason."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from suppliers.models import ContractPrice, Supplier, SupplierState
from tests.factories import Company, an_issued_order, company, person

pytestmark = pytest.mark.django_db


def scene(client: Client, name: str = "sue") -> Company:
    made = company()
    client.force_login(made.people[name])
    return made


def move(client: Client, supplier: Supplier, verb: str, reason: str, version: int | None = None) -> object:
    supplier.refresh_from_db()
    data = {"version": supplier.version if version is None else version, "reason": reason}
    return client.post(reverse("supplier_act", args=[supplier.code, verb]), data)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True), ("state=active", True), ("state=blocked", False), ("state=onboarding", False), ("q=acme", True),
        ("q=ACME", True), ("q=zz", False), ("state=nonsense", True),
    ],
)  # fmt: skip
def test_suppliers_are_narrowed(client: Client, query: str, found: bool) -> None:
    scene(client)

    page = client.get(f"{reverse('suppliers')}?{query}").content.decode()

    assert ("Acme Packaging</a>" in page) == found


def test_coming_on_board_shows_every_step_before_active(client: Client) -> None:
    made = scene(client)
    Supplier.objects.create(
        code="NEWCO", name="Newco", state=SupplierState.SCREENED, country="GB", currency="GBP",
        created_at=made.acme.created_at, changed_at=made.acme.changed_at,
    )  # fmt: skip

    page = client.get(f"{reverse('suppliers')}?state=onboarding").content.decode()

    assert "Newco</a>" in page
    assert "Acme Packaging</a>" not in page


def test_detail_tells_what_procurement_and_invoicing_know(client: Client) -> None:
    made = scene(client, "boris")
    order = an_issued_order(made)

    page = client.get(reverse("supplier", args=["ACME"])).content.decode()

    assert order.number in page
    assert "<dt>Open value</dt><dd>£480.00</dd>" in page
    assert "Nothing is billed at your sites" in page
    assert "CON-1 Packaging" in page


def test_detail_tells_only_of_the_persons_sites(client: Client) -> None:
    made = scene(client, "walt")
    order = an_issued_order(made)

    page = client.get(reverse("supplier", args=["ACME"])).content.decode()

    assert order.number not in page
    assert "Open value" not in page


@pytest.mark.parametrize(("verb", "state"), [("restrict", "restricted"), ("block", "blocked")])
def test_supplier_manager_moves_a_supplier_with_a_reason(client: Client, verb: str, state: str) -> None:
    made = scene(client)

    answer = move(client, made.acme, verb, "Quality")

    made.acme.refresh_from_db()
    assert answer.status_code == 302
    assert (made.acme.state, made.acme.state_reason) == (state, "Quality")
    assert "Quality" in client.get(reverse("supplier", args=["ACME"])).content.decode()


@pytest.mark.parametrize(
    ("verb", "reason", "sentence"),
    [("restrict", " ", "Say why."), ("activate", "Again", "Acme Packaging is active; that is no step from there.")],
)
def test_refused_move_comes_back_beside_its_field(client: Client, verb: str, reason: str, sentence: str) -> None:
    made = scene(client)

    page = move(client, made.acme, verb, reason)
    text = page.content.decode()

    made.acme.refresh_from_db()
    assert page.status_code == 422
    assert "<title>Error: " in text
    assert f'<a href="#reason-{verb}">{sentence}</a>' in text
    assert made.acme.state == "active"


@pytest.mark.parametrize(
    ("risk", "reason", "status", "shown"),
    [
        ("high", "One plant only", 302, "High"),
        ("none", "Never was", 302, "not rated"),
        ("grave", "Who knows", 422, "Choose low, medium, high, or no rating."),
        ("high", "", 422, "Say why."),
    ],
)
def test_risk_is_rated_on_the_page(client: Client, risk: str, reason: str, status: int, shown: str) -> None:
    made = company()
    client.force_login(made.sue)

    answer = client.post(
        reverse("supplier_act", args=["ACME", "rate"]), {"version": 1, "risk": risk, "reason": reason}
    )  # fmt: skip

    page = answer if status == 422 else client.get(reverse("supplier", args=["ACME"]))
    assert answer.status_code == status
    assert shown in page.content.decode()


def test_others_see_no_verbs_and_are_refused(client: Client) -> None:
    made = scene(client, "boris")

    page = client.get(reverse("supplier", args=["ACME"])).content.decode()
    answer = move(client, made.acme, "block", "Because")

    made.acme.refresh_from_db()
    assert "Change the standing" not in page
    assert answer.status_code == 403
    assert made.acme.state == "active"


def test_stale_move_and_unknown_verb_change_nothing(client: Client) -> None:
    made = scene(client)

    answers = [move(client, made.acme, "block", "x", version=99), move(client, made.acme, "burn", "x")]

    made.acme.refresh_from_db()
    assert [answer.status_code for answer in answers] == [409, 404]
    assert made.acme.state == "active"


def test_person_without_any_site_finds_nothing(client: Client) -> None:
    scene(client)
    client.force_login(person("nobody"))

    pages = [client.get(reverse("supplier", args=["ACME"])), client.get(reverse("contract", args=["CON-1"]))]

    assert [page.status_code for page in pages] == [404, 404]
    assert "Acme" not in client.get(reverse("suppliers")).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [("", True), ("state=active", True), ("state=draft", False), ("q=acme", True), ("q=con-1", True), ("q=zz", False)],
)
def test_contracts_are_narrowed(client: Client, query: str, found: bool) -> None:
    scene(client)

    page = client.get(f"{reverse('contracts')}?{query}").content.decode()

    assert ("CON-1</a>" in page) == found


def test_contract_shows_tiers_and_what_is_used(client: Client) -> None:
    made = scene(client, "boris")
    made.contract.ceiling_amount = Decimal(1000)
    made.contract.save(update_fields=["ceiling_amount"])
    order = an_issued_order(made)
    first = ContractPrice.objects.filter(contract=made.contract).first()
    ContractPrice.objects.create(
        contract=made.contract, item=first.item, unit=first.unit, from_quantity=50, unit_price=Decimal("44.5")
    )

    page = client.get(reverse("contract", args=["CON-1"])).content.decode()

    assert "Used, 48 %" in page
    assert "£520.00 left" in page
    assert "from 50 case" in page
    assert "£44.50" in page
    assert order.number in page


def test_statements_do_not_grow_with_the_rows(client: Client) -> None:
    made = scene(client, "boris")
    an_issued_order(made)

    def statements(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        return len(seen)

    paths = [
        reverse("suppliers"), reverse("supplier", args=["ACME"]), reverse("contracts"), reverse("contract", args=["CON-1"]),
    ]  # fmt: skip
    few = [statements(path) for path in paths]
    for number in range(4):
        an_issued_order(made)
        Supplier.objects.create(
            code=f"S{number}", name=f"S{number}", country="GB", currency="GBP", created_at=made.acme.created_at,
            changed_at=made.acme.changed_at,
        )  # fmt: skip

    assert [statements(path) for path in paths] == few
