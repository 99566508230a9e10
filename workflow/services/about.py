from typing import Any

from workflow.models import ApprovalRequest, ApprovalStep


def about_step(request: ApprovalRequest, step: ApprovalStep) -> dict[str, Any]:
    """Return what every event of a step says."""
    return {
        "subject_id": step.pk,
        "subject_number": request.subject_number,
        "site_id": request.site_id,
        "related": ((request.subject_type, request.subject_id, request.subject_number), ("approval", request.pk, "")),
    }


def about_case(request: ApprovalRequest) -> dict[str, Any]:
    """Return what an exception says of the document whose approval is stuck."""
    return {
        "subject_type": request.subject_type,
        "subject_id": request.subject_id,
        "subject_number": request.subject_number,
        "site": request.site,
        "amount": request.amount,
        "currency": request.currency,
    }
