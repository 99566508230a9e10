"""Orders of the past with their answers and receipts, written in bulk: what another system did before us.

Nobody is told and nothing is sent; documents, counters, frozen versions, duties, events and audit rows are those that
the single services would have left. `import_history` and the demo's years come in here.
"""

from collections.abc import Sequence

from foundation import audit, outbox
from foundation.errors import InvalidError
from foundation.journal import use_case
from foundation.models import User
from policies.selectors import versions_read_once
from procurement.models import PurchaseOrder
from procurement.services.history_commands import PastOrder
from procurement.services.history_needs import write_needs
from procurement.services.history_orders import write_orders
from procurement.services.history_receipts import tell_ends, write_answers, write_receipts


@use_case
@versions_read_once()
def record_history(*, orders: Sequence[PastOrder], source: str, actor: User) -> list[PurchaseOrder]:
    """Write past orders with everything behind and after them; returns them in the order given.

    Call it with a few hundred at a time: the audit chain grows slow within one transaction. `source` names where they
    come from (at most 20 letters; with a receipt's id it is the receipt's identity), `actor` who brings them in.

    :raises InvalidError: an order without lines, a line without item or words, more received than was ordered, or
        nobody who could have approved. Nothing of the batch is stored.
    """
    for place, past in enumerate(orders):
        _check(place, past)
    needs = write_needs(orders)
    written = write_orders(orders, needs, source=source, actor=actor)
    write_answers(written, source=source, actor=actor)
    write_receipts(written, source=source, actor=actor)
    tell_ends(written, actor=actor)
    outbox.record_past(sorted((e for one in written for e in one.ledger.events), key=lambda e: e.at))
    rows = sorted((row for one in written for row in one.ledger.rows), key=lambda pair: pair[0])
    audit.record_rows(row for _, row in rows)
    return [one.order for one in written]


def _check(place: int, past: PastOrder) -> None:
    where = f"orders[{place}]"
    if not past.lines:
        raise InvalidError("no_lines", f"Order {past.reference} has no line.", field=f"{where}.lines")
    for number, line in enumerate(past.lines):
        if line.item is None and (line.category is None or not line.description.strip()):
            raise InvalidError(
                "line_without_item", "A line without an item needs a description and a category.",
                field=f"{where}.lines[{number}]",
            )  # fmt: skip
        if line.quantity <= 0 or line.unit_price < 0 or line.base_factor <= 0:
            raise InvalidError(
                "quantity_not_positive", "A quantity is above zero, a price zero or more.",
                field=f"{where}.lines[{number}]", value=str(line.quantity),
            )  # fmt: skip
    came = [
        sum((c.quantity - c.damaged for r in past.receipts for c in r.counts if c.place == n), 0)
        for n in range(len(past.lines))
    ]
    over = next((n for n, line in enumerate(past.lines) if came[n] > line.quantity), None)
    if over is not None:
        raise InvalidError(
            "over_receipt", f"Order {past.reference}: more came of a line than was ordered.",
            field=f"{where}.lines[{over}]", value=str(came[over]),
        )  # fmt: skip
