from datetime import datetime

from foundation.journal import use_case
from foundation.models import User
from workflow.models import ApprovalRequest, RequestState
from workflow.services.moves import close_request


@use_case
def withdraw_approval(*, subject_type: str, subject_id: int, actor: User, at: datetime) -> None:
    """Take an open request back, because the requester withdrew or the document changed; nothing open is no error."""
    request = (
        ApprovalRequest.objects.select_for_update(of=("self",), no_key=True)
        .filter(subject_type=subject_type, subject_id=subject_id, state=RequestState.OPEN)
        .first()
    )
    if request is not None:
        close_request(request, RequestState.WITHDRAWN, actor=actor, at=at)
