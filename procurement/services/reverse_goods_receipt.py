from datetime import datetime
from decimal import Decimal

from foundation import audit, outbox
from foundation.documents import lock, require_unchanged, touch
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from procurement import access
from procurement.decisions.quantities import quantities
from procurement.decisions.receipt import Received
from procurement.events import GoodsReceiptReversed
from procurement.models import GoodsReceipt, OrderState, PurchaseOrder, ReceiptState
from procurement.selectors.orders import counters_of
from procurement.services.move_order import reopen_locked
from procurement.services.post_goods_receipt import Counted, ReceiptLine, about, move_counters, told
from workflow.services import drop_signatures


@use_case
def reverse_goods_receipt(
    *, receipt_id: int, expected_version: int, actor: User, reason: str, at: datetime
) -> GoodsReceipt:
    """Take a whole receipt back: the counters go down by what it brought. A closed order opens again for it (PO-0).

    :raises InvalidError: the reason is missing, or some of it went back to the supplier already.
    :raises NotFoundError: no such receipt at a site of the person.
    :raises NotPermittedError: not a receiver there.
    :raises StaleError: it changed since it was opened.
    :raises ConflictError: it was reversed already.
    """
    found = access.visible_receipts(actor).filter(pk=receipt_id).values_list("order_id", flat=True).first()
    if found is None:
        raise NotFoundError("not_found", "There is no such receipt.")
    order = lock(PurchaseOrder, found, with_=("ship_to", "supplier", "changed_by"))
    require(access.can_receive(actor, order.ship_to))
    receipt = lock(GoodsReceipt, receipt_id, with_=("changed_by",))
    require_unchanged(receipt, expected_version)
    if receipt.state != ReceiptState.POSTED:
        raise ConflictError("already_reversed", f"{receipt.number} was already reversed.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why you reverse it.", field="reason")
    order_lines = {x.pk: x for x in order.lines.select_for_update(of=("self",), no_key=True).select_related("unit")}
    counted = [
        Counted(
            order_lines[x.order_line_id], ReceiptLine(0, x.quantity), x.unit, x.delivered,
            Received(x.accepted, x.rejected, Decimal(0)),
        )
        for x in receipt.lines.select_related("unit")
    ]  # fmt: skip
    for c in counted:
        if c.order_line.accepted - c.result.accepted < c.order_line.returned:
            raise InvalidError(
                "already_returned", f"Line {c.order_line.line_no}: some of it went back to the supplier already."
            )
    receipt.reverse(by_id=actor.pk, at=at, reason=reason.strip()[:300])
    receipt.save(
        update_fields=["state", "reversed_by", "reversed_at", "reversal_reason", *touch(receipt, by_id=actor.pk, at=at)]
    )
    move_counters(order, {x.line_no: x for x in order_lines.values()}, counted, sign=-1, actor=actor, at=at)
    if order.state == OrderState.CLOSED and any(quantities(counters_of(x)).open for x in order_lines.values()):
        why = f"{receipt.number} was reversed: {receipt.reversal_reason}"
        reopen_locked(order, list(order_lines.values()), actor=actor, reason=why, at=at)
    drop_signatures(document_type="receipt", document_id=receipt.pk, reason=f"{receipt.number} was reversed.", at=at)
    audit.record(receipt, "reverse_receipt", actor=actor, at=at, reason=reason, order=order.number)
    outbox.publish(GoodsReceiptReversed(**about(receipt, order, actor, at), lines=told(counted)))
    return receipt
