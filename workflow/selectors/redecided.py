from collections.abc import Iterator
from dataclasses import dataclass

from policies.decisions.approval import decide
from policies.decisions.stored import decision_to_json, differences, facts_from_json
from policies.selectors import matrix_of
from workflow.models import ApprovalRequest

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Redecided:
    """A stored decision made again: the parts that came out otherwise, none when it holds (AP-11)."""

    number: str
    version: str
    different: tuple[str, ...]


def redecided() -> Iterator[Redecided]:
    """Make every stored decision again from its frozen facts and its policy version, oldest first, in flat memory."""
    requests = ApprovalRequest.objects.select_related("policy").order_by("pk")
    for request in requests.iterator(chunk_size=CHUNK):
        again = decision_to_json(decide(facts_from_json(request.facts), matrix_of(request.policy)))
        yield Redecided(request.subject_number, request.policy.label, differences(request.decision, again))
