"""Submitting, deciding, returning, withdrawing and cancelling a requisition."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from foundation import audit, outbox
from foundation.documents import lock, require_unchanged, touch
from foundation.errors import InvalidError, require
from foundation.journal import use_case
from foundation.models import User
from policies.decisions.budgets import refusal
from procurement import access
from procurement.decisions.flags import WORDS
from procurement.events import (
    RequisitionCancelled,
    RequisitionReduced,
    RequisitionRejected,
    RequisitionReturned,
    RequisitionSubmitted,
)
from procurement.models import Requisition
from procurement.selectors.approval_facts import judge, standing_flags
from procurement.services.ask_approval import (
    SUBJECT,
    about,
    ask_approval,
    freeze,
    mark_approved,
    require_unblocked,
)
from procurement.services.follow_budgets import follow_budgets
from procurement.services.reduce_lines import Reduction, reduce_lines, restore_lines
from workflow.models import ApprovalRequest, RequestState
from workflow.services import record_decision, withdraw_approval


@use_case
def submit_requisition(*, requisition_id: int, expected_version: int | None, actor: User, at: datetime) -> Requisition:
    """Freeze the facts, ask for approval, and approve at once when the policy says touchless (AP-8).

    Budgets are held while it is judged, so two needs cannot both have the last of one (RQ-6).

    :raises InvalidError: there are no lines, policy stops what a flag names (RQ-3), or it does not fit its budget and
        policy refuses that (RQ-6).
    :raises StaleError: it changed since it was opened.
    :raises NotPermittedError: not the person's own draft.
    """
    requisition = lock(
        Requisition, requisition_id, with_=("ship_to__region", "ship_to__calendar", "requester", "cost_centre")
    )
    require_unchanged(requisition, expected_version)
    require(access.can_change(actor, requisition))
    lines = list(requisition.lines.select_related("category", "unit", "item", "supplier"))
    if not lines:
        raise InvalidError("no_lines", "Add at least one line before you submit.", field="lines")
    judged = judge(requisition, lines, at, lock=True)
    if judged.blocks_submission:
        raise InvalidError(
            "flag_blocks_submission",
            f"{WORDS[judged.blocks_submission[0]]} Policy lets nobody submit such a requisition.",
            field="lines",
            value=judged.blocks_submission[0],
        )
    if judged.budget.refuses:
        raise InvalidError(
            "budget_exceeded",
            refusal(judged.budget.exceeded),
            field="lines",
            value=judged.budget.exceeded[0].label,
        )
    requisition.submit(at=at)
    freeze(requisition, lines, judged, actor=actor, at=at)
    audit.record(
        requisition, "submit", actor=actor, at=at, flags=requisition.flags, total=str(requisition.total_amount)
    )
    outbox.publish(RequisitionSubmitted(**about(requisition, actor, at)))
    ask_approval(requisition, lines, judged, asker=requisition.requester, actor=actor, at=at)
    if requisition.cost_centre.is_budgeted:
        follow_budgets(requisitions=[requisition.pk], why="submit", at=at)
    return requisition


@use_case
def approve_requisition(
    *,
    pk: int,
    expected_version: int | None,
    seen_hash: str | None,
    actor: User,
    reason: str,
    at: datetime,
    quantities: Mapping[int, Decimal] | None = None,
) -> Requisition:
    """Approve the open step; the requisition is approved when it was the last one.

    `quantities` (line number -> quantity in the line's unit) approves less: zero strikes a line, a line not named
    stays. It is part of the decision and needs no new round; the next stage sees and decides what is left (AP-4).

    Two people pressing at once: the second waits for the row, then finds nothing left to decide.

    :raises StaleError: it changed since it was opened.
    :raises NotPermittedError: own request, not asked, already decided, a duty pair (AP-4, SD-1), or the last approval
        of something policy stops (RQ-3).
    :raises InvalidError: more than asked (AP-7), nothing left, or less without a reason.
    """
    requisition, request = _decide(pk, expected_version, seen_hash, "approved", actor, reason, at, quantities)
    if request.state == RequestState.APPROVED:
        require_unblocked(standing_flags(requisition, at) if requisition.flags else (), at)
        mark_approved(requisition, request, actor=actor, at=at)
    else:
        _note_step(requisition, request, actor, reason, at)
    return requisition


@use_case
def reject_requisition(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> Requisition:
    """Say no, with a reason the requester reads; where a majority or percentage decides, it is one voice of them.

    :raises InvalidError: the reason is missing.
    """
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why you reject it.", field="reason")
    requisition, request = _decide(pk, expected_version, seen_hash, "rejected", actor, reason, at)
    if request.state == RequestState.OPEN:
        _note_step(requisition, request, actor, reason, at, action="reject_step")
        return requisition
    requisition.reject(at=at, reason=reason.strip()[:500])
    requisition.save(update_fields=["state", "closed_at", "state_reason", *touch(requisition, by_id=actor.pk, at=at)])
    audit.record(requisition, "reject", actor=actor, at=at, reason=reason, policy_version=request.decision["version"])
    outbox.publish(RequisitionRejected(**about(requisition, actor, at), reason=reason[:500]))
    follow_budgets(requisitions=[requisition.pk], why="reject", at=at)
    return requisition


def _decide(
    pk: int,
    expected_version: int | None,
    seen_hash: str | None,
    verdict: str,
    actor: User,
    reason: str,
    at: datetime,
    quantities: Mapping[int, Decimal] | None = None,
    *,
    ends: bool = False,
) -> tuple[Requisition, ApprovalRequest]:
    requisition = lock(Requisition, pk, with_=("ship_to", "requester", "changed_by"))
    require_unchanged(requisition, expected_version, seen_hash)
    seen = requisition.content_hash
    less = reduce_lines(requisition, quantities, reason) if quantities else None
    request = record_decision(
        subject_type=SUBJECT,
        subject_id=pk,
        content_hash=seen,
        verdict=verdict,
        actor=actor,
        reason=reason,
        at=at,
        reduced=less.told() if less else None,
        ends=ends,
    )
    if less:
        _keep(less, request, actor, reason, at)
    return requisition, request


def _keep(less: Reduction, request: ApprovalRequest, actor: User, reason: str, at: datetime) -> None:
    """Store what an approver took away, and tell the requester."""
    requisition = less.requisition
    less.store()
    cuts = [cut.words for cut in less.cuts]
    audit.record(
        requisition, "reduce", actor=actor, at=at, reason=reason, cuts=cuts, total=str(requisition.total_amount),
        policy_version=request.decision["version"],
    )  # fmt: skip
    outbox.publish(RequisitionReduced(**about(requisition, actor, at), reason=reason[:500], outcome="; ".join(cuts)))
    follow_budgets(requisitions=[requisition.pk], why="reduce", at=at)


def _note_step(
    requisition: Requisition,
    request: ApprovalRequest,
    actor: User,
    reason: str,
    at: datetime,
    action: str = "approve_step",
) -> None:
    requisition.save(update_fields=touch(requisition, by_id=actor.pk, at=at))
    audit.record(requisition, action, actor=actor, at=at, reason=reason, policy_version=request.decision["version"])


@use_case
def withdraw_requisition(
    *, requisition_id: int, expected_version: int, actor: User, reason: str, at: datetime
) -> Requisition:
    """Take a submitted requisition back into draft; its approvals end.

    :raises StaleError: it changed since it was opened.
    :raises NotPermittedError: not the requester's own, or decided already.
    """
    requisition = lock(Requisition, requisition_id, with_=("ship_to", "requester", "changed_by"))
    require_unchanged(requisition, expected_version)
    require(access.can_withdraw(actor, requisition))
    withdraw_approval(subject_type=SUBJECT, subject_id=requisition.pk, actor=actor, at=at)
    return _return(requisition, actor=actor, at=at, reason=reason or "Taken back by the requester", action="withdraw")


@use_case
def return_requisition(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> Requisition:
    """Send it back to the requester for a change, by a person who is asked to decide it.

    :raises InvalidError: the reason is missing.
    """
    if not reason.strip():
        raise InvalidError("reason_missing", "Say what should change.", field="reason")
    requisition, _request = _decide(pk, expected_version, seen_hash, "rejected", actor, reason, at, ends=True)
    return _return(requisition, actor=actor, at=at, reason=reason, action="return")


def _return(requisition: Requisition, *, actor: User, at: datetime, reason: str, action: str) -> Requisition:
    requisition.return_for_change(reason=reason.strip()[:500])
    restore_lines(requisition)
    requisition.save(
        update_fields=[
            "state",
            "total_amount",
            "content_hash",
            "submitted_at",
            "approved_at",
            "closed_at",
            "state_reason",
            *touch(requisition, by_id=actor.pk, at=at),
        ]
    )
    audit.record(requisition, action, actor=actor, at=at, reason=reason)
    outbox.publish(RequisitionReturned(**about(requisition, actor, at), reason=reason[:500]))
    follow_budgets(requisitions=[requisition.pk], why=action, at=at)
    return requisition


@use_case
def cancel_requisition(
    *, requisition_id: int, expected_version: int, actor: User, reason: str, at: datetime
) -> Requisition:
    """End a requisition that is no longer needed, before any of it is ordered.

    :raises InvalidError: a line is on an order already, or the reason is missing.
    :raises StaleError: it changed since it was opened.
    :raises NotPermittedError: not the requester, or it is over already.
    """
    requisition = lock(Requisition, requisition_id, with_=("ship_to", "requester", "changed_by"))
    require_unchanged(requisition, expected_version)
    require(access.can_cancel(actor, requisition))
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why it is no longer needed.", field="reason")
    if requisition.lines.filter(ordered_at__isnull=False).exists():
        raise InvalidError("already_ordered", "Some of it is ordered already. Ask the buyer to cancel the order.")
    withdraw_approval(subject_type=SUBJECT, subject_id=requisition.pk, actor=actor, at=at)
    requisition.cancel(at=at, reason=reason.strip()[:500])
    requisition.save(update_fields=["state", "closed_at", "state_reason", *touch(requisition, by_id=actor.pk, at=at)])
    requisition.lines.exclude(waiting_reason="", goes_out_at=None).update(waiting_reason="", goes_out_at=None)
    audit.record(requisition, "cancel", actor=actor, at=at, reason=reason)
    outbox.publish(RequisitionCancelled(**about(requisition, actor, at), reason=reason[:500]))
    follow_budgets(requisitions=[requisition.pk], why="cancel", at=at)
    return requisition
