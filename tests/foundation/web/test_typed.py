"""What pages read of forms and addresses without a form class."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import RequestFactory

from foundation.errors import InvalidError
from foundation.web.numbers import read_counted
from foundation.web.typed import onward, unusable, words


@pytest.mark.parametrize(
    ("_case", "query", "code"),
    [
        ("plain words",       "a=1&b=two",                   None),
        ("the longest list",  "paste=" + "x" * 50_000,       None),
        ("one sign more",     "paste=" + "x" * 50_001,       "text_too_long"),
        ("NUL in a value",    "a=1&b=x%00y",                 "text_unusable"),
        ("NUL in a name",     "a%00=1",                      "text_unusable"),
        ("NUL in the second", "a=1&a=%00",                   "text_unusable"),
    ],
)  # fmt: skip
def test_field_holds_what_can_be_stored(_case: str, query: str, code: str | None) -> None:
    refused = unusable(QueryDict(query))

    assert (refused and refused.code) == code


def test_words_keep_every_sign_or_are_refused_by_the_name_of_their_box() -> None:
    request = RequestFactory().post("/", {"reason": f"  {'x' * 300} "})

    assert words(request) == "x" * 300
    assert words(request, "missing") == ""
    with pytest.raises(InvalidError) as refused:
        words(request, longest=299)
    assert (refused.value.code, refused.value.details["field"]) == ("text_too_long", "reason")


@pytest.mark.parametrize(
    ("target", "opened"),
    [
        ("/orders/PO-1/?a=b#c", "/orders/PO-1/?a=b#c"),
        ("orders",              "/home/"),
        ("//evil.example/",     "/home/"),
        ("/\\evil.example/",    "/home/"),
        ("https://evil.example/", "/home/"),
        ("javascript:alert(1)", "/home/"),
        ("",                    "/home/"),
    ],
)  # fmt: skip
def test_form_leads_only_to_pages_of_this_host(target: str, opened: str) -> None:
    assert onward(RequestFactory().post("/", {"next": target}), "/home/") == opened


@pytest.mark.parametrize(
    ("text", "decimals", "read"),
    [
        ("12",              4, "12"),
        ("12.5",            4, "12.5"),
        ("12,5",            4, "12.5"),
        ("0.0001",          4, "0.0001"),
        ("0.00001",         4, "number_too_precise"),
        ("1.123456",        6, "1.123456"),
        ("999999999",       4, "999999999"),
        ("1000000000",      4, "number_out_of_range"),
        ("000000000012",    4, "12"),
        ("-1",              4, "number_out_of_range"),
        ("1e3",             4, "not_a_number"),
        ("1e-400",          4, "not_a_number"),
        ("NaN",             4, "not_a_number"),
        ("Infinity",        4, "not_a_number"),
        ("1,000.5",         4, "not_a_number"),
        ("١٢",              4, "not_a_number"),
        ("",                4, "not_a_number"),
    ],
)  # fmt: skip
def test_count_is_read_in_one_way_or_not_at_all(text: str, decimals: int, read: str) -> None:
    try:
        found = str(read_counted(text, decimals))
    except ValidationError as error:
        found = error.code or ""

    if read[0].isdigit():
        assert Decimal(found) == Decimal(read)
    else:
        assert found == read
