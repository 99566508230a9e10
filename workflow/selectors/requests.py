from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from foundation import registries
from workflow.models import ApprovalDecision, ApprovalRequest, ExceptionCase, Message, StepAssignee, StepState


def chain_parts() -> tuple[Prefetch[Any], ...]:
    """Return what a chain is drawn from: steps, who is asked, who decided; three statements."""
    return (
        Prefetch("steps"),
        Prefetch("steps__assignees", StepAssignee.objects.select_related("person", "for_person").order_by("pk")),
        Prefetch("steps__decisions", ApprovalDecision.objects.select_related("actor", "on_behalf_of")),
    )


def with_chain(request: ApprovalRequest) -> ApprovalRequest:
    """Return a request that is already read with its chain."""
    prefetch_related_objects([request], *chain_parts())
    return request


def newest_request(subject_type: str, subject_id: int) -> ApprovalRequest | None:
    """Return the newest approval request of a document with its steps, people and decisions."""
    return (
        ApprovalRequest.objects.filter(subject_type=subject_type, subject_id=subject_id)
        .select_related("policy", "requester", "site")
        .prefetch_related(*chain_parts())
        .order_by("-pk")
        .first()
    )


def unusual_in(request: ApprovalRequest) -> list[str]:
    """Say in sentences what is unusual about what is decided, and which other documents it goes with (RQ-2)."""
    subject = registries.subjects.get(request.subject_type)
    flags, siblings = request.facts.get("flags", []), request.facts.get("siblings", [])
    found = list(subject.unusual(request.subject_id, flags)) if subject and flags else []
    return [*found, f"The others are {', '.join(siblings)}."] if siblings else found


def informed_in(request: ApprovalRequest) -> set[int]:
    """Return who is only told of a request that was read with its chain."""
    told = (step for step in request.steps.all() if step.state == StepState.INFORMED)
    return {one.person_id for step in told for one in step.assignees.all()}


def messages_on(subject_type: str, subject_id: int) -> Sequence[Message]:
    """Return the thread of a document, oldest first."""
    return list(
        Message.objects.filter(subject_type=subject_type, subject_id=subject_id).select_related("author").order_by("pk")
    )


def open_cases_on(subject_type: str, subject_id: int) -> Sequence[ExceptionCase]:
    """Return the open exceptions of a document."""
    return list(ExceptionCase.objects.filter(subject_type=subject_type, subject_id=subject_id, state="open"))


def last_said_on(request_id: int) -> ApprovalDecision | None:
    """Return what was decided last on a request, and by whom; nothing when nobody decided."""
    said = ApprovalDecision.objects.filter(step__request_id=request_id).select_related("actor", "on_behalf_of")
    return said.order_by("-pk").first()


def last_decision_by(person_id: int) -> ApprovalDecision | None:
    """Return what a person decided last, with its stage and request."""
    return ApprovalDecision.objects.filter(actor_id=person_id).select_related("step__request").order_by("-pk").first()
