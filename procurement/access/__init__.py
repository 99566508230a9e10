from procurement.access.orders import (
    acknowledgments_of_supplier,
    can_change_order,
    can_order,
    can_receive,
    can_receive_on,
    can_see_change,
    can_see_order,
    orders_of_supplier,
    receipts_of_supplier,
    visible_acknowledgments,
    visible_changes,
    visible_orders,
    visible_receipts,
    visible_sites,
)
from procurement.access.requisitions import (
    can_cancel,
    can_change,
    can_decide,
    can_request,
    can_see_requisition,
    can_source,
    can_withdraw,
    requisitions_to_decide,
    sites_to_request_at,
    visible_requisitions,
)

__all__ = [
    "acknowledgments_of_supplier", "can_cancel", "can_change", "can_change_order", "can_decide", "can_order", "can_receive", "can_receive_on",
    "can_request", "can_see_change", "can_see_order", "can_see_requisition", "can_source", "can_withdraw", "orders_of_supplier",
    "receipts_of_supplier", "requisitions_to_decide", "sites_to_request_at", "visible_acknowledgments", "visible_changes", "visible_orders", "visible_receipts",
    "visible_requisitions", "visible_sites",
]  # fmt: skip
