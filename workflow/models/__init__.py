from workflow.models.approval import (
    ApprovalDecision,
    ApprovalRequest,
    ApprovalStep,
    RequestState,
    StepAssignee,
    StepState,
)
from workflow.models.case import CaseState, ExceptionCase, Message
from workflow.models.countersignature import Countersignature, SignatureState
from workflow.models.follower import Follower
from workflow.models.held import HeldDecision
from workflow.models.replay import Replay, ReplayDifference

__all__ = [
    "ApprovalDecision", "ApprovalRequest", "ApprovalStep", "CaseState", "Countersignature", "ExceptionCase", "Follower",
    "HeldDecision", "Message", "Replay", "ReplayDifference", "RequestState", "SignatureState", "StepAssignee", "StepState",
]  # fmt: skip
