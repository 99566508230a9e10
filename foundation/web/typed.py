"""Numbers that a page itself put into a form or an address and that anybody may change on the way."""

from django.http import HttpRequest

NO_VERSION = -1  # no document has it, so a service calls it stale
_DIGITS_OF_KEY = 18  # below the range of a bigint
_DIGITS_OF_VERSION = 9  # below the range of an integer


def whole(text: str | None, digits: int = _DIGITS_OF_KEY) -> int | None:
    """Return a plain whole number of at most so many digits, else nothing."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None


def seen_version(request: HttpRequest) -> int:
    """Return the version that was on screen; nonsense is refused like a stale one, and never an error of ours."""
    number = whole(request.POST.get("version"), _DIGITS_OF_VERSION)
    return NO_VERSION if number is None else number
