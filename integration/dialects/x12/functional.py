"""X12 997: what we say about the syntax of a partner's groups, and what a partner says about ours.

Source: EDI.md section 2. It is matched on group and set control numbers, agrees to nothing, and is never itself answered.
"""

from integration.canonical import Fault, FunctionalAnswer, ReceivedGroup, ReceivedSet, SetVerdict
from integration.dialects.x12.envelope import Transaction
from integration.dialects.x12.segments import Segment
from integration.dialects.x12.writer import Address, free, write

UNANSWERED = {"FA"}  # the functional group of 997 and 999
VERDICTS = {
    "A": "accepted", "E": "accepted_with_errors", "P": "partial", "R": "rejected", "M": "rejected", "W": "rejected",
    "X": "rejected",
}  # fmt: skip
# Element 718: why a set is in error. What we find inside a segment is code 5.
_SET_CODES = {"se_missing": "2", "se_control": "3", "se_count": "4"}
# Element 716: why a group is in error.
_GROUP_CODES = {"group_control": "4", "group_count": "5", "ge_missing": "3"}
_MAX_CODES = 5


def encode(
    groups: tuple[ReceivedGroup, ...], address: Address, *, control: int, stamp: str, refused: bool
) -> list[bytes]:
    """Return one 997 per group we received, numbered upwards from `control`; groups of 997s get none.

    `refused` says that we took nothing of the message: then no set of it counts as accepted.
    """
    owed = [group for group in groups if group.code not in UNANSWERED]
    return [
        write(
            address, code="997", group_code="FA", control=control + i, stamp=stamp, body=_body(group, refused=refused)
        )
        for i, group in enumerate(owed)
    ]


def _body(group: ReceivedGroup, *, refused: bool) -> list[list[str]]:
    rows = [["AK1", group.code, group.control]]
    verdicts = []
    for one in group.sets:
        verdict = _verdict(one, refused=refused)
        verdicts.append(verdict)
        rows.append(["AK2", one.code, one.control])
        rows += [_note(fault) for fault in one.faults if "/" in fault.position and fault.code not in _SET_CODES]
        rows.append(["AK5", verdict, *_codes(one, verdict)])
    taken = sum(verdict != "R" for verdict in verdicts)
    codes = [_GROUP_CODES[f.code] for f in group.faults if f.code in _GROUP_CODES][:_MAX_CODES]
    whole = _group_verdict(verdicts, codes, refused=refused)
    rows.append(["AK9", whole, group.declared or str(len(group.sets)), str(len(group.sets)), str(taken), *codes])
    return rows


def _verdict(one: ReceivedSet, *, refused: bool) -> str:
    if refused or any(fault.is_fatal for fault in one.faults):
        return "R"
    return "E" if one.faults else "A"


def _group_verdict(verdicts: list[str], codes: list[str], *, refused: bool) -> str:
    if refused or not verdicts:
        return "R"
    if "R" in verdicts:
        return "R" if set(verdicts) == {"R"} else "P"
    return "E" if "E" in verdicts or codes else "A"


def _codes(one: ReceivedSet, verdict: str) -> list[str]:
    if verdict == "A":
        return []
    found = dict.fromkeys(_SET_CODES.get(fault.code, "5") for fault in one.faults)
    return list(found)[:_MAX_CODES]


def _note(fault: Fault) -> list[str]:
    """Return an AK3 that points at the segment: its position in the set, and 8 for "has data element errors"."""
    place = fault.position.partition("/")[0]
    return ["AK3", free(fault.code.upper(), 3), place if place.isdigit() else "", "", "8"]


def read_answers(transaction: Transaction) -> FunctionalAnswer | None:
    """Return what a 997 says about a group of ours, its faults added to the set."""
    ak1 = next((s for s in transaction.segments if s.tag == "AK1"), None)
    ak9 = next((s for s in transaction.segments if s.tag == "AK9"), None)
    if ak1 is None or ak9 is None:
        transaction.faults.append(Fault("ak_missing", "The 997 has no AK1 or no AK9 segment.", "2"))
        return None
    verdict = VERDICTS.get(ak9.get(1))
    if verdict is None:
        transaction.faults.append(
            Fault("ak9_unknown", f"AK901 {ak9.get(1)[:10]} is no verdict we know.", transaction.place(ak9, 1))
        )
        return None
    return FunctionalAnswer(ak1.get(1), ak1.get(2), verdict, tuple(_sets(transaction)))


def _sets(transaction: Transaction) -> list[SetVerdict]:
    found: list[SetVerdict] = []
    opened: Segment | None = None
    details: list[str] = []
    for segment in transaction.segments:
        if segment.tag == "AK2":
            opened, details = segment, []
        elif segment.tag in {"AK3", "AK4"}:
            details.append(" ".join([segment.tag, *(e for e in segment.elements if e)]))
        elif segment.tag == "AK5" and opened is not None:
            word = VERDICTS.get(segment.get(1), "rejected")
            found.append(SetVerdict(opened.get(1), opened.get(2), word, "; ".join(details)[:500]))
            opened = None
    return found
