"""Numbers as people write them, read strictly: what can be read in two ways is refused with both readings (UX 9)."""

import re
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from django import forms
from django.core.exceptions import ValidationError

LOCALE = "en_GB"
_COUNTED = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]+)(?:[.,](?P<part>[0-9]+))?")
_MOST_DIGITS = 9  # before the point
_WRITTEN = re.compile(r"[+-]?[\d.,\s]*\d[\d.,\s]*")


def read_number(text: str) -> Decimal:
    """Return the number a text says: 1234, 1,234 or 1234.5.

    :raises ValidationError: it is no number, or it can be read in two ways; both are named.
    """
    typed = text.strip()
    if not _WRITTEN.fullmatch(typed):
        raise ValidationError(f"“{typed[:40]}” is not a number. Write it like 1234.5.", code="not_a_number")
    try:
        return Decimal(parse_decimal(typed, locale=LOCALE, strict=True))
    except NumberFormatError as error:
        readings = " or ".join(sorted(error.suggestions or [], key=lambda reading: (len(reading), reading)))
        cure = f"Did you mean {readings}?" if readings else "Write it like 1234.5."
        raise ValidationError(f"“{typed[:40]}” can be misread. {cure}", code="ambiguous_number") from error


def read_counted(text: str, decimals: int, what: str = "quantity") -> Decimal:
    """Return an amount counted at a door: plain digits with one point or comma before at most so many decimals.

    :raises ValidationError: it is something else, too large or too fine.
    """
    counted = _COUNTED.fullmatch(text)
    if counted is None:
        raise ValidationError(f"“{text[:40]}” is not a {what}; type it as 12 or 12.5.", code="not_a_number")
    if counted["sign"] or len(counted["whole"].lstrip("0")) > _MOST_DIGITS:
        raise ValidationError(f"a {what} is zero or more, and below a thousand million.", code="number_out_of_range")
    if len(counted["part"] or "") > decimals:
        raise ValidationError(f"use at most {decimals} decimals.", code="number_too_precise")
    return Decimal(f"{counted['whole']}.{counted['part'] or 0}")


class NumberField(forms.Field):
    """A decimal typed by a person in a plain text box."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:
        """Return the number, or nothing for an empty box."""
        if isinstance(value, Decimal):
            return value
        return read_number(str(value)) if str(value or "").strip() else None
