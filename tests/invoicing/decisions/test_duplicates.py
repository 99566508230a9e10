from datetime import date
from typing import Any

import pytest

from invoicing.decisions.duplicates import near_duplicates
from tests.invoicing.study import bill

SEEN = bill("INV-123", date(2026, 3, 1), standing=0, id=2)


@pytest.mark.parametrize(
    ("_case", "number", "changes", "held"),
    [
        ("same reading", "INV-9", {"skeleton": "INV123", "total": "1.00"}, True),
        ("same reading, other order", "INV-9", {"skeleton": "INV123", "orders": frozenset({"PO-2"})}, True),
        ("same total, one stroke", "INV-124", {}, True),
        ("same total, two strokes", "INV-145", {}, True),
        ("same total, three strokes", "INV-456", {}, False),
        ("other total, one stroke", "INV-124", {"total": "400.01"}, False),
        ("other currency", "INV-124", {"currency": "EUR"}, False),
        ("40 days later", "INV-124", {"day": date(2026, 4, 10)}, True),
        ("41 days later", "INV-124", {"day": date(2026, 4, 11)}, False),
        ("weekly order of the same amount", "INV-124", {"orders": frozenset({"PO-2"})}, False),
        ("no order named", "INV-124", {"orders": frozenset()}, True),
        ("another supplier with the same account", "INV-123", {"supplier_id": 8}, True),
        ("the firmer one is the first", "INV-124", {"standing": 0}, True),
    ],
)
def test_near_duplicates(_case: str, number: str, changes: dict[str, Any], *, held: bool) -> None:
    """TM-10 near duplicates."""
    found = near_duplicates(bill(number, **changes), [SEEN])

    assert bool(found) == held


def test_of_two_that_stand_alike_both_are_held() -> None:
    """TM-13 whichever came first."""
    one, other = bill("INV-123"), bill("INV-124", id=2)

    assert near_duplicates(one, [other])
    assert near_duplicates(other, [one])


def test_the_one_that_stands_is_not_held() -> None:
    assert near_duplicates(bill("INV-123", standing=1), [bill("INV-124", id=2)]) == ()


def test_finding_names_what_it_looks_like() -> None:
    (finding,) = near_duplicates(bill("INV-124"), [SEEN])

    assert finding.sentence == (
        "Looks like INV-123 of 01 Mar 2026 (£400.00), which we already have. £400.00 would be paid twice."
    )
