"""RQ-2: what is unusual about a requisition."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from procurement.decisions.flags import (
    WORDS,
    Earlier,
    LineFacts,
    flag_sentences,
    is_possible_split,
    line_flags,
    requisition_flags,
)

USUAL = LineFacts(
    line_no=10, is_free_text=False, unit_price=Decimal(4), has_source=True, from_contract=True, contract_exists=True,
    contract_price=Decimal(4), is_preferred=True, supplier_state="active", catalogue_match=False,
)  # fmt: skip
FREE_TEXT = replace(
    USUAL, is_free_text=True, has_source=False, from_contract=False, contract_exists=False, contract_price=None,
    supplier_state="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "line", "changes", "flags"),
    [
        ("a contract line", USUAL, {}, ()),
        ("no contract exists", USUAL, {"contract_exists": False, "from_contract": False, "contract_price": None}, ()),
        ("outside the contract", USUAL, {"from_contract": False, "contract_price": None}, ("off_contract",)),
        ("above the contract price", USUAL, {"unit_price": Decimal("4.01")}, ("price_above_contract",)),
        ("below it", USUAL, {"unit_price": Decimal("3.99")}, ()),
        ("second choice of the site", USUAL, {"is_preferred": False}, ("not_preferred",)),
        ("supplier restricted", USUAL, {"supplier_state": "restricted"}, ("supplier_not_active",)),
        ("nobody offers it", USUAL, {"has_source": False, "supplier_state": ""}, ("no_source",)),
        ("no price", USUAL, {"unit_price": Decimal(0)}, ("price_unknown",)),
        ("free text", FREE_TEXT, {}, ("free_text",)),
        ("free text the catalogue has", FREE_TEXT, {"catalogue_match": True}, ("free_text", "free_text_in_catalogue")),
    ],
)
def test_flags_of_a_line(_case: str, line: LineFacts, changes: dict[str, Any], flags: tuple[str, ...]) -> None:
    assert line_flags(replace(line, **changes)) == flags
    assert set(flags) <= set(WORDS)


@pytest.mark.parametrize(
    ("_case", "amount", "earlier", "split"),
    [
        # bands end at 1,000 and 5,000
        ("the first of its kind", "900", [], False),
        ("together within the band", "400", ["600"], False),
        ("together above it", "401", ["600"], True),
        ("the larger one passed the band by itself", "400", ["1200"], False),
        ("three small ones", "400", ["400", "400"], True),
        ("each within 5,000, together above", "3000", ["3000"], True),
    ],
)
def test_possible_split(_case: str, amount: str, earlier: list[str], split: bool) -> None:
    found = is_possible_split(
        Decimal(amount), [Earlier("REQ", Decimal(x)) for x in earlier], [Decimal(1000), Decimal(5000)]
    )

    assert found is split


def test_flags_of_the_whole_are_each_named_once_in_order() -> None:
    lines = [replace(USUAL, is_preferred=False), replace(USUAL, is_preferred=False, unit_price=Decimal(0))]

    assert requisition_flags(lines, urgent=True, split=True, changed=True) == (
        "changed_after_approval",
        "not_preferred",
        "possible_split",
        "price_unknown",
        "urgent",
    )


def test_price_that_rose_says_which_and_how_far() -> None:
    rose = "Line 10: 48 became 55 GBP after approval"

    assert flag_sentences(["urgent", "changed_after_approval"], rose) == [
        "Marked urgent.",
        "It changed after it was approved. Line 10: 48 became 55 GBP after approval",
    ]
