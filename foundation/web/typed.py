"""What a page reads of a form or an address without a form class: anybody may change it on the way."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from foundation.errors import InvalidError

V = TypeVar("V", bound=Callable[..., Any])
NO_VERSION = -1  # no document has it, so a service calls it stale
_LONGEST = 50_000  # characters of one field; the longest honest one is a pasted list of lines
_DIGITS_OF_KEY = 18  # below the range of a bigint
_DIGITS_OF_VERSION = 9  # below the range of an integer


def whole(text: str | None, digits: int = _DIGITS_OF_KEY) -> int | None:
    """Return a plain whole number of at most so many digits, else nothing."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None


def seen_version(request: HttpRequest) -> int:
    """Return the version that was on screen; nonsense is refused like a stale one, and never an error of ours."""
    number = whole(request.POST.get("version"), _DIGITS_OF_VERSION)
    return NO_VERSION if number is None else number


def takes_long(characters: int) -> Callable[[V], V]:
    """Let a page take fields of more characters than others do, such as a pasted table. The outermost decorator."""

    def mark(view: V) -> V:
        view.longest_field = characters  # type: ignore[attr-defined]  # read by longest_of
        return view

    return mark


def longest_of(view: object) -> int:
    """Return how many characters a field of a page may hold."""
    return int(getattr(view, "longest_field", _LONGEST))


def unusable(sent: QueryDict, most: int = _LONGEST) -> InvalidError | None:
    """Return the refusal of the first field that holds what no field of ours may: a NUL, or more than `most` characters."""
    for name, values in sent.lists():
        label = f"The field {name[:40]!r}"
        if any("\x00" in text for text in (name, *values)):
            return InvalidError(
                "text_unusable", f"{label} holds a character that cannot be used.", field=name[:40], value="NUL (0x00)",
                cure="Type the text again; it came with an invisible character when it was copied.",
            )  # fmt: skip
        longest = max((len(text) for text in values), default=0)
        if longest > most:
            return InvalidError(
                "text_too_long", f"{label} holds {longest:,} characters. At most {most:,} can be sent.",
                field=name[:40], cure="Send it in parts.",
            )  # fmt: skip
    return None


def words(request: HttpRequest, name: str = "reason", longest: int = 300) -> str:
    """Return what was typed into a box, without the blanks around it. Nothing of it is ever cut off.

    :raises InvalidError: it is longer than the document keeps.
    """
    text = (request.POST.get(name) or "").strip()
    if len(text) > longest:
        label = name.replace("_", " ").capitalize()
        raise InvalidError(
            "text_too_long", f"{label} has {len(text):,} characters. Use at most {longest:,}.", field=name,
            cure="Say it shorter.",
        )  # fmt: skip
    return text


def onward(request: HttpRequest, otherwise: str) -> str:
    """Return the page a form asked to open next, if it is one of this host, else `otherwise`."""
    target = request.POST.get("next") or ""
    here = url_has_allowed_host_and_scheme(target, allowed_hosts=None, require_https=request.is_secure())
    return target if here and target.startswith("/") else otherwise
