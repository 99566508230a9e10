"""Input rules shared by forms, services and commands; each refusal names the field and the cure."""

import re
from decimal import Decimal
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import list_currencies
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from foundation.errors import InvalidError
from foundation.models import User

_NO_COUNTRY = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}  # groups and pseudo places CLDR has letters for
_LARGEST = Decimal(10) ** 14


def new_username(text: str) -> str:
    """Return a user name nobody has; capitals do not make it another.

    :raises InvalidError: it is empty, holds what no user name holds, begins like a part of ours, or is taken.
    """
    name = text.strip()
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError as error:
        raise InvalidError(
            "username_unfit", "Use letters, digits and . @ + - _ for the user name.", field="username", value=name[:150]
        ) from error
    if len(name) > 150 or name.lower().startswith("system-"):  # noqa: PLR2004 - the column's width
        raise InvalidError(
            "username_unfit", "Choose a shorter user name that does not begin with system-.", field="username"
        )
    if User.objects.filter(username__iexact=name).exists():
        raise InvalidError("username_taken", f"Somebody is called {name} already. Choose another.", field="username")
    return name


def new_address(text: str, *, but: int | None = None) -> str:
    """Return an e-mail address nobody else signs in with; `but` is the person who may have it.

    :raises InvalidError: it is no address, or it is taken.
    """
    address = text.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidError(
            "address_unfit", "Write an e-mail address, like name@example.com.", field="email", value=address[:254]
        ) from error
    others = User.objects.filter(email__iexact=address)
    if (others if but is None else others.exclude(pk=but)).exists():
        raise InvalidError("address_taken", f"Somebody signs in with {address} already.", field="email")
    return address


def full_amount(amount: Decimal | None) -> Decimal | None:
    """Return an approval limit in the base currency, at most four decimals.

    :raises InvalidError: it is negative, too large or too fine.
    """
    if amount is not None and (
        not amount.is_finite() or amount < 0 or amount >= _LARGEST or amount != amount.quantize(Decimal("0.0001"))
    ):
        raise InvalidError(
            "limit_unfit", "Write an amount from 0 up with at most four decimals.", field="approval_limit"
        )
    return amount


def known_time_zone(text: str) -> str:
    """Return an IANA time zone.

    :raises InvalidError: there is none of this name.
    """
    if text not in available_timezones():
        raise InvalidError(
            "time_zone_unknown", f"{text} is not a time zone. Use a name such as Europe/London.", field="time_zone"
        )
    return text


def known_currency(text: str) -> str:
    """Return an ISO 4217 code.

    :raises InvalidError: there is none of this name.
    """
    code = text.strip().upper()
    if code not in list_currencies():
        raise InvalidError("currency_unknown", f"{text} is not a currency. Use a code such as GBP.", field="currency")
    return code


def known_country(text: str) -> str:
    """Return an ISO 3166-1 alpha-2 code.

    :raises InvalidError: there is none of this name.
    """
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", code) or code in _NO_COUNTRY or code not in Locale("en").territories:
        raise InvalidError("country_unknown", f"{text} is no country. Use two letters, such as GB.", field="country")
    return code


def new_code(text: str, *, longest: int, field: str = "code") -> str:
    """Return a code of capitals, digits and hyphens.

    :raises InvalidError: it is empty, too long or holds something else.
    """
    code = text.strip().upper()
    if not re.fullmatch(rf"[A-Z0-9][A-Z0-9-]{{0,{longest - 1}}}", code):
        raise InvalidError(
            "code_unfit", f"Use up to {longest} letters, digits and hyphens for the code.", field=field, value=code[:40]
        )
    return code


def one_line(text: str, *, longest: int, field: str, what: str) -> str:
    """Return a text of one line without needless blanks.

    :raises InvalidError: it is empty or too long.
    """
    line = " ".join(text.split())
    if not line or len(line) > longest:
        raise InvalidError(f"{field}_unfit", f"Write {what}, at most {longest} letters.", field=field, value=line[:80])
    return line


def known_gln(text: str) -> str:
    """Return a GLN of 13 digits, or nothing for an empty text.

    :raises InvalidError: it is none, or its check digit is wrong.
    """
    return _gs1(text, {13}, "gln", "Write the 13 digits of the GLN; the last one is a check digit.")


def known_gtin(text: str) -> str:
    """Return a GTIN of 8, 12, 13 or 14 digits, or nothing for an empty text.

    :raises InvalidError: it is none, or its check digit is wrong.
    """
    cure = "Write the 8, 12, 13 or 14 digits under the barcode; the last one is a check digit."
    return _gs1(text, {8, 12, 13, 14}, "gtin", cure)


def _gs1(text: str, lengths: set[int], field: str, cure: str) -> str:
    number = text.strip()
    if not number:
        return ""
    digits = number.isascii() and number.isdigit()
    if not digits or len(number) not in lengths or _check_digit(number[:-1]) != int(number[-1]):
        raise InvalidError(f"{field}_unfit", cure, field=field, value=number[:40])
    return number


def _check_digit(digits: str) -> int:
    """Weigh the digits 3, 1, 3... from the right, as GS1 does."""
    return -sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))) % 10
