"""Reading an 850 with our own reader, to compare what went out, and what others publish, with an order."""

from datetime import date
from decimal import Decimal

from integration.canonical import Fault, Identifier, Order, OrderLine, Party
from integration.dialects.units import from_x12
from integration.dialects.x12.envelope import Transaction
from integration.dialects.x12.segments import Segment
from integration.dialects.x12.values import day, number

PURPOSES = {"00": "original", "05": "replace", "01": "cancel"}
SCHEMES = {"UL": "gln", "1": "duns"}
PART, ITEM, GTIN = ("VP", "VN"), ("BP", "IN"), ("UK", "UP")


def read_order(transaction: Transaction) -> Order:
    """Return what an 850 orders; a party id without a public scheme reads as one of ours."""
    segments = transaction.segments
    beg = next(s for s in segments if s.tag == "BEG")
    ref = next((s for s in segments if s.tag == "REF" and s.get(1) == "PP"), None)
    ordered = _day(beg.get(5))
    assert ordered is not None
    return Order(
        number=beg.get(3),
        revision=int(ref.get(2)) if ref else 1,
        ordered=ordered,
        currency=next((s.get(2) for s in segments if s.tag == "CUR"), ""),
        buyer=_party(segments, "BY"),
        supplier=_party(segments, "SU"),
        ship_to=_party(segments, "ST"),
        lines=tuple(_lines(segments)),
        purpose=PURPOSES.get(beg.get(1), beg.get(1)),
    )


def _day(text: str) -> date | None:
    faults: list[Fault] = []
    found = day(text, "", faults)
    assert faults == []
    return found


def _party(segments: list[Segment], code: str) -> Party:
    n1 = next((s for s in segments if s.tag == "N1" and s.get(1) == code), None)
    if n1 is None:
        return Party()
    ids = (Identifier(SCHEMES.get(n1.get(3), "ours"), n1.get(4)),) if n1.get(4) else ()
    return Party(n1.get(2), ids)


def _lines(segments: list[Segment]) -> list[OrderLine]:
    found: list[OrderLine] = []
    for at, po1 in enumerate(segments):
        if po1.tag != "PO1":
            continue
        at_line = len(found) + 1
        after = _until_next(segments[at + 1 :])
        named = {po1.get(n): po1.get(n + 1) for n in range(6, len(po1.elements), 2)}
        pid = next((s for s in after if s.tag == "PID"), None)
        dtm = next((s for s in after if s.tag == "DTM" and s.get(1) == "002"), None)
        found.append(
            OrderLine(
                line_no=int(po1.get(1).lstrip("0L") or at_line),
                quantity=_number(po1.get(2)),
                unit=from_x12(po1.get(3), {}) or po1.get(3),
                unit_price=_number(po1.get(4)),
                description=pid.get(5) if pid else "",
                item=_first(named, ITEM),
                supplier_part=_first(named, PART),
                gtin=_first(named, GTIN),
                need_by=_day(dtm.get(2)) if dtm else None,
            )
        )
    return found


def _until_next(segments: list[Segment]) -> list[Segment]:
    end = next((n for n, s in enumerate(segments) if s.tag in {"PO1", "CTT"}), len(segments))
    return segments[:end]


def _first(named: dict[str, str], codes: tuple[str, ...]) -> str:
    return next((named[code] for code in codes if code in named), "")


def _number(text: str) -> Decimal:
    faults: list[Fault] = []
    value = number(text, "", faults)
    assert faults == []
    return value if value is not None else Decimal(0)
