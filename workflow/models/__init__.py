from workflow.models.approval import (
    ApprovalDecision,
    ApprovalRequest,
    ApprovalStep,
    RequestState,
    StepAssignee,
    StepState,
)
from workflow.models.case import CaseState, ExceptionCase, Message

__all__ = [
    "ApprovalDecision", "ApprovalRequest", "ApprovalStep", "CaseState", "ExceptionCase", "Message", "RequestState",
    "StepAssignee", "StepState",
]  # fmt: skip
