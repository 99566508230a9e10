"""A person decides the open stage of a request."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from foundation import audit
from foundation.decisions.absence import stand_in
from foundation.errors import NotFoundError, NotPermittedError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.selectors import absences_in_force
from workflow.decisions.stages import APPROVED, MANAGER, REJECTED, Matter, authors_of, may_decide, stands_apart
from workflow.models import ApprovalDecision, ApprovalRequest, ApprovalStep, RequestState
from workflow.selectors.chain import Chain, Place, Said, load_chain
from workflow.services.keep_duties_apart import DoneOn, Judged, record_duty, require_duty
from workflow.services.moves import close_request, end_step, leave_out, open_next
from workflow.services.seats import ask_when_left, matter_of


@dataclass(frozen=True, slots=True)
class Reduced:
    """What an approver left of the document: its new hash and amount, and in words what was taken away (AP-4)."""

    content_hash: str
    amount: Decimal  # document currency, net
    reductions: tuple[str, ...]


@use_case
def record_decision(
    *,
    subject_type: str,
    subject_id: int,
    content_hash: str,
    verdict: str,
    actor: User,
    reason: str,
    at: datetime,
    reduced: Reduced | None = None,
    ends: bool = False,
) -> ApprovalRequest:
    """Record what a person decides at the open stage; the owning room has locked its document and calls this.

    Returns the request: still open when more people or stages follow, else approved or rejected. `reduced` says what
    an approval left of the document; whoever decides next decides about that, by the route that was asked first.
    `ends`: a no ends the request whatever the stage asks for, because the document goes back for a change.

    A deputy decides for who is away; it is stored, and shown everywhere, as theirs for that person (AP-5).

    Two people at once: the second waits for the row, then reads who was faster.

    :raises NotFoundError: the document never asked for approval.
    :raises StaleError: it is not what was sent for approval (AP-7), or somebody decided first; says who and when.
    :raises NotPermittedError: own request or change, not asked, already decided, the role or the delegation that made
        them be asked is gone, or a hard duty pair (AP-4, AP-5, SD-1).
    """
    request = _lock_open(subject_type, subject_id)
    if request.content_hash != content_hash:
        raise StaleError("changed_since_opened", f"{request.subject_number} is no longer what was sent for approval.")
    chain = load_chain(request)
    step, place, judged = _require_may_decide(chain, actor, at)
    owner = place.owner if place.owner != place.person else None
    ApprovalDecision.objects.create(
        step=step,
        actor=actor,
        on_behalf_of_id=owner,
        verdict=verdict,
        reason=reason,
        subject_version=request.subject_version,
        content_hash=content_hash,
        approved_hash=reduced.content_hash if reduced else content_hash,
        reductions=list(reduced.reductions) if reduced else [],
        decided_at=at,
    )
    chain.said.append(Said(step.pk, actor.pk, owner, verdict))
    if reduced:
        request.content_hash, request.amount = reduced.content_hash, reduced.amount
        request.save(update_fields=["content_hash", "amount"])
    on = DoneOn(subject_type, subject_id, request.subject_number, request.site, request.amount, request.currency)
    record_duty(judged=judged, on=on, at=at)
    if owner is not None:
        _note_voice(request, actor, owner, verdict, at)
    ending = REJECTED if ends and verdict != APPROVED else chain.ends(step)
    if ending:
        end_step(request, step, ending, actor=actor, at=at, voice=str(User.objects.get(pk=owner)) if owner else "")
    if ending == REJECTED:
        close_request(request, RequestState.REJECTED, actor=actor, at=at)
    else:
        _leave_others(chain, step, actor, at)
    if ending == APPROVED and not open_next(chain, at=at):
        close_request(request, RequestState.APPROVED, actor=actor, at=at)
    return request


def _note_voice(request: ApprovalRequest, actor: User, owner: int, verdict: str, at: datetime) -> None:
    """Write in the audit trail for whom a deputy decided (AP-5); the room's own row says what became of the document."""
    audit.record_fact(
        f"approval.{request.subject_type}", request.pk, request.subject_number, "decide_for", actor=actor, at=at,
        on_behalf_of=User.objects.get(pk=owner), verdict=verdict,
    )  # fmt: skip


def _lock_open(subject_type: str, subject_id: int) -> ApprovalRequest:
    requests = ApprovalRequest.objects.select_for_update(of=("self",), no_key=True).filter(
        subject_type=subject_type, subject_id=subject_id
    )
    request = requests.select_related("site__region", "site__calendar", "policy").order_by("-pk").first()
    if request is None:
        raise NotFoundError("not_found", "This document never asked for approval.")
    if request.state != RequestState.OPEN:
        raise _too_late(request, "is already", request.get_state_display().lower())
    return request


def _too_late(request: ApprovalRequest, *words: str) -> StaleError:
    """Say who was faster, and when."""
    last = (
        ApprovalDecision.objects.filter(step__request=request)
        .select_related("actor", "on_behalf_of")
        .order_by("-pk")
        .first()
    )
    by = f" by {last.who}" if last else ""
    when = last.decided_at if last else request.closed_at
    return StaleError(
        "already_decided",
        f"{request.subject_number} {' '.join(words)}{by}.",
        number=request.subject_number,
        changed_by=last.who if last else "",
        changed_at=when.isoformat() if when else "",
    )


def _require_may_decide(chain: Chain, actor: User, at: datetime) -> tuple[ApprovalStep, Place, Judged]:
    """Return the open stage that asks the person, where they sit in it, and the duty that nothing stands against."""
    request, spent = chain.request, chain.spent()
    found = [(step, chain.place(step, actor.pk)) for step in chain.open_steps()]
    sits = [(step, place) for step, place in found if place is not None]
    if not sits and actor.pk not in spent and _sat_before(chain, actor.pk):
        raise _too_late(request, "no longer waits for you: your stage was decided")
    asked = {actor.pk} if sits else set()
    require(may_decide(actor_id=actor.pk, requester_id=request.requester_id, asked=asked, already=spent))
    step, place = sits[0]
    _require_still_asked(chain, step, place, at)
    matter = matter_of(chain, at)
    owner = User.objects.get(pk=place.owner) if place.owner != actor.pk else None
    judged = require_duty(
        duty=matter.duty, person=actor, chains=request.facts["chains"], at=at, on_behalf_of=owner, done=matter.done
    )
    require(stands_apart(actor.pk, authors_of(matter.done, matter.duty)))
    return step, place, judged


def _sat_before(chain: Chain, person: int) -> bool:
    """Say whether somebody sat in a stage before those that are open."""
    opened = [step.position for step in chain.open_steps()]
    return any(chain.place(step, person) for step in chain.steps if step.position < min(opened))


def _require_still_asked(chain: Chain, step: ApprovalStep, place: Place, at: datetime) -> None:
    """Refuse who was asked for what is theirs no longer: a role they lost, a delegation that ended, a voice given."""
    if place.owner != place.person and place.owner in chain.spent():
        raise _too_late(chain.request, "is decided for who asked you")
    if not place.holds:
        raise NotPermittedError(
            "role_lost", f"This was asked of the {step.label}, and that role is gone. Somebody else decides it.",
            step=step.label,
        )  # fmt: skip
    if place.owner != place.person and place.why != MANAGER and not _stands_in(chain, place, at):
        raise NotPermittedError("delegation_over", "Who you stood in for is back, so the decision is theirs again.")


def _stands_in(chain: Chain, place: Place, at: datetime) -> bool:
    matter: Matter = matter_of(chain, at)
    absences = absences_in_force({place.owner}, at).get(place.owner, ())
    deputy = stand_in(absences, duty=matter.duty, site=matter.site, amount=matter.amount)
    return deputy == place.person and not matter.bars(place.owner)


def _leave_others(chain: Chain, step: ApprovalStep, actor: User, at: datetime) -> None:
    """Take who decided out of the other stages that are open now, or count it there where the policy says so (AP-4)."""
    for other in [found for found in chain.open_steps() if found.pk != step.pk]:
        leave_out(chain, other, at=at)
        if chain.ends(other) == APPROVED:
            end_step(chain.request, other, APPROVED, actor=actor, at=at, is_human=False)
        else:
            ask_when_left(chain, other, at)
