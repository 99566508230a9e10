"""An approver's reduction on the rows of a requisition (AP-4): cut lines, the smaller total, the hash of what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation import money
from foundation.documents import content_hash
from foundation.errors import InvalidError
from foundation.quantity import to_base
from foundation.selectors import unit_tables
from procurement.decisions.reduction import AskedLine, Cut, cuts_of
from procurement.models import Requisition, RequisitionLine
from procurement.services.write_requisition import content_of
from workflow.services import Reduced

_FIELDS = ["quantity", "asked_quantity", "base_quantity", "line_amount"]


@dataclass(frozen=True, slots=True)
class Reduction:
    """What an approver takes away, put on the rows in memory; `store` writes it once the decision stands."""

    requisition: Requisition
    lines: tuple[RequisitionLine, ...]
    cuts: tuple[Cut, ...]

    def told(self) -> Reduced:
        """Return what the approval is told of it."""
        head = self.requisition
        return Reduced(head.content_hash, head.total_amount, tuple(cut.words for cut in self.cuts))

    def store(self) -> None:
        """Write lines and head; the caller counts the change."""
        RequisitionLine.objects.bulk_update(self.lines, _FIELDS)
        self.requisition.save(update_fields=["total_amount", "content_hash"])


def reduce_lines(requisition: Requisition, quantities: Mapping[int, Decimal], reason: str) -> Reduction | None:
    """Cut the lines of a locked requisition to the quantities approved; nothing when they are what is asked.

    The price approved stays; whether it still holds for the smaller quantity is seen when it is ordered (RQ-4).

    :raises InvalidError: a quantity that cannot be approved, nothing left, or no reason for the requester.
    """
    held = requisition.lines.select_for_update(of=("self",), no_key=True).select_related("unit")
    lines = list(held.order_by("line_no"))
    cuts = cuts_of([AskedLine(x.line_no, x.description, str(x.unit), x.quantity) for x in lines], quantities)
    if not cuts:
        return None
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why you approve less. The requester reads it.", field="reason")
    touched = _set(lines, {cut.line_no: cut.after for cut in cuts}, requisition.currency)
    for line in touched:
        line.asked_quantity = line.asked_quantity or next(c.before for c in cuts if c.line_no == line.line_no)
    _total(requisition, lines)
    return Reduction(requisition, tuple(touched), cuts)


def restore_lines(requisition: Requisition) -> None:
    """Undo reductions of an approval that ended, in a requisition that goes back to its requester; the caller saves."""
    lines = list(requisition.lines.select_for_update(of=("self",), no_key=True).select_related("unit"))
    asked = {line.line_no: line.asked_quantity for line in lines if line.asked_quantity is not None}
    if not asked:
        return
    touched = _set(lines, asked, requisition.currency)
    for line in touched:
        line.asked_quantity = None
    _total(requisition, lines)
    RequisitionLine.objects.bulk_update(touched, _FIELDS)


def _set(lines: Sequence[RequisitionLine], quantities: Mapping[int, Decimal], currency: str) -> list[RequisitionLine]:
    touched = [line for line in lines if line.line_no in quantities]
    tables = unit_tables(line.item_id for line in touched if line.item_id)
    for line in touched:
        line.quantity = quantities[line.line_no]
        in_packs = line.item_id is not None and line.quantity
        line.base_quantity = (
            to_base(line.quantity, line.unit.code, tables[line.item_id or 0]) if in_packs else line.quantity
        )
        line.line_amount = money.line_amount(line.quantity, line.unit_price, currency)
    return touched


def _total(requisition: Requisition, lines: Sequence[RequisitionLine]) -> None:
    requisition.total_amount = money.total(line.line_amount for line in lines)
    requisition.content_hash = content_hash(content_of(requisition, lines))
