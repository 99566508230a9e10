from datetime import datetime

from django.db.models import Q

from foundation.journal import use_case
from workflow.models import ApprovalRequest, RequestState, StepAssignee, StepState
from workflow.selectors.chain import load_chains, read_done
from workflow.services.seats import reseat

_UNDONE = (StepState.WAITING, StepState.OPEN)


@use_case
def move_tasks(*, person_id: int, at: datetime) -> int:
    """Let what waits for a person go to their deputy, or come back, as their absences in force say (AP-5).

    What the deputy may not decide stays; a stage left without anybody at work asks the fallback owner besides (AP-3).
    Requests are locked in one order; who decides at the same time is first or finds the task moved. Returns how many
    tasks moved; done again nothing moves.
    """
    theirs = StepAssignee.objects.filter(Q(person=person_id) | Q(for_person=person_id), step__state__in=_UNDONE)
    requests = ApprovalRequest.objects.select_for_update(of=("self",), no_key=True).filter(
        state=RequestState.OPEN, pk__in=theirs.values("step__request")
    )
    chains = list(load_chains(list(requests.select_related("site__region", "site__calendar", "policy").order_by("pk"))))
    if not chains:
        return 0
    read_done(chains)
    return reseat(chains, at=at)
