"""Numbers and dates as X12 writes them; what cannot be read is a fault with its place."""

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal

from integration.canonical import Fault

_NUMBER = re.compile(r"-?(\d{1,15}(\.\d{0,9})?|\.\d{1,9})", re.ASCII)
_DATE = re.compile(r"\d{8}|\d{6}", re.ASCII)
_LONG = 8


def number(text: str, position: str, faults: list[Fault]) -> Decimal | None:
    """Return a decimal of type R, zero or more; empty is nothing."""
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        faults.append(Fault("number_unreadable", f"{text[:20]} is not a number.", position, text[:20]))
        return None
    value = Decimal(text)
    if value < 0 or value >= 10**12:
        faults.append(Fault("number_out_of_range", f"{text[:20]} cannot be.", position, text[:20]))
        return None
    return value


def day(text: str, position: str, faults: list[Fault]) -> date | None:
    """Read CCYYMMDD, or YYMMDD of this century; a day that cannot be read is noted and left open."""
    if not text:
        return None
    digits = text if len(text) == _LONG else f"20{text}"
    if _DATE.fullmatch(text):
        with suppress(ValueError):
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    faults.append(Fault("date_unreadable", f"{text[:20]} is not a date.", position, text[:20], is_fatal=False))
    return None
