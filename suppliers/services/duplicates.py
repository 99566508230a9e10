"""Proposals of duplicate suppliers: found, kept with their evidence, and set aside by a person (SU-3)."""

from datetime import datetime
from decimal import Decimal

from foundation import audit
from foundation.documents import content_hash
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from suppliers import access
from suppliers.decisions.duplicates import VERSION, Company, Suspicion, suspicions
from suppliers.models import DuplicateProposal
from suppliers.selectors.duplicates import companies

State = DuplicateProposal.State
_BATCH = 1_000


@use_case
def find_duplicates(*, actor: User, at: datetime) -> int:
    """Compare all suppliers and keep what looks like one company; returns how many pairs wait for a decision.

    What a person decided stays decided. An open proposal is written anew, or goes when nothing speaks for it any more.

    :raises NotPermittedError: not a supplier manager.
    """
    require(access.can_maintain(actor))
    rows = companies()
    by_key = {one.key: one for one in rows}
    decided = set(DuplicateProposal.objects.exclude(state=State.OPEN).values_list("first_id", "second_id"))
    found = [_proposal(one, by_key, at) for one in suspicions(rows) if (one.first, one.second) not in decided]
    DuplicateProposal.objects.filter(state=State.OPEN).delete()
    DuplicateProposal.objects.bulk_create(found, batch_size=_BATCH)
    audit.record_fact(
        "suppliers.duplicateproposal", None, "", "find_duplicates", actor=actor, at=at, suppliers=len(rows),
        proposals=len(found), model_version=VERSION,
    )  # fmt: skip
    return len(found)


@use_case
def call_distinct(*, proposal_id: int, actor: User, reason: str, at: datetime) -> DuplicateProposal:
    """Say that two suppliers are not the same; it is remembered and they are not proposed again.

    :raises NotPermittedError: not a supplier manager.
    :raises NotFoundError: no such proposal.
    :raises ConflictError: somebody decided it already.
    :raises InvalidError: no reason.
    """
    require(access.can_maintain(actor))
    rows = DuplicateProposal.objects.select_for_update(of=("self",), no_key=True).select_related("first", "second")
    proposal = rows.filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFoundError("not_found", "There is no such proposal.")
    if proposal.state != State.OPEN:
        raise ConflictError("decided_already", f"{proposal}: {proposal.get_state_display().lower()} already.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    proposal.state, proposal.reason = State.DISTINCT, reason.strip()[:200]
    proposal.decided_by, proposal.decided_at = actor, at
    proposal.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    audit.record_fact(
        "suppliers.duplicateproposal", proposal.pk, proposal.first.code, "call_distinct", actor=actor, at=at,
        suppliers=[proposal.first.code, proposal.second.code], reason=proposal.reason, evidence=proposal.evidence,
    )  # fmt: skip
    return proposal


def _proposal(found: Suspicion, by_key: dict[int, Company], at: datetime) -> DuplicateProposal:
    evidence = [one.words for one in found.evidence]
    evidence += ["the names look the same in letters of two scripts"] * found.looks_the_same
    inputs = [_inputs(by_key[key]) for key in (found.first, found.second)]
    return DuplicateProposal(
        first_id=found.first, second_id=found.second, likeness=Decimal(f"{found.likeness:.4f}"), evidence=evidence,
        is_confirmed=found.is_confirmed, inputs_hash=content_hash(inputs), model_version=VERSION, found_at=at,
    )  # fmt: skip


def _inputs(one: Company) -> list[object]:
    return [one.key, one.name, {kind: sorted(values) for kind, values in one.attributes.items()}]
