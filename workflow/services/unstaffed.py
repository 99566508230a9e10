from collections.abc import Sequence
from datetime import datetime

from workflow.models import ApprovalRequest
from workflow.services.about import about_case
from workflow.services.cases import open_case


def raise_unstaffed(request: ApprovalRequest, unstaffed: Sequence[str], at: datetime, *, waited: bool = False) -> None:
    """Open the exception of a stage that nobody may decide; the fallback owner has it meanwhile (AP-3).

    `waited`: those asked did not decide on any rung of the ladder (AP-5).
    """
    stages = ", ".join(unstaffed)
    why = f"{stages} did not decide in time" if waited else f"nobody may decide as {stages}"
    open_case(
        key=f"no_approver:{request.pk}",
        category="no_approver",
        cause="nobody_decided" if waited else "no_eligible_approver",
        sentence=f"{request.subject_number}: {why}; the fallback owner has it.",
        **about_case(request),
        evidence={"stages": list(unstaffed), "policy": request.decision["version"]},
        at=at,
    )
