"""What a supplier's request may read and change in procurement's tables; every other table is closed to it."""

from typing import Any

ISSUED = "supplier_id = %(me)s and revision > 0"
FENCES: dict[str, dict[str, Any]] = {
    "procurement_purchaseorder": {
        "using": ISSUED,
        "update": ("ack_status", "acknowledged_at", "version", "changed_at", "changed_by_id"),
    },
    "procurement_purchaseorderline": {"update": ("ack_status", "promised", "first_promise")},
    "procurement_orderversion": {},
    "procurement_orderacknowledgment": {
        "insert": True,
        "update": ("state", "version", "decided_at", "decided_by_id", "decision_reason"),
    },
    "procurement_acknowledgmentline": {"insert": True},
    "procurement_goodsreceipt": {},
    "procurement_goodsreceiptline": {},
}
