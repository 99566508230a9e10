"""X12 envelopes: separators come from the ISA of the interchange, counts and control numbers are checked.

Source: EDI.md section 1. Wrong counts are noted and tolerated, differing control numbers refuse.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from integration.canonical import Fault

MAX_SEGMENTS = 200_000
MAX_ELEMENT = 4_000
_ISA_ELEMENTS = 16


class EnvelopeError(Exception):
    """The bytes cannot be read as an interchange at all."""

    def __init__(self, code: str, message: str, position: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.position = code, message, position


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; `at` is its number in the interchange, from 1."""

    tag: str
    elements: tuple[str, ...]
    at: int

    def get(self, number: int) -> str:
        """Return an element by its number from 1, empty when it was left out."""
        return self.elements[number - 1].strip() if number <= len(self.elements) else ""


@dataclass(slots=True)
class Transaction:
    """A transaction set: its code, control number and the segments between ST and SE."""

    code: str
    control: str
    group_code: str
    group_control: str
    segments: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class Interchange:
    """What was sent: who, to whom, under which number, with every fault of the envelope."""

    sender: str
    receiver: str
    control: str
    transactions: list[Transaction]
    faults: list[Fault]


def split(text: str) -> Iterator[Segment]:
    """Yield the segments of an interchange.

    :raises EnvelopeError: no ISA, or no separators can be told from it.
    """
    start = text.find("ISA")
    if start < 0:
        raise EnvelopeError("no_isa", "The message does not start with an ISA segment.", "1")
    body = text[start:]
    if len(body) < 20 or body[3].isalnum():  # noqa: PLR2004 - shorter than any ISA
        raise EnvelopeError("isa_unreadable", "The ISA segment is too short to read its separators.", "1")
    element = body[3]
    terminator = _terminator(body, element)
    number = 0
    for raw in body.split(terminator):
        piece = raw.strip("\r\n\t ") if terminator not in "\r\n" else raw.strip("\r\n")
        if not piece:
            continue
        number += 1
        if number > MAX_SEGMENTS:
            raise EnvelopeError("too_many_segments", f"The message has more than {MAX_SEGMENTS} segments.", str(number))
        tag, *elements = piece.split(element)
        if any(len(e) > MAX_ELEMENT for e in elements):
            raise EnvelopeError("element_too_long", f"An element is longer than {MAX_ELEMENT} characters.", str(number))
        yield Segment(tag.strip(), tuple(elements), number)


def _terminator(body: str, element: str) -> str:
    """Return the segment terminator: at its fixed place, or after ISA16 when the padding was lost."""
    if len(body) > 105 and body[103] == element and body[:106].count(element) == _ISA_ELEMENTS:  # noqa: PLR2004
        return body[105]
    position = 0
    for _ in range(_ISA_ELEMENTS):
        position = body.find(element, position + 1)
        if position < 0:
            raise EnvelopeError("isa_unreadable", "The ISA segment has fewer than 16 elements.", "1")
    gs = body.find("GS" + element, position)
    if gs < 0 or gs - position < 2:  # noqa: PLR2004 - ISA16 and a terminator stand between
        raise EnvelopeError("isa_unreadable", "No GS segment follows the ISA.", "2")
    return body[position + 2] if gs - position > 2 else body[position + 1]  # noqa: PLR2004


def read(raw: bytes) -> Interchange:
    """Read an interchange into transaction sets, collecting the faults of its envelope.

    :raises EnvelopeError: it cannot be read at all.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    segments = list(split(text))
    isa = segments[0]
    found = Interchange(isa.get(6), isa.get(8), isa.get(13), [], [])
    group_code = group_control = ""
    groups = sets = 0
    current: Transaction | None = None
    for segment in segments[1:]:
        if segment.tag == "GS":
            group_code, group_control, sets, groups = segment.get(1), segment.get(6), 0, groups + 1
        elif segment.tag == "ST":
            current = Transaction(segment.get(1), segment.get(2), group_code, group_control)
            sets += 1
        elif segment.tag == "SE":
            _check_set(found, current, segment)
            current = None
        elif segment.tag == "GE":
            _compare(found, segment, group_control, sets, "group")
        elif segment.tag == "IEA":
            _compare(found, segment, found.control, groups, "interchange")
        elif current is not None:
            current.segments.append(segment)
    if current is not None:
        found.faults.append(Fault("se_missing", "A transaction set has no SE segment.", str(segments[-1].at)))
    return found


def _check_set(found: Interchange, current: Transaction | None, se: Segment) -> None:
    if current is None:
        found.faults.append(Fault("se_without_st", "An SE segment closes nothing.", str(se.at)))
        return
    found.transactions.append(current)
    count = str(len(current.segments) + 2)
    if se.get(1).lstrip("0") != count:
        found.faults.append(
            Fault(
                "se_count",
                f"SE01 says {se.get(1)} segments, there are {count}.",
                f"{se.at}/1",
                se.get(1),
                is_fatal=False,
            )
        )
    if se.get(2) != current.control:
        found.faults.append(
            Fault("se_control", f"SE02 is {se.get(2)}, ST02 is {current.control}.", f"{se.at}/2", se.get(2))
        )


def _compare(found: Interchange, segment: Segment, control: str, count: int, what: str) -> None:
    if segment.get(1).lstrip("0") != str(count):
        found.faults.append(
            Fault(
                f"{what}_count",
                f"The {what} says {segment.get(1)}, there are {count}.",
                f"{segment.at}/1",
                is_fatal=False,
            )
        )
    if segment.get(2).lstrip("0") != control.lstrip("0"):
        found.faults.append(
            Fault(
                f"{what}_control",
                f"The {what} ends with control number {segment.get(2)}, it began with {control}.",
                f"{segment.at}/2",
            )
        )


@dataclass(frozen=True, slots=True)
class Address:
    """Envelope addresses of a partner: qualifier and id of both sides."""

    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    usage: str = "P"


_REPLACE = str.maketrans({"*": " ", "~": " ", ">": " ", "^": " ", "\r": " ", "\n": " "})


def clean(text: str) -> str:
    """Return text without our separators and control characters: X12 has no escape (EDI.md section 9)."""
    return "".join(c for c in text.translate(_REPLACE) if c.isprintable()).strip()


def write(address: Address, *, code: str, group_code: str, control: int, stamp: str, body: list[list[str]]) -> bytes:
    """Return an interchange with one transaction set; `stamp` is `YYYYMMDDHHMM` of the sending instant."""
    rows = [["ST", code, "0001"], *body]
    rows.append(["SE", str(len(rows) + 1), "0001"])
    isa = [
        "ISA", "00", " " * 10, "00", " " * 10, address.sender_qualifier.ljust(2), address.sender.ljust(15)[:15],
        address.receiver_qualifier.ljust(2), address.receiver.ljust(15)[:15], stamp[2:8], stamp[8:12], "U", "00401",
        f"{control:09d}", "0", address.usage, ">",
    ]  # fmt: skip
    gs = [
        "GS",
        group_code,
        address.sender.strip(),
        address.receiver.strip(),
        stamp[:8],
        stamp[8:12],
        str(control),
        "X",
        "004010",
    ]
    every = [isa, gs, *rows, ["GE", "1", str(control)], ["IEA", "1", f"{control:09d}"]]
    return "".join(_segment(row) for row in every).encode("ascii", "replace")


def _segment(row: list[str]) -> str:
    if row[0] == "ISA":
        return "*".join(row) + "~"
    cleaned = [clean(element) for element in row]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    return "*".join(cleaned) + "~"
