"""X12 interchanges, groups and sets, with every fault of the envelope. Source: EDI.md section 1.

Wrong counts are noted and tolerated, differing control numbers and missing trailers refuse.
"""

from dataclasses import dataclass, field

from integration.canonical import Fault, ReceivedGroup, ReceivedSet
from integration.dialects.x12.segments import Segment, interchanges, text_of


@dataclass(slots=True)
class Transaction:
    """A transaction set: code, control number, the segments between ST and SE, and its own faults."""

    code: str
    control: str
    group_code: str
    group_control: str
    at: int  # number of its ST in the interchange
    segments: list[Segment] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_closed: bool = False

    def place(self, segment: Segment, element: int | None = None) -> str:
        """Return where a segment stands in the set (ST is 1), as the functional answer counts it."""
        inside = segment.at - self.at + 1
        return str(inside) if element is None else f"{inside}/{element}"


@dataclass(slots=True)
class Group:
    """A functional group: documents of one kind."""

    code: str
    control: str
    at: int  # number of its GS in the interchange
    sets: list[Transaction] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    declared: str = ""
    is_closed: bool = False


@dataclass(slots=True)
class Interchange:
    """What was sent: who, to whom, under which number, and the groups in it."""

    sender: str
    receiver: str
    control: str
    usage: str
    groups: list[Group] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def transactions(self) -> list[Transaction]:
        """Return the sets of every group."""
        return [transaction for group in self.groups for transaction in group.sets]

    def all_faults(self) -> list[Fault]:
        """Return the faults of the interchange, its groups and sets."""
        found = list(self.faults)
        for group in self.groups:
            found += group.faults
            found += [fault for transaction in group.sets for fault in transaction.faults]
        return found

    def received(self) -> tuple[ReceivedGroup, ...]:
        """Return the groups as a functional answer needs them."""
        return tuple(
            ReceivedGroup(
                g.code,
                g.control,
                tuple(ReceivedSet(t.code, t.control, tuple(t.faults)) for t in g.sets),
                g.declared,
                tuple(g.faults),
            )
            for g in self.groups
        )


def read(raw: bytes) -> list[Interchange]:
    """Read every interchange of a message.

    :raises EnvelopeError: it cannot be read at all.
    """
    found = [_interchange(segments) for segments in interchanges(text_of(raw))]
    seen: set[tuple[str, str, str]] = set()
    for one in found:
        key = (one.sender, one.receiver, one.control)
        if key in seen:
            one.faults.append(_repeated("interchange", one.control, "1/13"))
        seen.add(key)
    return found


def _interchange(segments: list[Segment]) -> Interchange:
    isa = segments[0]
    found = Interchange(isa.get(6), isa.get(8), isa.get(13), isa.get(15))
    closed = False
    for segment in segments[1:]:
        if segment.tag == "IEA":
            closed = True
            _compare(found.faults, segment, found.control, len(found.groups), "interchange")
        else:
            _take(found, segment)
    last = str(segments[-1].at)
    if not closed:
        said = "The interchange has no IEA segment; it may be cut off."
        found.faults.append(Fault("iea_missing", said, last, cure="Send the whole interchange again."))
    for group in found.groups:
        if not group.is_closed:
            group.faults.append(Fault("ge_missing", f"Group {group.control[:10]} has no GE segment.", last))
        for transaction in group.sets:
            if not transaction.is_closed:
                said = f"Set {transaction.control[:10]} has no SE segment."
                transaction.faults.append(Fault("se_missing", said, last))
    _find_repeats(found)
    return found


def _find_repeats(found: Interchange) -> None:
    """Note groups and sets that carry the number of an earlier one: a gap is legal, a repeat is not."""
    groups: set[tuple[str, str]] = set()
    for group in found.groups:
        if (group.code, group.control) in groups:
            group.faults.append(_repeated("group", group.control, str(group.at)))
        groups.add((group.code, group.control))
        sets: set[tuple[str, str]] = set()
        for transaction in group.sets:
            if (transaction.code, transaction.control) in sets:
                transaction.faults.append(_repeated("set", transaction.control, str(transaction.at)))
            sets.add((transaction.code, transaction.control))


def _repeated(what: str, control: str, position: str) -> Fault:
    return Fault(
        f"{what}_repeated", f"Two of the message's {what}s have control number {control[:10]}.", position, control[:10],
        cure="Give each its own number.",
    )  # fmt: skip


def _take(found: Interchange, segment: Segment) -> None:
    if segment.tag == "GS":
        found.groups.append(Group(segment.get(1), segment.get(6), segment.at))
        return
    if not found.groups or found.groups[-1].is_closed:
        if segment.tag not in {"TA1", "ISB", "ISE"}:
            found.faults.append(Fault("outside_group", f"{segment.tag[:10]} stands outside a group.", str(segment.at)))
        return
    group = found.groups[-1]
    current = group.sets[-1] if group.sets and not group.sets[-1].is_closed else None
    if segment.tag == "ST":
        group.sets.append(Transaction(segment.get(1), segment.get(2), group.code, group.control, segment.at))
    elif segment.tag == "GE":
        group.is_closed, group.declared = True, segment.get(1)
        _compare(group.faults, segment, group.control, len(group.sets), "group")
    elif current is None:
        group.faults.append(Fault("outside_set", f"{segment.tag[:10]} stands outside a set.", str(segment.at)))
    elif segment.tag == "SE":
        _close(current, segment)
    else:
        current.segments.append(segment)


def _close(current: Transaction, se: Segment) -> None:
    current.is_closed = True
    count = se.at - current.at + 1
    if se.get(1).lstrip("0") != str(count):
        current.faults.append(
            Fault(
                "se_count", f"SE01 says {se.get(1)[:10]} segments, there are {count}.", current.place(se, 1),
                se.get(1)[:10], is_fatal=False, cure="Count every segment from ST to SE.",
            )
        )  # fmt: skip
    if se.get(2) != current.control:
        current.faults.append(
            Fault(
                "se_control", f"SE02 is {se.get(2)[:10]}, ST02 is {current.control[:10]}.", current.place(se, 2),
                se.get(2)[:10], cure="Repeat ST02 in SE02.",
            )
        )  # fmt: skip


def _compare(faults: list[Fault], segment: Segment, control: str, count: int, what: str) -> None:
    if segment.get(1).lstrip("0") != str(count):
        said = segment.get(1)[:10]
        faults.append(
            Fault(
                f"{what}_count", f"The {what} says {said}, there are {count}.", f"{segment.at}/1", said, is_fatal=False
            )
        )
    if segment.get(2).lstrip("0") != control.lstrip("0"):
        said = segment.get(2)[:10]
        faults.append(
            Fault(
                f"{what}_control", f"The {what} ends with control number {said}, it began with {control[:10]}.",
                f"{segment.at}/2", said, cure="Repeat the control number of the header.",
            )
        )  # fmt: skip
