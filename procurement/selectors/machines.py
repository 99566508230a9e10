"""The state machines of the room, with the audit action and the event of each of their moves (AU-1)."""

from foundation.selectors.breaches import AuditedMachine

MACHINES = (
    AuditedMachine(
        "procurement.Requisition",
        subject="requisition",
        created=("create_requisition",),
        arrows={
            "submit": ("submit",),
            "approve": ("approve",),
            "reject": ("reject",),
            "return_for_change": ("withdraw", "return"),
            "reopen_approval": ("reopen_approval",),
            "complete": ("complete",),
            "cancel": ("cancel",),
        },
        told={
            "procurement.requisition.submitted": ("submit",),
            "procurement.requisition.approved": ("approve",),
            "procurement.requisition.reduced": ("reduce",),
            "procurement.requisition.rejected": ("reject",),
            "procurement.requisition.returned": ("withdraw", "return"),
            "procurement.requisition.reopened": ("reopen_approval",),
            "procurement.requisition.ordered": ("complete",),
            "procurement.requisition.cancelled": ("cancel",),
        },
    ),
    AuditedMachine(
        "procurement.PurchaseOrder",
        subject="order",
        created=(),
        arrows={
            "approve": ("create_order",),
            "issue": ("issue",),
            "close": ("close",),
            "reopen": ("reopen",),
            "cancel": ("cancel",),
        },
        told={
            "procurement.order.created": ("create_order",),
            "procurement.order.issued": ("issue",),
            "procurement.order.changed": ("change_order",),
            "procurement.order.closed": ("close",),
            "procurement.order.reopened": ("reopen",),
            "procurement.order.cancelled": ("cancel",),
        },
    ),
    AuditedMachine(
        "procurement.OrderChange",
        subject="change",
        created=("propose_order_change",),
        arrows={
            "apply": ("apply_order_change",),
            "reject": ("reject_order_change",),
            "send_back": ("return_order_change",),
            "withdraw": ("withdraw_order_change",),
        },
        told={
            "procurement.change.proposed": ("propose_order_change",),
            "procurement.change.ended": (
                "apply_order_change",
                "reject_order_change",
                "return_order_change",
                "withdraw_order_change",
            ),
        },
    ),
    AuditedMachine(
        "procurement.OrderAcknowledgment",
        subject="acknowledgment",
        created=(),
        arrows={
            "apply": ("acknowledgment_applied",),
            "send_to_review": ("acknowledgment_review",),
            "supersede": ("acknowledgment_superseded",),
            "overtake": ("acknowledgment_overtaken",),
            "accept": ("acknowledgment_accepted",),
            "refuse": ("acknowledgment_refused",),
        },
        told={
            "procurement.acknowledgment.applied": ("acknowledgment_applied",),
            "procurement.acknowledgment.review": ("acknowledgment_review",),
            "procurement.acknowledgment.superseded": ("acknowledgment_superseded",),
            "procurement.acknowledgment.decided": ("acknowledgment_accepted", "acknowledgment_refused"),
        },
    ),
    AuditedMachine(
        "procurement.GoodsReceipt",
        subject="receipt",
        created=("post_receipt",),
        arrows={"reverse": ("reverse_receipt",)},
        told={
            "procurement.goods_receipt.posted": ("post_receipt",),
            "procurement.goods_receipt.reversed": ("reverse_receipt",),
        },
    ),
)
