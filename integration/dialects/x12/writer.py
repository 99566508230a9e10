"""Segments to X12 bytes. X12 has no escape, so a separator in free text becomes a space and in an id is refused.

Source: EDI.md section 9: field lengths bite on output; an id is refused, never cut or altered.
"""

import unicodedata
from dataclasses import dataclass

from integration.dialects.x12.segments import EnvelopeError

SEPARATORS = "*~>^|"
_SEPARATE = str.maketrans(dict.fromkeys(SEPARATORS, " "))
# What has no letter of its own to fall back on.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l",
     "Ł": "L", "þ": "th", "Þ": "Th", "€": "EUR", "£": "GBP", "µ": "u", "\u2013": "-", "\u2014": "-", "\u2018": "'",
     "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00d7": "x", "\u00a0": " "}
)  # fmt: skip
MAX_CONTROL = 999_999_999
_ISA_ID = 15


@dataclass(frozen=True, slots=True)
class Address:
    """Envelope addresses of a partner: qualifier and id of both sides; `usage` is P for production, T for test."""

    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    usage: str = "P"


def free(text: str, longest: int) -> str:
    """Return free text without separators and accents, cut to the element's length."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    ascii_ = "".join(char if " " <= char <= "~" else "?" for char in plain if not unicodedata.combining(char))
    return " ".join(ascii_.translate(_SEPARATE).split())[:longest].rstrip()


def identifier(value: str, longest: int, what: str) -> str:
    """Return an id unchanged.

    :raises EnvelopeError: it is too long, or holds what X12 cannot carry.
    """
    if len(value) > longest:
        raise EnvelopeError("id_too_long", f"{what} {value} is longer than the {longest} characters X12 has for it.")
    if any(not " " <= char <= "~" or char in SEPARATORS for char in value):
        raise EnvelopeError("id_unwritable", f"{what} {value!r} holds a character X12 cannot carry.")
    return value.strip()


def write(
    address: Address, *, code: str, group_code: str, control: int, stamp: str, body: list[list[str]], version: str = "004010"
) -> bytes:  # fmt: skip
    """Return an interchange with one transaction set; `stamp` is `YYYYMMDDHHMM` of the sending instant.

    :raises EnvelopeError: an address or control number does not fit the envelope.
    """
    if not 0 < control <= MAX_CONTROL:
        raise EnvelopeError("control_number", f"{control} is no control number.")
    sender = identifier(address.sender, _ISA_ID, "Our id")
    receiver = identifier(address.receiver, _ISA_ID, "The partner's id")
    set_control = f"{control % 10_000:04d}"
    rows = [["ST", code, set_control], *body]
    rows.append(["SE", str(len(rows) + 1), set_control])
    isa = [
        "ISA", "00", " " * 10, "00", " " * 10, address.sender_qualifier.ljust(2), sender.ljust(_ISA_ID),
        address.receiver_qualifier.ljust(2), receiver.ljust(_ISA_ID), stamp[2:8], stamp[8:12], "U", "00401",
        f"{control:09d}", "0", address.usage, ">",
    ]  # fmt: skip
    gs = ["GS", group_code, sender, receiver, stamp[:8], stamp[8:12], str(control), "X", version]
    every = [gs, *rows, ["GE", "1", str(control)], ["IEA", "1", f"{control:09d}"]]
    return ("*".join(isa) + "~\n" + "".join(f"{_segment(row)}~\n" for row in every)).encode("ascii")


def _segment(row: list[str]) -> str:
    while row and not row[-1]:
        row = row[:-1]
    for element in row:
        if any(not " " <= char <= "}" or char in SEPARATORS for char in element):
            raise EnvelopeError("element_unwritable", f"{row[0]}: {element!r} holds a separator or control character.")
    return "*".join(row)
