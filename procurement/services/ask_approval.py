"""What submitting a requisition and sending it back to approval share: the frozen facts, and the question itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from foundation import audit, outbox
from foundation.documents import content_hash, touch
from foundation.errors import NotPermittedError
from foundation.models import User
from policies.selectors import ordering_policy_in_force
from procurement.decisions.flags import WORDS
from procurement.events import RequisitionApproved
from procurement.models import Requisition, RequisitionLine
from procurement.selectors.approval_facts import Judged, chains_of
from procurement.services.write_requisition import content_of
from workflow.models import ApprovalRequest, RequestState
from workflow.services import Asking, DoneOn, open_approval, record_duty, require_duty

SUBJECT = "requisition"


def freeze(
    requisition: Requisition, lines: Sequence[RequisitionLine], judged: Judged, *, actor: User, at: datetime
) -> None:
    """Store the flags, the rate and the hash of what the approval will bind to, with the state the caller moved."""
    requisition.flags, requisition.base_rate = list(judged.flags), judged.rate.rate
    requisition.content_hash = content_hash(content_of(requisition, lines))
    head = [
        "state",
        "submitted_at",
        "approved_at",
        "state_reason",
        "flags",
        "content_hash",
        "total_amount",
        "base_rate",
    ]
    requisition.save(update_fields=[*head, *touch(requisition, by_id=actor.pk, at=at)])


def ask_approval(
    requisition: Requisition,
    lines: Sequence[RequisitionLine],
    judged: Judged,
    *,
    asker: User,
    actor: User,
    at: datetime,
) -> ApprovalRequest:
    """Record who asks for it, and ask the people the policy names, or approve at once when it names none (AP-8).

    :raises NotPermittedError: the asker holds a hard other side on its chain (SD-1); or it would pass untouched, and
        policy stops what a flag names (RQ-3).
    """
    done = _record_request(requisition, person=asker, at=at)
    request = open_approval(asking=_asking(requisition, lines, judged, done), facts=judged.facts, actor=actor, at=at)
    if request.state == RequestState.APPROVED:
        require_unblocked(requisition.flags, at)
        mark_approved(requisition, request, actor=None, at=at)
    return request


def _record_request(requisition: Requisition, *, person: User, at: datetime) -> frozenset[tuple[str, int]]:
    """Record who asks for what a requisition says; refused to who holds a hard other side on its chain (SD-1).

    Returns what is done on the chain with that, for the question itself.
    """
    judged = require_duty(duty="request", person=person, chains=chains_of(requisition), at=at)
    on = DoneOn(
        SUBJECT, requisition.pk, requisition.number, requisition.ship_to, requisition.total_amount, requisition.currency
    )
    record_duty(judged=judged, on=on, at=at)
    return judged.done | {(judged.duty, one.pk) for one in judged.people}


def require_unblocked(flags: Sequence[str], at: datetime) -> None:
    """Refuse the final approval of what policy stops (RQ-3); a person sends it back to be changed.

    :raises NotPermittedError: names the first flag that blocks.
    """
    blocking = [flag for flag in flags if flag in ordering_policy_in_force(at).block_approval]
    if blocking:
        raise NotPermittedError(
            "flag_blocks_approval", f"{WORDS[blocking[0]]} Policy lets nobody approve that. Send it back for a change."
        )


def _asking(
    requisition: Requisition, lines: Sequence[RequisitionLine], judged: Judged, done: frozenset[tuple[str, int]]
) -> Asking:
    first = lines[0].description
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    return Asking(
        subject_type=SUBJECT,
        subject_id=requisition.pk,
        subject_number=requisition.number,
        subject_version=requisition.version,
        content_hash=requisition.content_hash,
        title=requisition.title or f"{first}{more}",
        site=requisition.ship_to,
        requester=requisition.requester,
        amount=requisition.total_amount,
        currency=requisition.currency,
        need_by=requisition.need_by,
        rate=judged.rate,
        duty="approve_requisition",
        chains=chains_of(requisition),
        cost_centres=(requisition.cost_centre,),
        done=done,
        frozen={"siblings": list(judged.siblings)} if judged.siblings else {},
    )


def about(requisition: Requisition, actor: User | None, at: datetime) -> dict[str, Any]:
    """Return what every event of a requisition says."""
    return {
        "subject_id": requisition.pk,
        "subject_number": requisition.number,
        "at": at,
        "version": requisition.version,
        "site_id": requisition.ship_to_id,
        "actor_id": actor.pk if actor else None,
        "is_human": actor is not None and actor.kind != User.Kind.SYSTEM,
        "total_amount": requisition.total_amount,
        "currency": requisition.currency,
    }


def mark_approved(requisition: Requisition, request: ApprovalRequest, *, actor: User | None, at: datetime) -> None:
    """Approve the requisition: the last stage agreed, or `actor` is nobody and the policy let it pass."""
    requisition.approve(at=at)
    requisition.save(
        update_fields=[
            "state",
            "approved_at",
            *touch(requisition, by_id=actor.pk if actor else requisition.requester_id, at=at),
        ]
    )
    audit.record(
        requisition,
        "approve",
        actor=actor,
        at=at,
        policy_version=request.decision["version"],
        touchless=request.is_touchless,
    )
    outbox.publish(RequisitionApproved(**about(requisition, actor, at), touchless=request.is_touchless))
