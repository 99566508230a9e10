"""Numbers as people write them, read strictly: what can be read in two ways is refused with both readings (UX 9)."""

import re
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop

LOCALE = "en_GB"
COUNTED = gettext_noop("quantity"), gettext_noop("price")  # what the doors count
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
        unread = gettext("“%(text)s” is not a %(what)s; type it as 12 or 12.5.")
        raise ValidationError(unread % {"text": text[:40], "what": gettext(what)}, code="not_a_number")
    if counted["sign"] or len(counted["whole"].lstrip("0")) > _MOST_DIGITS:
        beyond = gettext("a %(what)s is zero or more, and below a thousand million.")
        raise ValidationError(beyond % {"what": gettext(what)}, code="number_out_of_range")
    if len(counted["part"] or "") > decimals:
        raise ValidationError(gettext("use at most %(n)s decimals.") % {"n": decimals}, code="number_too_precise")
    return Decimal(f"{counted['whole']}.{counted['part'] or 0}")


class NumberField(forms.Field):
    """A decimal typed by a person in a plain text box."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "num", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:
        """Return the number, or nothing for an empty box."""
        if isinstance(value, Decimal):
            return value
        return read_number(str(value)) if str(value or "").strip() else None
