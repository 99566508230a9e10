from workflow.services.add_approver import add_approver
from workflow.services.ask_signature import ask_signature
from workflow.services.assign_case import assign_case
from workflow.services.cases import cure_case, cure_cases, open_case, resolve_case
from workflow.services.close_signature import countersign, drop_signatures, escalate_signatures, refuse_signature
from workflow.services.escalate import escalate_overdue
from workflow.services.follow import follow, unfollow
from workflow.services.held_decisions import hold_decision, take_held_decisions, undo_decisions
from workflow.services.keep_duties_apart import DoneOn, Judged, record_duty, require_duty
from workflow.services.messages import send_message
from workflow.services.move_tasks import move_tasks
from workflow.services.open_approval import Asking, open_approval
from workflow.services.publication import (
    approve_publication,
    ask_publication,
    drop_publication,
    publish_draft,
    reject_publication,
)
from workflow.services.raise_breaches import raise_breaches
from workflow.services.record_decision import Reduced, record_decision
from workflow.services.remind import remind_overdue
from workflow.services.replay import start_replay
from workflow.services.reroute_case import reroute_case
from workflow.services.seat_anew import seat_anew
from workflow.services.withdraw_approval import withdraw_approval
from workflow.services.wrong_person import say_wrong_person

__all__ = [
    "Asking", "DoneOn", "Judged", "Reduced", "add_approver", "approve_publication", "ask_publication", "ask_signature", "assign_case", "countersign", "cure_case", "cure_cases", "drop_publication", "drop_signatures", "escalate_overdue", "escalate_signatures", "follow", "hold_decision", "move_tasks", "open_approval", "open_case", "publish_draft", "raise_breaches", "record_decision", "record_duty", "refuse_signature", "reject_publication", "remind_overdue", "require_duty", "reroute_case",
    "resolve_case", "say_wrong_person", "seat_anew", "send_message", "start_replay", "take_held_decisions", "undo_decisions", "unfollow", "withdraw_approval",
]  # fmt: skip
