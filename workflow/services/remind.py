from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from foundation import audit
from foundation.journal import use_case
from foundation.selectors import system_user
from foundation.services import settle_notices
from workflow.models import ApprovalStep, StepState
from workflow.services.tell import tell_to_decide

BATCH = 200


def remind_overdue(*, at: datetime) -> int:
    """Tell each person a step is overdue with once more, as they chose; time never decides (AP-5). Returns how many."""
    steps = ApprovalStep.objects.filter(state=StepState.OPEN, due_at__lt=at, reminded_at=None).order_by("due_at")
    return sum(_remind(pk, at) for pk in list(steps.values_list("pk", flat=True)[:BATCH]))


@use_case
def _remind(step_id: int, at: datetime) -> int:
    """Mark a step and tell its people; the earlier line leaves their bells, so that a task is one line there."""
    step = (
        ApprovalStep.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("request__site", "request__requester")
        .filter(pk=step_id, reminded_at=None, state=StepState.OPEN)
        .first()
    )
    if step is None:
        return 0
    step.reminded_at = at
    step.save(update_fields=["reminded_at"])
    audit.record(step, "remind", actor=system_user("sweeper"), at=at)
    settle_notices(subject_type="step", subject_ids=[step.pk], at=at)
    source = uuid5(NAMESPACE_OID, f"remind:{step.pk}:{step.due_at}")
    asked = list(step.assignees.select_related("person", "for_person"))
    return tell_to_decide(step, asked, source=source, happened_at=at, at=at, is_late=True)
