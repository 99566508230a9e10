"""X12 850 out. Line numbers are ours; units are translated and an unknown one is refused."""

from decimal import Decimal

from integration.canonical import Order, Party
from integration.dialects.units import REC20_TO_X12
from integration.dialects.x12.envelope import Address, EnvelopeError, write


def encode(order: Order, address: Address, *, control: int, stamp: str) -> bytes:
    """Return the 850 of an issued order.

    :raises EnvelopeError: a unit has no X12 code; the partner's profile must name one.
    """
    body = [
        ["BEG", "00" if order.purpose == "original" else "05", "NE", order.number, "", f"{order.ordered:%Y%m%d}"],
        ["CUR", "BY", order.currency],
        ["REF", "PP", str(order.revision)],
        *_party("BY", order.buyer),
        *_party("SU", order.supplier),
        *_party("ST", order.ship_to),
    ]
    for line in order.lines:
        unit = REC20_TO_X12.get(line.unit)
        if unit is None:
            raise EnvelopeError("unit_unknown", f"Line {line.line_no}: {line.unit} has no X12 unit code.", line.unit)
        ids = [("BP", line.item), ("VP", line.supplier_part), ("UK", line.gtin)]
        known = [part for qualifier, value in ids if value for part in (qualifier, value)]
        body.append(["PO1", str(line.line_no), _plain(line.quantity), unit, _plain(line.unit_price), "PE", *known])
        body.append(["PID", "F", "", "", "", line.description[:80]])
        if line.need_by:
            body.append(["DTM", "002", f"{line.need_by:%Y%m%d}"])
    body.append(["CTT", str(len(order.lines))])
    return write(address, code="850", group_code="PO", control=control, stamp=stamp, body=body)


def _party(code: str, party: Party) -> list[list[str]]:
    first = party.ids[0] if party.ids else None
    qualifier = {"gln": "UL", "duns": "1"}.get(first.scheme, "92") if first else ""
    return [["N1", code, party.name[:60], qualifier, first.value if first else ""]]


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
