"""JSON as we accept it from outside. Source: RELIABILITY section 5, "Framework gaps"."""

import json
from decimal import Decimal
from typing import Any

from foundation.errors import InvalidError

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
_MAX_DIGITS = 40


def loads(raw: bytes, most: int = MAX_BYTES) -> Any:
    """Return the document of at most so many bytes; fractions become Decimal, never float.

    :raises InvalidError: too large, too deep, not UTF-8, not JSON, a key twice, NUL or lone surrogates in a text.
    """
    if len(raw) > most:
        raise InvalidError("json_too_large", f"The document is larger than {most} bytes. Send it in parts.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidError("json_not_utf8", f"Byte {error.start} is not UTF-8.", position=error.start) from error
    _refuse_deep(text)
    try:
        document = json.loads(
            text, object_pairs_hook=_pairs, parse_float=_decimal, parse_int=_integer, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        raise InvalidError(
            "json_malformed", f"Line {error.lineno}, column {error.colno}: {error.msg}.", line=error.lineno
        ) from error
    _refuse_bad_text(document)
    return document


def _refuse_deep(text: str) -> None:
    """Count brackets outside strings before the recursive parser sees them."""
    depth, in_string, escaped = 0, False, False
    for char in text:
        if in_string:
            escaped, in_string = (char == "\\" and not escaped), not (char == '"' and not escaped)
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidError("json_too_deep", f"The document is nested deeper than {MAX_DEPTH} levels.")
        elif char in "]}":
            depth -= 1


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InvalidError(
                "json_duplicate_key", f"The key {key[:60]!r} stands twice in one object.", field=key[:60]
            )
        found[key] = value
    return found


def _decimal(text: str) -> Decimal:
    if len(text) > _MAX_DIGITS:
        raise InvalidError("json_number_too_long", f"A number has more than {_MAX_DIGITS} characters.", value=text[:60])
    value = Decimal(text)
    if value and abs(value.adjusted()) > _MAX_DIGITS:
        raise InvalidError("json_number_out_of_range", f"The number {text} cannot be.", value=text)
    return value


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise InvalidError("json_number_too_long", f"A number has more than {_MAX_DIGITS} characters.", value=text[:60])
    return int(text)


def _constant(text: str) -> Any:
    raise InvalidError("json_not_a_number", f"{text} is not a number that can be used.", value=text)


def _refuse_bad_text(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise InvalidError("json_bad_text", "A text holds a NUL or half a surrogate pair.", value=repr(value)[:60])
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_bad_text(key)
            _refuse_bad_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_bad_text(inner)
