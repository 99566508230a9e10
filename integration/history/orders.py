"""Lines become orders with their receipts; lines that contradict each other are refused (pure, in the file's order)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from integration.history.lines import PastLine, Refusal
from integration.history.mapping import SourceMapping


@dataclass(frozen=True, slots=True)
class PastShipment:
    """What arrived together: one receipt of its order."""

    shipment: str
    lines: tuple[PastLine, ...]


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order as its lines tell it; they agree on supplier, site and day."""

    number: str
    lines: tuple[PastLine, ...]

    @property
    def head(self) -> PastLine:
        """Return the line that stands for the order."""
        return self.lines[0]

    def shipments(self) -> list[PastShipment]:
        """Return what arrived together: same shipment, same day."""
        groups: dict[tuple[str, str], list[PastLine]] = {}
        for line in self.lines:
            groups.setdefault((line.shipment, line.received.isoformat()), []).append(line)
        return [PastShipment(shipment, tuple(lines)) for (shipment, _), lines in groups.items()]


def assemble(lines: Iterable[PastLine], mapping: SourceMapping) -> tuple[list[PastOrder], list[Refusal]]:
    """Return the orders of the lines, and the lines that repeat or contradict an earlier one."""
    orders: dict[str, list[PastLine]] = {}
    refused: list[Refusal] = []
    ids: dict[str, int] = {}
    seen: dict[PastLine, int] = {}
    packs: dict[str, PastLine] = {}
    for line in lines:
        refusal = (
            _repeated(line, ids, seen, mapping)
            or _other_pack(line, packs.get(line.item), mapping)
            or _contradiction(line, orders.get(line.order), mapping)
        )
        if refusal:
            refused.append(refusal)
            continue
        ids[line.id] = seen[_without_id(line)] = line.row
        packs.setdefault(line.item, line)
        orders.setdefault(line.order, []).append(line)
    return [PastOrder(mapping.number_prefix + number, tuple(group)) for number, group in orders.items()], refused


def _without_id(line: PastLine) -> PastLine:
    return replace(line, row=0, id="")


def _repeated(line: PastLine, ids: dict[str, int], seen: dict[PastLine, int], mapping: SourceMapping) -> Refusal | None:
    column = mapping.columns["id"]
    if line.id in ids:
        return Refusal(line.row, "duplicate_id", column, line.id, f"Line {ids[line.id]} has this id already.")
    earlier = seen.get(_without_id(line))
    if earlier is not None:
        sentence = (
            f"All but the id is said in line {earlier} already. If both are true, tell them apart by the shipment."
        )
        return Refusal(line.row, "duplicate_line", column, line.id, sentence)
    return None


def _other_pack(line: PastLine, first: PastLine | None, mapping: SourceMapping) -> Refusal | None:
    if first is None or first.pack_size == line.pack_size:
        return None
    sentence = f"In line {first.row} a pack of this item holds {first.pack_size}. Give the other pack its own item."
    return Refusal(line.row, "pack_differs", mapping.columns["pack_size"], str(line.pack_size), sentence)


def _contradiction(line: PastLine, earlier: list[PastLine] | None, mapping: SourceMapping) -> Refusal | None:
    if not earlier:
        return None
    head = earlier[0]
    for field in ("supplier", "site", "ordered"):
        if getattr(head, field) != getattr(line, field):
            sentence = f"In line {head.row} order {head.order} says {getattr(head, field)}. One order has one of them."
            return Refusal(line.row, "order_disagrees", mapping.columns[field], str(getattr(line, field)), sentence)
    return None
