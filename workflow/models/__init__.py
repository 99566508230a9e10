from workflow.models.approval import (
    ApprovalDecision,
    ApprovalRequest,
    ApprovalStep,
    RequestState,
    StepAssignee,
    StepState,
)
from workflow.models.case import CaseState, ExceptionCase, Message
from workflow.models.replay import Replay, ReplayDifference

__all__ = [
    "ApprovalDecision", "ApprovalRequest", "ApprovalStep", "CaseState", "ExceptionCase", "Message", "Replay", "ReplayDifference", "RequestState",
    "StepAssignee", "StepState",
]  # fmt: skip
