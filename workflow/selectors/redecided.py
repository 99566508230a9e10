from collections.abc import Iterator
from dataclasses import dataclass

from policies.decisions.approval import decide
from policies.decisions.stored import decision_to_json, differences, facts_from_json
from policies.selectors import matrix_of
from workflow.decisions.then import asked_then, read_then
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
        yield Redecided(request.subject_number, request.policy.label, decided_again(request))


def decided_again(request: ApprovalRequest) -> tuple[str, ...]:
    """Return the parts of a decision that come out otherwise on its own facts and people: none when it holds."""
    facts = facts_from_json(request.facts)
    decision = decide(facts, matrix_of(request.policy))
    found = differences(request.decision, decision_to_json(decision))
    stored = request.decision.get("meant")
    if stored is None or request.people is None:
        return found
    asks = [ask for _, ask in decision.stages]
    again = asked_then(asks, read_then(request.people), facts.base_amount, facts.categories)
    return found if again == stored else (*found, "people")
