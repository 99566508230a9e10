from integration.services.apply_message import apply_message, decode, postpone, replay_message
from integration.services.deliver import claim_due, resend_delivery, send_delivery, store_order, store_voucher
from integration.services.receive_message import receive_message

__all__ = [
    "apply_message", "claim_due", "decode", "postpone", "receive_message", "replay_message", "resend_delivery",
    "send_delivery", "store_order", "store_voucher",
]  # fmt: skip
