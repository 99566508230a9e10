"""What must be known before a supplier's bank account changes. Source: SEMANTICS SU-2."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation.verdict import ALLOWED, Verdict


@dataclass(frozen=True, slots=True)
class BankRules:
    """How long a change waits, and how long a contact must be known to be called back; calendar days, of `version`."""

    cooling_off_days: int = 5
    contact_days: int = 30
    version: str = ""


@dataclass(frozen=True, slots=True)
class CallBack:
    """Whom we called: somebody of the supplier we know since `known_since`, or a number from `directory`."""

    known_since: datetime | None = None
    directory: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a change; people by id. `caller_id` is empty until the supplier said yes on the telephone."""

    proposer_id: int
    has_evidence: bool
    caller_id: int | None
    open_case: str = ""  # number of the exception that waits


def may_call(call: CallBack, *, caller_id: int, proposer_id: int, proposed_at: datetime, rules: BankRules) -> Verdict:
    """Judge a call-back: not by who proposed, and never to a contact that came shortly before the change."""
    if caller_id == proposer_id:
        return Verdict("own_proposal", "You proposed this change. Somebody else calls the supplier back.")
    if call.known_since is None:
        if call.directory.strip():
            return ALLOWED
        return Verdict("contact_unknown", "Say where the number comes from: never from the change itself.")
    if call.known_since > proposed_at - timedelta(days=rules.contact_days):
        return Verdict(
            "contact_too_new",
            f"This contact is known for less than {rules.contact_days} days. Call somebody known for longer, or a number"
            " from a public directory.",
        )
    return ALLOWED


def may_approve(standing: Standing, *, actor_id: int) -> Verdict:
    """Judge agreeing to a change: evidence, a call-back and no open exception first, and a person of their own."""
    if actor_id in {standing.proposer_id, standing.caller_id}:
        return Verdict("second_person", "Who proposed a bank change or called about it does not approve it.")
    if not standing.has_evidence:
        return Verdict("evidence_missing", "Attach a letter of the bank or a statement first.")
    if standing.caller_id is None:
        return Verdict("call_back_missing", "Call the supplier back first, and record what was said.")
    if standing.open_case:
        return Verdict("exception_open", f"The exception {standing.open_case} waits for a decision first.")
    return ALLOWED


def cooling_until(*, approved_at: datetime, is_first: bool, rules: BankRules) -> datetime:
    """Return when the new account comes into force: at once when it is the first, else after the cooling-off period."""
    return approved_at if is_first else approved_at + timedelta(days=rules.cooling_off_days)
