"""Numbers that carry their own proof: company and location numbers by their ISO 6523 scheme."""

import re
from collections.abc import Callable

GLN_DIGITS, NORWEGIAN, SWEDISH, BELGIAN, AUSTRALIAN = 13, 9, 10, 10, 11
_NORWEGIAN_WEIGHTS, _AUSTRALIAN_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2), (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)


def _digits(value: str, count: int) -> list[int]:
    return [int(digit) for digit in value] if re.fullmatch(rf"[0-9]{{{count}}}", value) else []


def gln(value: str) -> bool:
    """Check a GS1 location number: weights 1 and 3 from the left, the sum a multiple of ten."""
    digits = _digits(value, GLN_DIGITS)
    return bool(digits) and sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def norwegian(value: str) -> bool:
    """Check a Norwegian organisation number, modulus 11."""
    digits = _digits(value, NORWEGIAN)
    if not digits:
        return False
    rest = sum(digit * weight for digit, weight in zip(digits, _NORWEGIAN_WEIGHTS, strict=False)) % 11
    return (11 - rest) % 11 == digits[-1]


def danish(value: str) -> bool:
    """Check the form of a Danish company number; it may stand behind DK."""
    return re.fullmatch(r"(DK)?[0-9]{8}", value) is not None


def belgian(value: str) -> bool:
    """Check a Belgian company number, modulus 97."""
    digits = _digits(value, BELGIAN)
    return bool(digits) and 97 - int(value[:8]) % 97 == int(value[8:])


def swedish(value: str) -> bool:
    """Check a Swedish organisation number by Luhn's rule."""
    digits = _digits(value, SWEDISH)
    doubled = [digit * (2 if place % 2 == 0 else 1) for place, digit in enumerate(digits)]
    return bool(digits) and sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def australian(value: str) -> bool:
    """Check an Australian business number, modulus 89 with one taken from the first digit."""
    digits = _digits(value, AUSTRALIAN)
    if not digits:
        return False
    digits[0] -= 1
    return sum(digit * weight for digit, weight in zip(digits, _AUSTRALIAN_WEIGHTS, strict=True)) % 89 == 0


def italian_office(value: str) -> bool:
    """Check the form of an Italian public office code."""
    return re.fullmatch(r"[A-Za-z0-9]{6}", value) is not None


def italian_tax(value: str) -> bool:
    """Check the form of an Italian fiscal code, of a person or a company."""
    return re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}[A-Z][A-Z0-9]{2}[A-Z][A-Z0-9]{3}[A-Z]|[0-9]{11}", value) is not None


def italian_vat(value: str) -> bool:
    """Check an Italian tax number: IT and eleven digits by Luhn's rule."""
    if re.fullmatch(r"IT[0-9]{11}", value) is None:
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(value[2:])]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


# Peppol's rule, the scheme it is about, what it asks for, and the check.
SCHEMES: tuple[tuple[str, str, str, Callable[[str], bool]], ...] = (
    ("PEPPOL-COMMON-R040", "0088", "a GLN with a right check digit", gln),
    ("PEPPOL-COMMON-R041", "0192", "a Norwegian number with a right check digit", norwegian),
    ("PEPPOL-COMMON-R042", "0184", "a Danish number of eight digits", danish),
    ("PEPPOL-COMMON-R043", "0208", "a Belgian number with right check digits", belgian),
    ("PEPPOL-COMMON-R044", "0201", "an Italian office code of six characters", italian_office),
    ("PEPPOL-COMMON-R045", "0210", "an Italian fiscal code", italian_tax),
    ("PEPPOL-COMMON-R046", "9907", "an Italian fiscal code", italian_tax),
    ("PEPPOL-COMMON-R047", "0211", "an Italian tax number with a right check digit", italian_vat),
    ("PEPPOL-COMMON-R049", "0007", "a Swedish number with a right check digit", swedish),
    ("PEPPOL-COMMON-R050", "0151", "an Australian number with a right check digit", australian),
)
