"""What becomes of a change of an order that waits: agreed, refused, sent back, or taken back (AP-7, PO-2)."""

from collections.abc import Collection
from datetime import datetime

from foundation.documents import lock, require_unchanged, touch
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from procurement import access
from procurement.models import AckState, ChangeState, OrderChange, PurchaseOrder
from procurement.services.apply_change import apply_change, end_change
from procurement.services.change_order import locked_lines
from procurement.services.decide_acknowledgment import settle_answer
from workflow.models import RequestState
from workflow.services import record_decision, withdraw_approval

_ORDER = ("supplier", "ship_to__region", "ship_to__calendar", "changed_by")


@use_case
def approve_change(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> OrderChange:
    """Agree to a change; the last who must agree puts it in force and the supplier gets the new version.

    Two people pressing at once: the second waits for the order, then reads who was faster.

    :raises StaleError: somebody decided first, or it is not what was on the screen (AP-7); says who and when.
    :raises NotPermittedError: the machine does not ask the person, or the order is on hold or not issued.
    :raises InvalidError: more came meanwhile than it leaves, or its contract has not enough left.
    """
    change, order = _locked(pk, expected_version, seen_hash)
    request = _decide(change, "approved", actor=actor, reason=reason, at=at)
    if request == RequestState.APPROVED:
        apply_change(change, order, locked_lines(order), actor=actor, at=at)
        _settle(change, order, accept=True, reason=reason or "Approved", actor=actor, at=at)
    return change


@use_case
def reject_change(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> OrderChange:
    """Say no to a change, with a reason; the order stays as it was, and a supplier's answer behind it is refused.

    :raises StaleError: somebody decided first, or it is not what was on the screen.
    :raises NotPermittedError: the machine does not ask the person.
    :raises InvalidError: the reason is missing.
    """
    change, order = _locked(pk, expected_version, seen_hash)
    _require_reason(reason)
    if _decide(change, "rejected", actor=actor, reason=reason, at=at) == RequestState.REJECTED:
        change.reject(at=at, reason=reason.strip()[:300])
        _leave(change, order, "reject_order_change", actor=actor, at=at)
        _settle(change, order, accept=False, reason=reason, actor=actor, at=at)
    return change


@use_case
def return_change(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> OrderChange:
    """Send a change back to who wrote it, with what should be different; the order stays as it was.

    A supplier's answer behind it waits for the buyer again.

    :raises StaleError: somebody decided first, or it is not what was on the screen.
    :raises NotPermittedError: the machine does not ask the person.
    :raises InvalidError: the reason is missing.
    """
    change, order = _locked(pk, expected_version, seen_hash)
    _require_reason(reason)
    _decide(change, "rejected", actor=actor, reason=reason, at=at, ends=True)
    change.send_back(at=at, reason=reason.strip()[:300])
    _leave(change, order, "return_order_change", actor=actor, at=at)
    return change


@use_case
def withdraw_change(*, change_id: int, expected_version: int, actor: User, reason: str, at: datetime) -> OrderChange:
    """Take a change back that waits, by a buyer of the site; the order stays as it was.

    :raises NotFoundError: there is none, or it is another site's.
    :raises NotPermittedError: not a buyer of the site.
    :raises StaleError: it moved on since it was opened.
    :raises InvalidError: it waits no more, or the reason is missing.
    """
    change, order = _locked(change_id, expected_version, None)
    if not access.can_see_order(actor, order):
        raise NotFoundError("not_found", "There is no such change.")
    require(access.can_order(actor, order.ship_to))
    _require_reason(reason)
    if change.state != ChangeState.PROPOSED:
        raise InvalidError("decided_already", f"{change.number} is {change.get_state_display().lower()}.")
    drop_change(change, order, reason=reason, actor=actor, at=at)
    return change


def drop_change(change: OrderChange, order: PurchaseOrder, *, reason: str, actor: User, at: datetime) -> None:
    """Take back a change that waits, of an order the caller has locked; nobody is asked about it any more."""
    withdraw_approval(subject_type=change.matter, subject_id=change.pk, actor=actor, at=at)
    change.withdraw(at=at, reason=reason.strip()[:300])
    _leave(change, order, "withdraw_order_change", actor=actor, at=at)


def drop_open_change(order: PurchaseOrder, *, reason: str, actor: User, at: datetime) -> None:
    """Take back the change that waits of an order that ends; none is no error."""
    for change in OrderChange.objects.select_for_update(of=("self",), no_key=True).filter(
        order=order, state=ChangeState.PROPOSED
    ):
        drop_change(change, order, reason=reason, actor=actor, at=at)


def _locked(pk: int, expected_version: int | None, seen_hash: str | None) -> tuple[OrderChange, PurchaseOrder]:
    """Lock the order, then the change, and refuse one that is not what was on the screen."""
    order_id = OrderChange.objects.filter(pk=pk).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFoundError("not_found", "There is no such change.")
    order = lock(PurchaseOrder, order_id, with_=_ORDER)
    change = lock(OrderChange, pk, with_=("changed_by", "acknowledgment"))
    require_unchanged(change, expected_version, seen_hash)
    return change, order


def _decide(change: OrderChange, verdict: str, *, actor: User, reason: str, at: datetime, ends: bool = False) -> str:
    request = record_decision(
        subject_type=change.matter, subject_id=change.pk, content_hash=change.content_hash, verdict=verdict, actor=actor,
        reason=reason, at=at, ends=ends,
    )  # fmt: skip
    return str(request.state)


def _leave(change: OrderChange, order: PurchaseOrder, action: str, *, actor: User, at: datetime) -> None:
    order.is_changing = False
    order.save(update_fields=["is_changing", *touch(order, by_id=actor.pk, at=at)])
    end_change(change, order, action, actor=actor, at=at)


def _settle(
    change: OrderChange, order: PurchaseOrder, *, accept: bool, reason: str, actor: User, at: datetime
) -> None:  # fmt: skip
    """Let the supplier's answer whose terms were asked for go the same way (AK-2)."""
    if change.acknowledgment is not None and change.acknowledgment.state == AckState.REVIEW:
        settle_answer(change.acknowledgment, order, accept=accept, reason=reason, actor=actor, at=at)


def drop_changes_of(answers: Collection[int], order: PurchaseOrder, *, actor: User, at: datetime) -> None:
    """Take back what was asked for answers that a newer word of the supplier overtook (AK-3)."""
    waiting = OrderChange.objects.select_for_update(of=("self",), no_key=True).filter(
        order=order, state=ChangeState.PROPOSED, acknowledgment__in=answers
    )
    for change in waiting:
        drop_change(change, order, reason="The supplier answered anew.", actor=actor, at=at)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
