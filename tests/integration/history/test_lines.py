"""What a row becomes, or why it does not come in."""

from decimal import Decimal

import pytest

from foundation.errors import InvalidError
from foundation.intake.csv import Row
from integration.history.lines import PastLine, Refusal, read_line
from integration.history.mapping import load, parse
from integration.history.orders import assemble
from tests.integration.history.factories import cells

SCMS = load("scms")


def read(**changes: str) -> PastLine | Refusal:
    return read_line(Row(2, cells(**changes)), SCMS)


@pytest.mark.parametrize(
    ("_case", "changes", "reason"),
    [
        ("from our own warehouse",   {"via": "From RDC"}, "own_warehouse"),
        ("day of the order unknown", {"sent": "Date Not Captured"}, "ordered_day_unknown"),
        ("day that does not exist",  {"came": "2010-02-30"}, "day_unreadable"),
        ("day in another form",      {"came": "3/4/2010"}, "day_unreadable"),
        ("day before all trade",     {"sent": "0001-01-01"}, "day_unreadable"),
        ("came before it was sent",  {"came": "2010-02-28"}, "received_before_ordered"),
        ("site nobody mapped",       {"site": "Atlantis"}, "site_unknown"),
        ("no quantity",              {"quantity": ""}, "number_unreadable"),
        ("negative quantity",        {"quantity": "-5"}, "number_unreadable"),
        ("quantity zero",            {"quantity": "0"}, "quantity_not_positive"),
        ("a huge exponent",          {"quantity": "1e999999"}, "number_unreadable"),
        ("not a number",             {"price": "NaN"}, "number_unreadable"),
        ("other digits",             {"quantity": "\u0661\u0660"}, "number_unreadable"),
        ("no price",                 {"price": "0", "value": "0"}, "price_zero"),
        ("amount over 1 % away",     {"value": "460"}, "amount_differs"),
        ("no vendor",                {"vendor": " "}, "text_missing"),
        ("a name too long",          {"vendor": "x" * 121}, "text_unusable"),
        ("letters turned around",    {"vendor": "\u202eDTL"}, "text_unusable"),
        ("number for no address",    {"order": "../admin"}, "number_unusable"),
    ],
)  # fmt: skip
def test_row_is_refused(_case: str, changes: dict[str, str], reason: str) -> None:
    found = read(**changes)

    assert isinstance(found, Refusal)
    assert (found.row, found.reason) == (2, reason)
    assert found.sentence


@pytest.mark.parametrize(
    ("_case", "changes", "price", "notes"),
    [
        ("as printed",                    {}, "4.5", ()),
        ("price rounded for print",       {"quantity": "3", "value": "10", "price": "3.33"}, "3.333333", ("price_from_amount",)),
        ("even six decimals are too few", {"quantity": "515000", "value": "1716667.3", "price": "3.33"}, "3.333335",
         ("price_from_amount", "amount_off_by_rounding")),
        ("freight in the price",          {"freight": "Freight Included in Commodity Cost"}, "4.5", ("freight_in_words",)),
        ("freight on another row",        {"freight": "See ASN-93 (ID#:1281)", "weight": "See ASN-93 (ID#:1281)"}, "4.5",
         ("weight_in_words", "freight_in_words")),
    ],
)  # fmt: skip
def test_row_is_taken(_case: str, changes: dict[str, str], price: str, notes: tuple[str, ...]) -> None:
    found = read(**changes)

    assert isinstance(found, PastLine)
    assert (found.unit_price, found.notes) == (Decimal(price), notes)


@pytest.mark.parametrize(
    ("_case", "second", "reason"),
    [
        ("another id, another quantity", {"id": "2", "quantity": "10", "value": "45"}, None),
        ("the id again",                 {"id": "1", "order": "SCMS-2"}, "duplicate_id"),
        ("all but the id again",         {"id": "2"}, "duplicate_line"),
        ("another site on one order",    {"id": "2", "site": "Ghana"}, "order_disagrees"),
        ("another vendor on one order",  {"id": "2", "vendor": "OTHERS"}, "order_disagrees"),
        ("another pack of one item",     {"id": "2", "order": "SCMS-2", "pack": "10"}, "pack_differs"),
    ],
)  # fmt: skip
def test_second_row_against_the_first(_case: str, second: dict[str, str], reason: str | None) -> None:
    lines = [read_line(Row(n, row), SCMS) for n, row in ((2, cells()), (3, cells(**second)))]

    _, refused = assemble([line for line in lines if isinstance(line, PastLine)], SCMS)

    assert [refusal.reason for refusal in refused] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("text", "code"), [("source = ", "mapping_unreadable"), ("source = 'x'", "mapping_incomplete")]
)
def test_mapping_says_what_it_lacks(text: str, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        parse(text)

    assert caught.value.code == code


def test_unknown_source_names_the_known() -> None:
    with pytest.raises(InvalidError, match=r"Known: .*scms") as caught:
        load("../scms")

    assert caught.value.code == "source_unknown"
