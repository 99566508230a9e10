from integration.services.apply_message import apply_message, decode, postpone
from integration.services.client_duties import DUTIES, grant_client_duty, revoke_client_duty
from integration.services.clients import Admitted, note_sign_in, register_client, revoke_client, rotate_client
from integration.services.deliver import claim_due, put_off, resend_delivery, send_delivery, take_answer
from integration.services.functional_answers import chase_functional_answers
from integration.services.inbox import claim_received
from integration.services.receive_message import receive_message
from integration.services.send_letter import send_letter
from integration.services.settle_message import replay_message, set_message_aside, teach_meaning
from integration.services.store_documents import store_missing_orders, store_order, store_voucher

__all__ = [
    "DUTIES", "Admitted", "apply_message", "chase_functional_answers", "claim_due", "claim_received", "decode", "grant_client_duty", "note_sign_in",
    "postpone", "put_off", "receive_message", "register_client", "replay_message", "resend_delivery", "revoke_client", "revoke_client_duty",
    "rotate_client", "send_delivery", "send_letter", "set_message_aside", "store_missing_orders", "store_order", "store_voucher",
    "take_answer", "teach_meaning",
]  # fmt: skip
