"""X12 855 in: BAK02 for the whole order, ACK for each line, all 26 line codes. Source: EDI.md section 3.

An unknown code is a fault, never an accept (AK-3). Lines an answer leaves out stay unanswered, except where the header
says that only exceptions are listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from integration.canonical import Acknowledgment, AnswerSchedule, Fault, Identifier, Party
from integration.dialects.units import from_x12
from integration.dialects.x12.envelope import Transaction
from integration.dialects.x12.segments import Segment
from integration.dialects.x12.values import day, number

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
    "SP": "delivery date pending", "IE": "price pending", "IC": "accepted with changes",
}  # fmt: skip
# What the header says about the whole order, and about lines it leaves out.
HEADERS = {
    "AC": ("lines", ""), "AD": ("accept_all", "accepted"), "AE": ("lines", "accepted"), "AH": ("hold", ""),
    "AK": ("accept_all", "accepted"), "AP": ("none", ""), "AT": ("accept_all", "accepted"), "NA": ("none", ""),
    "RD": ("reject_all", "rejected"), "RF": ("lines", "rejected"), "RJ": ("reject_all", "rejected"), "RN": ("hold", ""),
    "RO": ("hold", ""), "RV": ("hold", ""), "ZZ": ("hold", ""),
}  # fmt: skip
PURPOSES = {
    "00": "original", "01": "cancel", "03": "cancel", "04": "change", "05": "replace", "06": "confirm", "07": "duplicate",
    "11": "original",
}  # fmt: skip
DELIVERS, SHIPS = {"017", "055", "067", "069"}, {"010", "068", "079"}
_BASIS = {"HP": Decimal(100), "TP": Decimal(1000)}  # price per hundred, per thousand
# Which word survives when several statements about one quantity are read together.
_STRENGTH = ("accepted", "date_changed", "quantity_changed", "price_changed", "substituted")
_IDS_FROM_PO1, _IDS_FROM_ACK = 6, 7
_ITEM, _PART, _GTIN = {"BP", "IN", "PI", "CB"}, {"VP", "VN", "VC"}, {"UP", "UK", "EN", "UI", "UA"}


@dataclass(slots=True)
class _Line:
    """A PO1 with what follows it up to the next one."""

    po1: Segment
    acks: list[Segment] = field(default_factory=list)
    others: list[Segment] = field(default_factory=list)


def read_answer(transaction: Transaction, units: Mapping[str, str]) -> Acknowledgment | None:
    """Return what an 855 says, its faults added to the set; nothing when it has no BAK."""
    bak = next((s for s in transaction.segments if s.tag == "BAK"), None)
    if bak is None:
        transaction.faults.append(Fault("bak_missing", "The 855 has no BAK segment.", "2"))
        return None
    header, others = _header(transaction, bak)
    reader = _Reader(transaction, units, header, _dates(transaction, _before_lines(transaction.segments)))
    lines = reader.schedules()
    if header == "accept_all" and any(line.answer != "accepted" for line in lines):
        others = ""
        transaction.faults.append(
            Fault("header_disagrees", f"BAK02 {bak.get(2)} accepts all, some lines do not; the lines count.",
                  transaction.place(bak, 2), bak.get(2), is_fatal=False)
        )  # fmt: skip
    currency = next((s.get(2) for s in transaction.segments if s.tag == "CUR"), "")
    return Acknowledgment(
        order_number=bak.get(3),
        number=bak.get(8) or transaction.control,
        answered=day(bak.get(9) or bak.get(4), transaction.place(bak, 9), transaction.faults),
        header="lines" if lines else header,
        purpose=PURPOSES.get(bak.get(1), "unknown"),
        lines=lines,
        supplier_reference=bak.get(8),
        supplier=_supplier(transaction),
        others=others,
        currency=currency,
    )


def _header(transaction: Transaction, bak: Segment) -> tuple[str, str]:
    if not bak.get(3):
        transaction.faults.append(
            Fault("order_number_missing", "BAK03 does not say which order is answered.", transaction.place(bak, 3),
                  cure="Put the order's number into BAK03.")
        )  # fmt: skip
    known = HEADERS.get(bak.get(2))
    if known is None:
        transaction.faults.append(
            Fault("bak_type_unknown", f"BAK02 {bak.get(2)[:10]} is no type we know.", transaction.place(bak, 2), bak.get(2)[:10])
        )  # fmt: skip
        return "hold", ""
    return known


def _before_lines(segments: list[Segment]) -> list[Segment]:
    first = next((i for i, s in enumerate(segments) if s.tag == "PO1"), len(segments))
    return segments[:first]


def _dates(transaction: Transaction, segments: list[Segment]) -> tuple[date | None, date | None]:
    """Return the day of delivery and the day of dispatch that DTM segments name."""
    found: list[date | None] = []
    for qualifiers in (DELIVERS, SHIPS):
        dtm = next((s for s in segments if s.tag == "DTM" and s.get(1) in qualifiers), None)
        found.append(day(dtm.get(2), transaction.place(dtm, 2), transaction.faults) if dtm else None)
    return found[0], found[1]


def _supplier(transaction: Transaction) -> Party:
    n1 = next((s for s in transaction.segments if s.tag == "N1" and s.get(1) in {"SE", "SU", "VN"}), None)
    if n1 is None:
        return Party()
    scheme = {"UL": "0088", "1": "0060"}.get(n1.get(3), f"x12:{n1.get(3)}")
    return Party(n1.get(2), (Identifier(scheme, n1.get(4)),) if n1.get(4) else ())


class _Reader:
    """Reads the lines of one 855."""

    def __init__(
        self, transaction: Transaction, units: Mapping[str, str], header: str, days: tuple[date | None, date | None]
    ) -> None:
        self.transaction, self.units, self.header, self.days = transaction, units, header, days
        self.faults = transaction.faults

    def schedules(self) -> tuple[AnswerSchedule, ...]:
        """Return every statement about every line, in the order of the message."""
        return tuple(said for line in self._lines() for said in self._line(line))

    def _lines(self) -> list[_Line]:
        found: list[_Line] = []
        for segment in self.transaction.segments:
            if segment.tag == "PO1":
                found.append(_Line(segment))
            elif segment.tag == "CTT":
                break
            elif found:
                (found[-1].acks if segment.tag == "ACK" else found[-1].others).append(segment)
        return found

    def _line(self, line: _Line) -> list[AnswerSchedule]:
        base = self._base(line)
        if line.acks:
            return _together([self._schedule(ack, base) for ack in line.acks])
        if self.header in {"accept_all", "reject_all"}:
            return [replace(base, answer="accepted" if self.header == "accept_all" else "rejected")]
        place = self.transaction.place(line.po1)
        said = f"Line {line.po1.get(1)[:20]} has no ACK; it stays unanswered."
        self.faults.append(Fault("ack_missing", said, place, is_fatal=False))
        return []

    def _base(self, line: _Line) -> AnswerSchedule:
        po1, place = line.po1, self.transaction.place
        promised, ships = _dates(self.transaction, line.others)
        schedules = [s for s in line.others if s.tag == "SCH" and s.get(5) in DELIVERS]
        if promised is None and len(schedules) == 1:
            promised = day(schedules[0].get(6), place(schedules[0], 6), self.faults)
        price = number(po1.get(4), place(po1, 4), self.faults)
        ctp = next((s for s in line.others if s.tag == "CTP" and s.get(3)), None)
        if ctp is not None and any(ack.get(1) == "IP" for ack in line.acks):
            price = number(ctp.get(3), place(ctp, 3), self.faults)
        basis = _BASIS.get(po1.get(5), Decimal(1))
        ids = _ids(po1, _IDS_FROM_PO1)
        return AnswerSchedule(
            line_no=po1.get(1).lstrip("0"),
            answer="",
            unit=self._unit(po1.get(3), place(po1, 3)),
            promised=promised or self.days[0],
            ships=ships or self.days[1],
            echoed_quantity=number(po1.get(2), place(po1, 2), self.faults),
            echoed_price=price / basis if price is not None else None,
            item=ids["item"],
            supplier_part=ids["supplier_part"],
            gtin=ids["gtin"],
        )

    def _schedule(self, ack: Segment, base: AnswerSchedule) -> AnswerSchedule:
        code, place = ack.get(1), self.transaction.place
        answer = LINE_CODES.get(code)
        if answer is None:
            said = f"ACK01 {code[:10]} is no line status we know."
            self.faults.append(Fault("ack_code_unknown", said, place(ack, 1), code[:10], is_fatal=False))
        promised, ships = base.promised, base.ships
        if ack.get(4) in DELIVERS:
            promised = day(ack.get(5), place(ack, 5), self.faults)
        elif ack.get(4) in SHIPS:
            ships = day(ack.get(5), place(ack, 5), self.faults)
        elif ack.get(5):
            said = f"ACK04 {ack.get(4)[:10]} is neither a delivery nor a dispatch; the date is not used."
            self.faults.append(Fault("date_kind_unknown", said, place(ack, 4), ack.get(4)[:10], is_fatal=False))
        instead = _ids(ack, _IDS_FROM_ACK)
        return replace(
            base,
            answer=answer or "on_hold",
            quantity=number(ack.get(2), place(ack, 2), self.faults),
            unit=self._unit(ack.get(3), place(ack, 3)) or base.unit,
            unit_price=base.echoed_price if code == "IP" else None,
            promised=promised,
            ships=ships,
            reason=REASONS.get(code, "" if answer else f"unknown status {code[:10]}"),
            substitute=next((v for v in instead.values() if v), "") if code == "IS" else "",
            said=code,
        )

    def _unit(self, code: str, position: str) -> str:
        if not code:
            return ""
        known = from_x12(code, self.units)
        if known is None:
            self.faults.append(
                Fault("unit_unknown", f"{code[:10]} is no unit we know.", position, code[:10], is_fatal=False,
                      cure="Say in the connection's units what the partner means by it.")
            )  # fmt: skip
        return known or code


def _together(rows: list[AnswerSchedule]) -> list[AnswerSchedule]:
    """Read a price, a date and a substitute that carry no quantity of their own into the quantities beside them."""
    if len(rows) == 1:
        return rows
    bare = [r for r in rows if r.quantity is None and r.answer in _STRENGTH]
    kept = [r for r in rows if r not in bare]
    takers = [r for r in kept if r.answer in _STRENGTH]
    if not bare:
        return kept
    if not takers:
        return [_merge(bare[0], bare), *kept]
    return [_merge(r, bare) if r in takers else r for r in kept]


def _merge(row: AnswerSchedule, bare: list[AnswerSchedule]) -> AnswerSchedule:
    every = [row, *[b for b in bare if b is not row]]
    return replace(
        row,
        answer=max((e.answer for e in every), key=_STRENGTH.index),
        unit_price=next((e.unit_price for e in every if e.unit_price is not None), None),
        promised=max((e.promised for e in every if e.promised), default=None),
        ships=max((e.ships for e in every if e.ships), default=None),
        substitute=next((e.substitute for e in every if e.substitute), ""),
        reason="; ".join(dict.fromkeys(e.reason for e in every if e.reason)),
        said="+".join(e.said for e in every),
    )


def _ids(segment: Segment, first: int) -> dict[str, str]:
    found = {"item": "", "supplier_part": "", "gtin": ""}
    for at in range(first, len(segment.elements) + 1, 2):
        qualifier, value = segment.get(at), segment.get(at + 1)
        for name, codes in (("item", _ITEM), ("supplier_part", _PART), ("gtin", _GTIN)):
            if qualifier in codes and not found[name]:
                found[name] = value
    return found
