"""Which tax numbers can be one, by country (SU-1): the form everywhere, the check digits where they are published."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from foundation.errors import InvalidError

_BLANKS = re.compile(r"[\s\u00a0\u202f.\-/]+")
_ANY = re.compile(r"[A-Z0-9]{4,20}")
_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"


@dataclass(frozen=True, slots=True)
class Form:
    """How a country writes its tax numbers: `prefix` may be left out when typing and is kept in what is stored."""

    name: str
    pattern: str
    example: str
    check: Callable[[str], bool] = lambda _number: True
    prefix: str = ""


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of its digits
    return total % 10 == 0


def _british(number: str) -> bool:
    rest = sum(int(d) * w for d, w in zip(number[:7], range(8, 1, -1), strict=True)) + int(number[7:9])
    return rest % 97 in {0, 42}


def _german(number: str) -> bool:
    product = 10
    for digit in number[:8]:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(number[8])


def _french(number: str) -> bool:
    siren = number[2:]
    return _luhn(siren) and (not number[:2].isdigit() or int(number[:2]) == (12 + 3 * (int(siren) % 97)) % 97)


def _dutch(number: str) -> bool:
    old = sum(int(d) * w for d, w in zip(number[:8], range(9, 1, -1), strict=True)) % 11 == int(number[8])
    new = int("".join(str(int(char, 36)) for char in f"NL{number}")) % 97 == 1
    return old or new


def _belgian(number: str) -> bool:
    return 97 - int(number[:8]) % 97 == int(number[8:])


def _irish(number: str) -> bool:
    total = sum(int(d) * w for d, w in zip(number[:7], range(8, 1, -1), strict=True))
    if len(number) == 9:  # noqa: PLR2004 - the newer form has a second letter
        total += _LETTERS.index(number[8]) * 9 if number[8] in _LETTERS else 0
    return _LETTERS[total % 23] == number[7]


def _polish(number: str) -> bool:
    weights = (6, 5, 7, 2, 3, 4, 5, 6, 7)
    return sum(int(d) * w for d, w in zip(number[:9], weights, strict=True)) % 11 == int(number[9])


def _austrian(number: str) -> bool:
    total = sum(sum(divmod(int(d) * (2 if place % 2 else 1), 10)) for place, d in enumerate(number[1:8]))
    return (96 - total) % 10 == int(number[8])


FORMS: Mapping[str, Form] = {
    "GB": Form("VAT number", r"[0-9]{9}([0-9]{3})?", "GB 980 7806 84", _british, "GB"),
    "DE": Form("VAT number", r"[0-9]{9}", "DE 136695976", _german, "DE"),
    "FR": Form("VAT number", r"[A-HJ-NP-Z0-9]{2}[0-9]{9}", "FR 40 303265045", _french, "FR"),
    "NL": Form("VAT number", r"[0-9]{9}B[0-9]{2}", "NL 004495445B01", _dutch, "NL"),
    "BE": Form("VAT number", r"[01][0-9]{9}", "BE 0403.019.261", _belgian, "BE"),
    "IE": Form("VAT number", r"[0-9]{7}[A-W][A-IW]?", "IE 6433435F", _irish, "IE"),
    "IT": Form("VAT number", r"[0-9]{11}", "IT 00743110157", _luhn, "IT"),
    "ES": Form("VAT number", r"[A-Z0-9][0-9]{7}[A-Z0-9]", "ES B58378431", prefix="ES"),
    "PL": Form("VAT number", r"[0-9]{10}", "PL 856-734-62-15", _polish, "PL"),
    "AT": Form("VAT number", r"U[0-9]{8}", "AT U13585627", _austrian, "AT"),
    "US": Form("employer number (EIN)", r"(0[1-6]|1[0-6]|[2-6][0-9]|7[1-7]|8[0-8]|9[0-589])[0-9]{7}", "91-1144442"),
    "CA": Form("business number", r"[0-9]{9}(RT[0-9]{4})?", "123026635", lambda number: _luhn(number[:9])),
}  # fmt: skip


def read_tax_id(country: str, text: str) -> str:
    """Return a tax number as it is stored: letters and digits only, with the country's prefix where there is one.

    :raises InvalidError: it cannot be one of that country; shows how such a number looks.
    """
    plain = _BLANKS.sub("", text).upper()
    if not plain.isascii():
        raise _no("tax_id_characters", "The tax number holds characters that are no plain letters or digits.", text)
    form = FORMS.get(country)
    if form is None:
        if not _ANY.fullmatch(plain):
            raise _no("tax_id_unfit", "A tax number has 4 to 20 letters and digits.", text)
        return plain
    number = plain.removeprefix(form.prefix)
    if not re.fullmatch(form.pattern, number):
        raise _no("tax_id_unfit", f"A {form.name} of {country} looks like {form.example}.", text)
    if not form.check(number):
        raise _no(
            "tax_id_check_digits", f"The check digits of this {form.name} are wrong: a character is mistyped.", text
        )
    return f"{form.prefix}{number}"


def _no(code: str, sentence: str, value: str) -> InvalidError:
    return InvalidError(code, sentence, field="tax_id", value=value[:32], cure="Copy it from the certificate.")
