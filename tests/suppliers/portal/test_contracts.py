"""A supplier's contracts: what is in force, until when, at which prices and how much may still come (SO-2)."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from foundation.portal_role import as_supplier
from suppliers.models import Contract, ContractPrice
from tests.factories import NOW, Company, company
from tests.foundation.web.test_people import browser

pytestmark = pytest.mark.django_db
LIST = reverse("portal_contracts")


def contract(made: Company, number: str, state: str = "active", **more: object) -> Contract:
    return Contract.objects.create(
        number=number, supplier=made.acme, title=f"Films {number}", state=state, currency="GBP",
        valid_from=date(2026, 1, 1), valid_to=date(2099, 12, 31), created_at=NOW, created_by=made.boris, changed_at=NOW,
        changed_by=made.boris, **more,
    )  # fmt: skip


def test_list_shows_what_is_left_and_no_draft() -> None:
    made = company()
    contract(made, "CON-7", kind="blanket", ceiling_amount=Decimal(1000), ordered_amount=Decimal(400))
    contract(made, "CON-8", "draft")
    contract(made, "CON-9", "terminated", end_reason="They were too dear")

    page = browser(made.acme_person).get(LIST).content.decode()

    assert [number in page for number in ("CON-1", "CON-7", "CON-8", "CON-9")] == [True, True, False, True]
    assert "£600.00 of £1,000.00 may still be ordered" in page
    assert "too dear" not in page


def test_contract_shows_prices_by_quantity_and_place() -> None:
    made = company()
    agreed = contract(made, "CON-7", ceiling_amount=Decimal(1000), ordered_amount=Decimal(1200), site_codes=["LDS"])
    priced = made.contract.prices.order_by("pk")[0]
    agreed.prices.create(item=priced.item, unit=priced.unit, from_quantity=10, unit_price=Decimal("3.5"))

    page = browser(made.acme_person).get(reverse("portal_contract", args=["CON-7"]))
    text = page.content.decode()

    assert (page.context["used_percent"], page.context["left"]) == (Decimal(100), Decimal(0))
    assert [word in text for word in (priced.item.name, "£3.50", "LDS")] == [True, True, True]


@pytest.mark.parametrize("number", ["CON-8", "CON-1", "NO-SUCH"])
def test_draft_foreign_and_missing_look_the_same(number: str) -> None:
    made = company()
    contract(made, "CON-8", "draft")
    who = made.acme_person if number == "CON-8" else made.bolt_person

    assert browser(who).get(reverse("portal_contract", args=[number])).status_code == 404


def test_database_shows_neither_drafts_nor_their_prices_nor_why_a_contract_ended() -> None:
    made = company()
    draft = contract(made, "CON-8", "draft")
    priced = made.contract.prices.order_by("pk")[0]
    draft.prices.create(item=priced.item, unit=priced.unit, unit_price=1)

    with as_supplier(made.acme.pk):
        numbers = list(Contract.objects.values_list("number", flat=True))
        prices = set(ContractPrice.objects.values_list("contract__number", flat=True))

    assert (numbers, prices) == (["CON-1"], {"CON-1"})
