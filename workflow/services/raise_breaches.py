from datetime import datetime

import structlog

from foundation import registries
from foundation.journal import use_case
from foundation.selectors import Breach, breaches
from workflow.services.cases import cure_case, open_case

log = structlog.get_logger(__name__)
NAMED = 20  # documents named in the evidence; the rest is counted


def raise_breaches(*, at: datetime) -> int:
    """Open one exception for each law of the house that is broken, and close those of laws that are true again.

    Returns how many laws are broken. Each is also an error in the log, because a broken law is nobody's daily work.
    """
    found: dict[str, list[Breach]] = {invariant.code: [] for invariant in registries.invariants.all()}
    for breach in breaches():
        found[breach.code].append(breach)
    for code, of_law in found.items():
        _tell(code, of_law, at)
    return sum(1 for of_law in found.values() if of_law)


@use_case
def _tell(code: str, found: list[Breach], at: datetime) -> None:
    key = f"invariant:{code}"
    if not found:
        cure_case(key=key, outcome="The check finds nothing any more.", at=at)
        return
    first = found[0]
    log.error("invariant.broken", code=code, law=first.law, documents=[breach.number for breach in found[:NAMED]])
    more = f" And {len(found) - 1} more." if len(found) > 1 else ""
    open_case(
        key=key,
        category="other",
        cause=code,
        sentence=f"Must always be true: {first.law}. {first.number} {first.sentence}.{more}",
        subject_type="invariant",
        subject_id=0,
        subject_number=first.number[:40],
        evidence={breach.number: breach.sentence for breach in found[:NAMED]} | {"documents": len(found)},
        at=at,
    )
