"""JSON from outside: what frameworks let through is refused with a code, and numbers stay exact."""

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import InvalidError
from foundation.intake import strict_json


def test_fractions_are_decimals_and_whole_numbers_stay_whole() -> None:
    found = strict_json.loads(b'{"price": 12.50, "count": 3, "text": "\xc3\xa9", "list": [null, true]}')

    assert found == {"price": Decimal("12.50"), "count": 3, "text": "é", "list": [None, True]}
    assert isinstance(found["price"], Decimal)


@pytest.mark.parametrize(
    ("_case", "raw", "code"),
    [
        ("cut off",            b'{"a": 1', "json_malformed"),
        ("nothing",            b"", "json_malformed"),
        ("a key twice",        b'{"a": 1, "a": 2}', "json_duplicate_key"),
        ("NaN",                b'{"a": NaN}', "json_not_a_number"),
        ("Infinity",           b"[-Infinity]", "json_not_a_number"),
        ("NUL in a text",      b'["\\u0000"]', "json_bad_text"),
        ("half a surrogate",   b'["\\ud800"]', "json_bad_text"),
        ("in a key",           b'{"\\u0000": 1}', "json_bad_text"),
        ("33 levels",          b"[" * 33 + b"]" * 33, "json_too_deep"),
        ("100,000 levels",     b"[" * 100_000, "json_too_deep"),
        ("Latin-1",            b'["\xe9"]', "json_not_utf8"),
        ("50 digits",          b"[" + b"9" * 50 + b"]", "json_number_too_long"),
        ("exponent",           b"[1e999999999]", "json_number_out_of_range"),
        ("over a mebibyte",    b'"' + b"a" * 1024 * 1024 + b'"', "json_too_large"),
    ],
)  # fmt: skip
def test_document_is_refused(_case: str, raw: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        strict_json.loads(raw)

    assert caught.value.code == code


def test_32_levels_are_taken() -> None:
    assert strict_json.loads(b"[" * 32 + b"]" * 32)


def test_brackets_in_texts_are_not_depth() -> None:
    assert strict_json.loads(b'["' + b"[" * 500 + b'", "\\"["]') == ["[" * 500, '"[']


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**20), 10**20)
        | st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
        lambda x: st.lists(x) | st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), x),
    )
)
def test_what_was_written_is_read_the_same(document: object) -> None:
    assert strict_json.loads(json.dumps(document).encode()) == document


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(InvalidError):
        strict_json.loads(raw)
