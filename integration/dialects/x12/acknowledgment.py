"""X12 855 in: BAK02 for the whole order, ACK for each line, all 26 line codes. Source: EDI.md section 3.

An unknown code is a fault, never an accept (AK-3). Lines an answer leaves out stay unanswered, except where the header
says that only exceptions are listed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from integration.canonical import Acknowledgment, AnswerSchedule, Decoded, Fault
from integration.dialects.units import X12_TO_REC20
from integration.dialects.x12.envelope import EnvelopeError, Segment, Transaction, read

LINE_CODES = {
    "IA": "accepted", "AR": "accepted", "AC": "accepted", "AA": "accepted", "IC": "accepted", "IP": "price_changed",
    "IQ": "quantity_changed", "IS": "substituted", "DR": "date_changed", "SP": "pending", "IE": "pending", "BP": "split",
    "IB": "backordered", "ID": "rejected", "IR": "rejected", "R1": "rejected", "R2": "rejected", "R3": "rejected",
    "R4": "rejected", "R5": "rejected", "R6": "rejected", "R7": "rejected", "R8": "rejected", "IF": "on_hold",
    "IH": "on_hold", "IW": "on_hold",
}  # fmt: skip
REASONS = {
    "R1": "not a contract item", "R2": "invalid item number", "R3": "invalid unit", "R4": "contract item not available",
    "R5": "reorder as just in time", "R6": "extended delivery", "R7": "drop shipment", "R8": "surge", "ID": "deleted",
    "IF": "description incomplete", "IW": "waiver required", "AA": "forwarded to another location", "AC": "shipped",
}  # fmt: skip
# What the header says about lines it does not list.
HEADERS = {
    "AC": "lines", "AD": "accept_all", "AE": "lines", "AH": "hold", "AK": "accept_all", "AP": "lines", "AT": "accept_all",
    "NA": "none", "RD": "reject_all", "RF": "lines", "RJ": "reject_all", "RN": "hold", "RO": "hold", "RV": "reject_all",
    "ZZ": "hold",
}  # fmt: skip
PURPOSES = {"00": "original", "01": "cancel", "04": "change", "05": "replace", "06": "confirm", "07": "duplicate"}
PROMISES = {"067", "069", "055", "002", "017"}  # delivery dates; 068 and 079 are shipping dates
_IDS_FROM = 6


@dataclass(slots=True)
class _Line:
    """A PO1 with the ACK segments that follow it."""

    po1: Segment
    acks: list[Segment]
    dates: list[Segment]


def decode(raw: bytes) -> Decoded:
    """Return every 855 of an interchange as canonical answers with faults; never raises on bad input."""
    try:
        interchange = read(raw)
    except EnvelopeError as error:
        return Decoded(faults=(Fault(error.code, error.message, error.position),))
    faults = list(interchange.faults)
    answers = [_answer(t, faults) for t in interchange.transactions if t.code == "855"]
    documents = tuple(a for a in answers if a is not None)
    if not answers:
        faults.append(Fault("no_855", "The message holds no 855.", ""))
    return Decoded(documents, tuple(faults), interchange.control, interchange.sender, interchange.receiver)


def _answer(transaction: Transaction, faults: list[Fault]) -> Acknowledgment | None:
    bak = next((s for s in transaction.segments if s.tag == "BAK"), None)
    if bak is None:
        faults.append(Fault("bak_missing", "The 855 has no BAK segment.", transaction.control))
        return None
    header = HEADERS.get(bak.get(2))
    if header is None:
        faults.append(Fault("bak_type_unknown", f"BAK02 {bak.get(2)} is no type we know.", f"{bak.at}/2", bak.get(2)))
        header = "hold"
    if not bak.get(3):
        faults.append(Fault("order_number_missing", "BAK03 does not say which order is answered.", f"{bak.at}/3"))
    lines = tuple(schedule for line in _lines(transaction) for schedule in _schedules(line, faults))
    if header == "accept_all" and any(line.answer != "accepted" for line in lines):
        header = "lines"
    if header in {"accept_all", "reject_all"} and lines:
        header = "lines"
    return Acknowledgment(
        order_number=bak.get(3),
        number=bak.get(8) or transaction.control,
        answered=_date(bak.get(9) or bak.get(4), f"{bak.at}/9", faults),
        header=header,
        purpose=PURPOSES.get(bak.get(1), "original"),
        lines=lines,
        supplier_reference=bak.get(8),
    )


def _lines(transaction: Transaction) -> list[_Line]:
    found: list[_Line] = []
    for segment in transaction.segments:
        if segment.tag == "PO1":
            found.append(_Line(segment, [], []))
        elif segment.tag == "ACK" and found:
            found[-1].acks.append(segment)
        elif segment.tag == "DTM" and found:
            found[-1].dates.append(segment)
    return found


def _schedules(line: _Line, faults: list[Fault]) -> list[AnswerSchedule]:
    ids = _ids(line.po1)
    common = {"line_no": line.po1.get(1).lstrip("0"), **ids}
    if not line.acks:
        faults.append(
            Fault(
                "ack_missing",
                f"Line {line.po1.get(1)} has no ACK; it stays unanswered.",
                str(line.po1.at),
                is_fatal=False,
            )
        )
        return []
    promised = next((d for d in line.dates if d.get(1) in PROMISES), None)
    day = _date(promised.get(2), f"{promised.at}/2", faults) if promised else None
    return [_schedule(ack, common, line.po1, day, faults) for ack in line.acks]


def _schedule(
    ack: Segment, common: dict[str, str], po1: Segment, day: date | None, faults: list[Fault]
) -> AnswerSchedule:
    code = ack.get(1)
    answer = LINE_CODES.get(code)
    if answer is None:
        faults.append(
            Fault("ack_code_unknown", f"ACK01 {code} is no line status we know.", f"{ack.at}/1", code, is_fatal=False)
        )
        answer = "on_hold"
    unit = ack.get(3) or po1.get(3)
    if unit and unit not in X12_TO_REC20:
        faults.append(
            Fault(
                "unit_unknown",
                f"{unit} is no unit we know; map it in the partner's profile.",
                f"{ack.at}/3",
                unit,
                is_fatal=False,
            )
        )
    if ack.get(4) in PROMISES and ack.get(5):
        day = _date(ack.get(5), f"{ack.at}/5", faults)
    return AnswerSchedule(
        answer=answer,
        quantity=_number(ack.get(2), f"{ack.at}/2", faults),
        unit=X12_TO_REC20.get(unit, unit),
        unit_price=_number(po1.get(4), f"{po1.at}/4", faults) if answer == "price_changed" else None,
        promised=day,
        reason=REASONS.get(code, ""),
        **common,
    )


def _ids(po1: Segment) -> dict[str, str]:
    found = {"item": "", "supplier_part": "", "gtin": ""}
    for at in range(_IDS_FROM, len(po1.elements) + 1, 2):
        qualifier, value = po1.get(at), po1.get(at + 1)
        if qualifier in {"BP", "IN", "PI"}:
            found["item"] = value
        elif qualifier in {"VP", "VN"}:
            found["supplier_part"] = value
        elif qualifier in {"UP", "UK", "EN", "UI"}:
            found["gtin"] = value
    return found


def _number(text: str, position: str, faults: list[Fault]) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        faults.append(Fault("number_unreadable", f"{text[:20]} is not a number.", position, text[:20]))
        return None
    if not value.is_finite() or value < 0 or value >= 10**12:
        faults.append(Fault("number_out_of_range", f"{text[:20]} cannot be.", position, text[:20]))
        return None
    return value


def _date(text: str, position: str, faults: list[Fault]) -> date | None:
    """Read CCYYMMDD, or YYMMDD with a window of twenty years ahead."""
    if not text:
        return None
    digits = text if len(text) == 8 else f"20{text}" if len(text) == 6 else ""  # noqa: PLR2004 - the two forms
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        faults.append(Fault("date_unreadable", f"{text[:20]} is not a date.", position, text[:20], is_fatal=False))
        return None
