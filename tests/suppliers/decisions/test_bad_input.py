"""SU-1 and SU-2: what a supplier may write of itself, as a table: taken in one spelling, or refused with its reason."""

import pytest

from foundation.errors import InvalidError
from suppliers.decisions.bank_numbers import read_account
from suppliers.decisions.plain_names import read_name
from suppliers.decisions.tax_ids import read_tax_id


@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [
        ("GB", "980 7806 84", "GB980780684"),
        ("GB", "gb980780684", "GB980780684"),
        ("DE", "DE 136 695 976", "DE136695976"),
        ("FR", "40 303265045", "FR40303265045"),
        ("NL", "NL004495445B01", "NL004495445B01"),
        ("BE", "0403.019.261", "BE0403019261"),
        ("IE", "6433435F", "IE6433435F"),
        ("IT", "00743110157", "IT00743110157"),
        ("PL", "856-734-62-15", "PL8567346215"),
        ("AT", "U13585627", "ATU13585627"),
        ("US", "91-1144442", "911144442"),
        ("CA", "123026635", "123026635"),
        ("NO", "914 778 271", "914778271"),
    ],
)
def test_tax_number_is_stored_in_one_spelling(country: str, typed: str, stored: str) -> None:
    assert read_tax_id(country, typed) == stored


@pytest.mark.parametrize(
    ("country", "typed", "code"),
    [
        ("GB", "980 7806 85", "tax_id_check_digits"),
        ("DE", "136695977", "tax_id_check_digits"),
        ("FR", "41303265045", "tax_id_check_digits"),
        ("NL", "123456789B90", "tax_id_check_digits"),
        ("BE", "0403019262", "tax_id_check_digits"),
        ("IE", "6433435G", "tax_id_check_digits"),
        ("IT", "00743110158", "tax_id_check_digits"),
        ("PL", "8567346216", "tax_id_check_digits"),
        ("AT", "U13585626", "tax_id_check_digits"),
        ("CA", "123026636", "tax_id_check_digits"),
        ("GB", "12345", "tax_id_unfit"),
        ("US", "00-1144442", "tax_id_unfit"),
        ("NO", "x", "tax_id_unfit"),
        ("GB", "\uff19\uff18\uff10780684", "tax_id_characters"),
    ],
)
def test_tax_number_that_is_none_is_refused(country: str, typed: str, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_tax_id(country, typed)

    assert (refused.value.code, refused.value.details["field"], bool(refused.value.details["cure"])) == (
        code, "tax_id", True
    )  # fmt: skip


@pytest.mark.parametrize(
    ("country", "typed", "bic", "stored"),
    [
        ("GB", "GB29 NWBK 6016 1331 9268 19", "", "GB29NWBK60161331926819"),
        ("DE", "de89370400440532013000", "COBADEFF", "DE89370400440532013000"),
        ("NL", "NL91-ABNA-0417-1643-00", "", "NL91ABNA0417164300"),
        ("US", "021000021:123456789", "", "US:021000021:123456789"),
        ("CA", "000312345:1234567", "", "CA:00312345:1234567"),
        ("AU", "062000/12345678", "CTBAAU2S", "AU:062000:12345678"),
    ],
)
def test_account_is_stored_in_one_spelling(country: str, typed: str, bic: str, stored: str) -> None:
    assert read_account(country, typed, bic).account == stored


@pytest.mark.parametrize(
    ("country", "typed", "bic", "code"),
    [
        ("GB", "GB29 NWBK 6016 1331 9268 18", "", "iban_check_digits"),
        ("GB", "GB29NWBK6016133192681", "", "iban_length"),
        ("GB", "DE89370400440532013000", "", "iban_country"),
        ("GB", "29NWBK60161331926819", "", "iban_unfit"),
        ("GB", "GB29NWBK6016133192681\u0661", "", "account_characters"),
        ("US", "021000022:123456789", "", "routing_check_digit"),
        ("US", "99887766551", "", "account_unfit"),
        ("CA", "12:1", "", "account_unfit"),
        ("AU", "062000/12345678", "", "account_unfit"),
        ("DE", "DE89370400440532013000", "DEUTFRFF", "bic_country"),
        ("DE", "DE89370400440532013000", "DEUT", "bic_unfit"),
    ],
)
def test_account_that_is_none_is_refused(country: str, typed: str, bic: str, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_account(country, typed, bic)

    assert (refused.value.code, bool(refused.value.details["cure"])) == (code, True)
    assert typed not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["Harrow Packaging Ltd", "M\u00fcller & S\u00f6hne GmbH", "\u041e\u041e\u041e \u0420\u043e\u043c\u0430\u0448\u043a\u0430", "3M", "\u682a\u5f0f\u4f1a\u793e\u30a2\u30af\u30e1"]
)  # fmt: skip
def test_honest_name_is_taken(name: str) -> None:
    assert read_name(f"  {name} ") == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("  ", "name_missing"),
        ("...", "name_missing"),
        ("x" * 121, "name_too_long"),
        ("H\u0430rrow", "name_mixed_alphabets"),  # a Cyrillic a
        ("\u0410\u0421\u041c\u0415 Ltd", "name_disguised"),  # four Cyrillic letters
        ("\u0391\u039a\u039c\u0395", "name_disguised"),  # four Greek letters
        ("Harrow\u202egnp.dtL", "name_right_to_left"),
        ("\u05d0\u05e7\u05de\u05d4", "name_right_to_left"),
        ("\u0634\u0631\u0643\u0629", "name_right_to_left"),
        ("Har\u200brow", "name_hidden"),
        ("Har\x00row", "name_hidden"),
    ],
)
def test_name_that_is_not_what_it_seems_is_refused(typed: str, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_name(typed)

    assert (refused.value.code, refused.value.details["field"]) == (code, "name")
    assert refused.value.details["value"].isascii()
