"""Numbers as people write them, read strictly: what can be read in two ways is refused with both readings (UX 9)."""

import re
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from django import forms
from django.core.exceptions import ValidationError

LOCALE = "en_GB"
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


class NumberField(forms.Field):
    """A decimal typed by a person in a plain text box."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:
        """Return the number, or nothing for an empty box."""
        if isinstance(value, Decimal):
            return value
        return read_number(str(value)) if str(value or "").strip() else None
