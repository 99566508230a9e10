"""Who may give the second signature of a compensated pair. Source: SEMANTICS SD-1 and AP-4."""

from collections.abc import Sequence

from foundation.verdict import ALLOWED, Verdict
from policies.decisions.duties import Conflict


def may_sign(*, signer_id: int, person_id: int, is_asked: bool, bars: Sequence[Conflict]) -> Verdict:
    """Judge signing for what `person_id` did: somebody else who holds the duty and stands apart from the documents.

    `bars` is what the signer would break by doing the duty on the same chain.
    """
    if signer_id == person_id:
        return Verdict("own_act", "You did this yourself, so somebody else must look at it and sign.")
    if not is_asked:
        return Verdict("not_asked", "This signature is not yours to give: you do not hold the duty there.")
    if bars:
        return Verdict("duty_conflict", f"{bars[0].sentence} So your signature would not be a second one.")
    return ALLOWED
