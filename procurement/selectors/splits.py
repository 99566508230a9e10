"""The other requests of a possible split, as they were frozen when it was submitted (RQ-2)."""

from collections.abc import Sequence

from workflow.models import ApprovalRequest


def siblings_in(approval: ApprovalRequest | None) -> Sequence[str]:
    """Return the numbers of the requests that together with it pass a limit; of a request that was read already."""
    return list(approval.facts.get("siblings", ())) if approval is not None else []
