from collections.abc import Sequence

from workflow.models import ApprovalRequest, ExceptionCase, Message


def newest_request(subject_type: str, subject_id: int) -> ApprovalRequest | None:
    """Return the newest approval request of a document with its steps, people and decisions."""
    return (
        ApprovalRequest.objects.filter(subject_type=subject_type, subject_id=subject_id)
        .select_related("policy", "requester", "site")
        .prefetch_related("steps__assignees__person", "steps__decisions__actor")
        .order_by("-pk")
        .first()
    )


def messages_on(subject_type: str, subject_id: int) -> Sequence[Message]:
    """Return the thread of a document, oldest first."""
    return list(
        Message.objects.filter(subject_type=subject_type, subject_id=subject_id).select_related("author").order_by("pk")
    )


def open_cases_on(subject_type: str, subject_id: int) -> Sequence[ExceptionCase]:
    """Return the open exceptions of a document."""
    return list(ExceptionCase.objects.filter(subject_type=subject_type, subject_id=subject_id, state="open"))
