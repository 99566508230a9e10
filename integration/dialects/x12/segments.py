"""X12 bytes to segments: each interchange brings its own separators, and real files bend every rule about them.

Source: EDI.md sections 1 and 9. Tolerated: a byte order mark, indentation, blank lines, an ISA that lost its padding,
lines wrapped inside a segment. Refused: control characters in data, and anything beyond the limits below.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SEGMENTS = 100_000  # an answer of ten thousand lines has about half as many
MAX_ELEMENT = 4_000
MAX_ELEMENTS = 100  # of a segment; no standard one has half as many
MAX_SEGMENT = 20_000  # characters
ISA_ELEMENTS = 16
_SHORTEST_ISA, _FULL_ISA = 40, 106
_CONTROL = re.compile(r"[\x00-\x1f]")
_FIRST = re.compile(r"ISA(?=[^A-Za-z0-9\s])")


class EnvelopeError(Exception):
    """Bytes that cannot be read as an interchange at all, or a document that cannot be written as one."""

    def __init__(self, code: str, message: str, position: str = "", cure: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.position, self.cure = code, message, position, cure


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; `at` is its number in the interchange, from 1."""

    tag: str
    elements: tuple[str, ...]
    at: int

    def get(self, number: int) -> str:
        """Return an element by its number from 1, empty when it was left out."""
        return self.elements[number - 1].strip() if 0 < number <= len(self.elements) else ""


def text_of(raw: bytes) -> str:
    """Return the text; X12 declares no character set, so bytes that are not UTF-8 are Latin-1."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def interchanges(text: str) -> Iterator[list[Segment]]:
    """Yield the segments of each interchange, from ISA to IEA or to the next ISA.

    :raises EnvelopeError: there is none, or it cannot be taken apart.
    """
    found = _FIRST.search(text)
    if found is None:
        raise EnvelopeError("no_isa", "The message does not start with an ISA segment.", "1")
    position = found.start()
    while found is not None:
        segments, position = _one(text, position)
        yield segments
        found = _FIRST.search(text, position)
        position = found.start() if found else position


def _one(text: str, start: int) -> tuple[list[Segment], int]:
    element, terminator = _separators(text, start)
    if terminator == element or terminator.isalnum() or terminator == " ":
        raise EnvelopeError(
            "separators_unusable", "The ISA ends with a letter, a digit or its own element separator.", "1/16",
            cure="Use a sign that is not in the data, such as ~.",
        )  # fmt: skip
    segments: list[Segment] = []
    position, empty = start, 0
    while position < len(text):
        end = text.find(terminator, position)
        end = len(text) if end < 0 else end
        if end - position > MAX_SEGMENT:
            raise EnvelopeError(
                "segment_too_long", f"A segment is longer than {MAX_SEGMENT} characters.", str(len(segments) + 1)
            )
        piece = text[position:end].strip("\r\n\t \x1a")  # \x1a ends files that once went over a modem
        if segments and piece.startswith(f"ISA{element}"):
            break
        position = end + 1
        if not piece:
            empty += 1
            if empty > MAX_SEGMENTS:
                raise _too_many(len(segments) + 1)
            continue
        own = segments[0].elements[-1] if segments else piece  # ISA16 may itself be a control character
        segments.append(_segment(piece, element, len(segments) + 1, own + "\t"))
        if segments[-1].tag == "IEA":
            break
    return segments, position


def _segment(piece: str, element: str, number: int, allowed: str) -> Segment:
    if number > MAX_SEGMENTS:
        raise _too_many(number)
    if "\n" in piece or "\r" in piece:
        piece = piece.replace("\r", "").replace("\n", "")  # wrapped at a fixed width by a transport
    tag, *elements = piece.split(element, MAX_ELEMENTS + 1)
    if len(elements) > MAX_ELEMENTS:
        raise EnvelopeError("too_many_elements", f"A segment has more than {MAX_ELEMENTS} elements.", str(number))
    if len(piece) > MAX_ELEMENT or _CONTROL.search(piece):
        _check(elements, number, allowed)
    return Segment(tag.strip(), tuple(elements), number)


def _too_many(number: int) -> EnvelopeError:
    return EnvelopeError(
        "too_many_segments",
        f"The interchange has more than {MAX_SEGMENTS} segments.",
        str(number),
        cure="Send it in parts.",
    )


def _check(elements: list[str], number: int, allowed: str) -> None:
    for place, value in enumerate(elements, start=1):
        if len(value) > MAX_ELEMENT:
            raise EnvelopeError(
                "element_too_long", f"An element is longer than {MAX_ELEMENT} characters.", f"{number}/{place}"
            )
        if any(char not in allowed for char in _CONTROL.findall(value)):
            raise EnvelopeError("control_character", "An element holds a control character.", f"{number}/{place}")


def _separators(text: str, start: int) -> tuple[str, str]:
    """Return the element separator and the segment terminator of the interchange that begins at `start`."""
    isa = text[start : start + _FULL_ISA]
    if len(isa) < _SHORTEST_ISA:
        raise EnvelopeError("isa_unreadable", "The ISA segment is too short to read its separators.", "1")
    element = isa[3]
    if len(isa) == _FULL_ISA and isa[103] == element and isa.count(element) == ISA_ELEMENTS and isa[105] not in " \t":
        return element, isa[105]
    position = start
    for _ in range(ISA_ELEMENTS):
        position = text.find(element, position + 1)
        if position < 0 or position > start + 2 * _FULL_ISA:
            raise EnvelopeError("isa_unreadable", "The ISA segment has fewer than 16 elements.", "1")
    return element, _terminator(text, position, element)


def _terminator(text: str, last: int, element: str) -> str:
    """Return what stands between ISA16, which may be missing, and the segment after the ISA."""
    following = re.compile(rf"\s*(?:GS|TA1|ISB|IEA){re.escape(element)}")
    for offset in (2, 1):
        at = last + offset
        while text[at : at + 1] in {" ", "\t"}:  # blanks at the end of a line, whose end is the terminator
            at += 1
        candidate = text[at : at + 1]
        if candidate and following.match(text, at + 1):
            if candidate in "\r\n" and following.match(text, last + 2) and text.count(text[last + 1], last) > 2:  # noqa: PLR2004 - more than once or twice by chance
                return text[last + 1]  # no component separator: a terminator, then a new line
            return candidate
    raise EnvelopeError("isa_unreadable", "No GS segment follows the ISA.", "2")
