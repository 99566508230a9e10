"""X12 850 out. Line numbers are ours; units are translated and an unknown one is refused."""

from collections.abc import Mapping
from decimal import Decimal

from integration.canonical import Order, Party
from integration.dialects.units import to_x12
from integration.dialects.x12.segments import EnvelopeError
from integration.dialects.x12.writer import Address, free, identifier, write

_PURPOSES = {"original": "00", "replace": "05", "cancel": "01"}
_NUMBER, _PART, _NAME, _DESCRIPTION = 22, 48, 60, 80  # lengths of BEG03, element 234, N102 and PID05 in 004010


def encode(
    order: Order, address: Address, *, control: int, stamp: str, units: Mapping[str, str] | None = None
) -> bytes:
    """Return the 850 of an issued order; `units` is the partner's own reading of X12 unit codes.

    :raises EnvelopeError: a unit has no X12 code, or an id does not fit or cannot be written.
    """
    number = identifier(order.number, _NUMBER, "Order number")
    body = [
        ["BEG", _PURPOSES[order.purpose], "NE", number, "", f"{order.ordered:%Y%m%d}"],
        ["CUR", "BY", order.currency],
        ["REF", "PP", str(order.revision)],
        _party("BY", order.buyer),
        _party("SU", order.supplier),
        _party("ST", order.ship_to),
    ]
    for line in order.lines:
        unit = to_x12(line.unit, units or {})
        if unit is None:
            raise EnvelopeError(
                "unit_unknown", f"Line {line.line_no}: {line.unit} has no X12 unit code.", line.unit,
                cure="Name the partner's code for it in the connection's units.",
            )  # fmt: skip
        ids = [("BP", line.item), ("VP", line.supplier_part), ("UK", line.gtin)]
        known = [part for code, value in ids if value for part in (code, identifier(value, _PART, "Item id"))]
        body.append(["PO1", str(line.line_no), _plain(line.quantity), unit, _plain(line.unit_price), "PE", *known])
        if description := free(line.description, _DESCRIPTION):
            body.append(["PID", "F", "", "", "", description])
        if line.need_by:
            body.append(["DTM", "002", f"{line.need_by:%Y%m%d}"])
    body.append(["CTT", str(len(order.lines))])
    return write(address, code="850", group_code="PO", control=control, stamp=stamp, body=body)


def _party(code: str, party: Party) -> list[str]:
    name = free(party.name, _NAME)
    if not party.ids:
        return ["N1", code, name]
    first = party.ids[0]
    qualifier = {"gln": "UL", "duns": "1"}.get(first.scheme, "92")
    return ["N1", code, name, qualifier, identifier(first.value, _PART, f"{code} id")]


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
