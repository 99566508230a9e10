"""Which bank account numbers can be one: IBAN with its check digits, American and Canadian numbers, BIC (SU-2).

An account has one canonical spelling, so that the same account is recognised wherever and however it was written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from foundation.errors import InvalidError

# Characters of an IBAN by country, as the registry of ISO 13616 has them.
_LENGTHS = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18
FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20
LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24
SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
"""
IBAN_LENGTHS: Mapping[str, int] = {word[:2]: int(word[2:]) for word in _LENGTHS.split()}
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_BLANKS = re.compile(r"[\s\u00a0\u202f.\-]+")
_AMERICAN = re.compile(r"([0-9]{9})[:/]([0-9]{4,17})")
_CANADIAN = re.compile(r"0?([0-9]{3})([0-9]{5})[:/]([0-9]{5,12})")
_OTHER = re.compile(r"[A-Z0-9]{2,20}[:/][A-Z0-9]{4,30}")
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class AccountNumber:
    """An account in its canonical spelling; `country` is the bank's."""

    country: str
    account: str
    bic: str = ""

    @property
    def fingerprint(self) -> str:
        """Return what two spellings of one account have in common."""
        return fingerprint_of(self.account)

    @property
    def masked(self) -> str:
        """Return what people may read of it."""
        return masked(self.account)


def fingerprint_of(account: str) -> str:
    """Return the SHA-256 of a canonical account."""
    return sha256(account.encode()).hexdigest()


def masked(account: str) -> str:
    """Return country or bank and the last four characters, as on a card."""
    head = account[:2] if account[:2].isalpha() else ""
    return f"{head}\u2026{account[-_SHOWN:]}"


def read_account(country: str, text: str, bic: str = "") -> AccountNumber:
    """Return an account as it can be paid to.

    :raises InvalidError: it cannot be one; names what is wrong with it and the cure.
    """
    plain = _BLANKS.sub("", text).upper()
    if not plain.isascii():
        raise _no("account_characters", "The account number holds characters that are no plain letters or digits.")
    place = country.upper()
    if place in IBAN_LENGTHS or plain[:2] in IBAN_LENGTHS:
        return AccountNumber(plain[:2], _iban(plain, place), _bic(bic, plain[:2]))
    if place == "US":
        return AccountNumber(place, _american(plain), _bic(bic, place))
    if place == "CA":
        return AccountNumber(place, _canadian(plain), _bic(bic, place))
    if not _OTHER.fullmatch(plain) or not bic:
        raise _no("account_unfit", "Write bank code and account number as 1234:567890, and the BIC of the bank.", plain)
    return AccountNumber(place, f"{place}:{plain.replace('/', ':')}", _bic(bic, place))


def _iban(plain: str, country: str) -> str:
    if not _IBAN.fullmatch(plain):
        raise _no("iban_unfit", "An IBAN is two letters, two digits and up to 30 letters or digits.", plain)
    place = plain[:2]
    if place not in IBAN_LENGTHS:
        raise _no("iban_country", f"{place} is no country that has IBANs.", plain)
    if country in IBAN_LENGTHS and place != country:
        raise _no("iban_country", f"The IBAN is of {place}, the bank's country is {country}.", plain)
    if len(plain) != IBAN_LENGTHS[place]:
        raise _no(
            "iban_length", f"An IBAN of {place} has {IBAN_LENGTHS[place]} characters; this has {len(plain)}.", plain
        )
    if int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 != 1:
        raise _no("iban_check_digits", "The check digits of the IBAN are wrong: one character is mistyped.", plain)
    return plain


def _american(plain: str) -> str:
    match = _AMERICAN.fullmatch(plain)
    if match is None:
        raise _no("account_unfit", "Write routing number and account number as 021000021:12345678.", plain)
    weighed = sum(int(digit) * (3, 7, 1)[place % 3] for place, digit in enumerate(match[1]))
    if weighed % 10 or not int(match[1]):
        raise _no("routing_check_digit", f"{match[1]} is no routing number: its check digit is wrong.", plain)
    return f"US:{match[1]}:{match[2]}"


def _canadian(plain: str) -> str:
    match = _CANADIAN.fullmatch(plain)
    if match is None:
        raise _no(
            "account_unfit", "Write institution and transit number, then the account, as 00312345:1234567.", plain
        )
    return f"CA:{match[1]}{match[2]}:{match[3]}"


def _bic(text: str, country: str) -> str:
    bic = _BLANKS.sub("", text).upper()
    if not bic:
        return ""
    if not _BIC.fullmatch(bic):
        raise _no("bic_unfit", "A BIC has 8 or 11 letters and digits, such as DEUTDEFF.", bic, "bic")
    if bic[4:6] != country:
        raise _no("bic_country", f"The BIC is of a bank in {bic[4:6]}, the account is in {country}.", bic, "bic")
    return bic


def _no(code: str, sentence: str, value: str = "", field: str = "account") -> InvalidError:
    """Return the refusal; of a number only its ends are repeated."""
    shown = value if len(value) <= _SHOWN * 2 else f"{value[:_SHOWN]}\u2026{value[-_SHOWN:]}"
    return InvalidError(code, sentence, field=field, value=shown, cure="Copy it from a letter of the bank.")
