from collections.abc import Collection
from datetime import datetime

from foundation.journal import use_case
from foundation.models import User
from invoicing.selectors.orders import settled_orders
from procurement.services import close_settled_order


@use_case
def close_settled_orders(
    *, order_ids: Collection[int] | None, invoice_id: int | None = None, actor: User, at: datetime
) -> int:
    """Close orders that are received and billed in full and whose bills are all in the ERP; returns how many (PO-1).

    With `invoice_id` also those it pays for. Without `order_ids` it looks at every order, a batch at a time: what an
    event did not reach.
    """
    nothing = order_ids is not None and not order_ids and invoice_id is None
    found = [] if nothing else settled_orders(order_ids, invoice_id=invoice_id)
    return sum(close_settled_order(order_id=pk, actor=actor, at=at) for pk in found)
