"""Two administrators at once, with real threads and real commits."""

from decimal import Decimal

import pytest

from foundation.models import Category, ExchangeRate, Item, UnitOfMeasure
from foundation.services import (
    CategoryDetails,
    ItemDetails,
    UnitDetails,
    change_category,
    create_item,
    create_unit,
    enter_rate,
    seen_of_category,
)
from tests.factories import NOW, TODAY, company
from tests.workflow.factories import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_one_code_typed_by_two_at_once_is_one_unit_and_the_slower_is_told() -> None:
    made = company()

    results = at_once(
        [lambda: create_unit(code="DZN", details=UnitDetails("dozen", "dz"), actor=made.ursula, at=NOW).code] * 5
    )

    assert sorted(map(str, results)) == ["DZN", *["code_taken"] * 4]
    assert UnitOfMeasure.objects.filter(code="DZN").count() == 1


def test_one_barcode_given_to_two_items_at_once_stays_with_one() -> None:
    made = company()
    details = ItemDetails(
        "Strap", Category.objects.get(code="PACK"), UnitOfMeasure.objects.get(code="EA"), gtin="4006381333931"
    )

    results = at_once([
        lambda code=code: create_item(code=code, details=details, actor=made.ursula, at=NOW).code
        for code in ("STR-1", "STR-2")
    ])  # fmt: skip

    assert "gtin_taken" in map(str, results)
    assert Item.objects.filter(gtin="4006381333931").count() == 1


def test_two_branches_moved_under_one_another_at_once_make_no_circle() -> None:
    made = company()
    rows = {code: Category.objects.get(code=code) for code in ("PACK", "SERV")}
    seen = {code: seen_of_category(category=row) for code, row in rows.items()}

    def move(code: str, under: str) -> str:
        details = CategoryDetails(rows[code].name, rows[under], contract_binding=rows[code].contract_binding)
        return change_category(code=code, seen=seen[code], details=details, actor=made.ursula, at=NOW).path

    results = at_once([lambda: move("PACK", "SERV"), lambda: move("SERV", "PACK")])

    assert "under_itself" in map(str, results)
    assert sorted(Category.objects.values_list("path", flat=True)) in (
        ["PACK/", "PACK/SERV/"], ["SERV/", "SERV/PACK/"],
    )  # fmt: skip


def test_one_rate_entered_by_many_at_once_is_one_row() -> None:
    made = company()

    results = at_once([
        lambda: str(enter_rate(
            currency="EUR", day=TODAY, rate=Decimal("0.86"), source="ECB", actor=made.ursula, at=NOW,
        ).rate)
    ] * 5)  # fmt: skip

    assert sorted(map(str, results)) == ["0.86", *["rate_there"] * 4]
    assert ExchangeRate.objects.count() == 2
