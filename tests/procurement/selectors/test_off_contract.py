"""SO-3: what was ordered outside a contract that covers it, by site and by amount, with the lines behind it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from procurement.models import PurchaseOrder, PurchaseOrderLine
from procurement.selectors.off_contract import Behind, off_contract_by_site, off_contract_lines
from suppliers.models import Contract
from tests.factories import NOW, Company, an_issued_order, company

pytestmark = pytest.mark.django_db


def ordered(made: Company, *lines: tuple[str, str], outside: bool = False) -> PurchaseOrder:
    order = an_issued_order(made, *lines)
    if outside:  # as a buyer's choice of another source leaves it
        PurchaseOrderLine.objects.filter(order=order).update(contract=None)
    return order


def figures(made: Company, days: int = 30) -> list[tuple[str, Decimal, Decimal, int]]:
    since = timezone.localdate() - timedelta(days=days)
    rows = off_contract_by_site([made.leeds.pk, made.hull.pk], since)
    return [(row.code, row.off, row.covered, row.lines) for row in rows]


def test_amount_outside_is_measured_of_what_contracts_cover() -> None:
    made = company()
    ordered(made, ("SW-500", "10"), ("LBL-46", "1"))
    ordered(made, ("SW-500", "2"), outside=True)

    assert figures(made) == [("LDS", Decimal(96), Decimal(576), 1)]


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("it covers another site", {"site_codes": ["HUL"]}),
        ("it is a draft", {"state": "draft"}),
        ("it is in another currency", {"currency": "EUR"}),
        ("it began later", {"valid_from": "2098-01-01"}),
    ],
)
def test_nothing_is_outside_of_a_contract_that_did_not_cover_it(_case: str, changes: dict[str, object]) -> None:
    made = company()
    ordered(made, ("SW-500", "2"), outside=True)
    terms = {"state": "active", "currency": "GBP", "valid_from": "2026-01-01", **changes}
    other = Contract.objects.create(
        number="CON-2", supplier=made.bolt, title="Other", valid_to="2099-12-31", created_at=NOW, created_by=made.sue,
        changed_at=NOW, changed_by=made.sue, **terms,
    )  # fmt: skip
    made.contract.prices.update(contract=other)

    assert figures(made) == []


def test_older_orders_do_not_count() -> None:
    made = company()
    old = ordered(made, ("SW-500", "2"), outside=True)
    ordered(made, ("SW-500", "2"), outside=True)
    PurchaseOrder.objects.filter(pk=old.pk).update(issued_at=old.issued_at - timedelta(days=40))

    both = figures(made, days=60)
    recent = figures(made, days=30)

    assert both == [("LDS", Decimal(192), Decimal(192), 2)]
    assert recent == [("LDS", Decimal(96), Decimal(96), 1)]


def test_lines_behind_name_the_contract_and_its_price() -> None:
    made = company()
    order = ordered(made, ("SW-500", "2"), outside=True)

    lines = off_contract_lines([made.leeds.pk], timezone.localdate() - timedelta(days=1), "LDS")

    assert lines == [
        Behind(
            order.number, "Leeds", "Stretch wrap 500 mm", "Acme Packaging", "GBP", Decimal(96), Decimal(48), "CON-1",
            Decimal(48),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(("who", "found"), [("boris", True), ("rita", True), ("hugo", False)])
def test_page_shows_a_persons_own_sites(client: Client, who: str, found: bool) -> None:
    made = company()
    order = ordered(made, ("SW-500", "2"), outside=True)
    client.force_login(made.people[who])

    page = client.get("/off-contract/?site=LDS").content.decode()

    assert (order.number in page) == found
    assert ("£96.00" in page) == found
