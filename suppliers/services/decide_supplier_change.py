"""Deciding about a request to change a supplier's record (SU-5): agreed on the approval machine, refused, withdrawn."""

from datetime import datetime

from foundation import audit, outbox
from foundation.documents import lock, require_unchanged, touch
from foundation.errors import ConflictError, InvalidError, require
from foundation.journal import use_case
from foundation.models import User
from suppliers import access
from suppliers.events import SupplierChangeEnded
from suppliers.models import Supplier, SupplierChange
from suppliers.selectors.master_data import values_of
from suppliers.services.tell_supplier import write_record
from workflow.models import ApprovalRequest, RequestState
from workflow.services import record_decision, withdraw_approval


@use_case
def approve_supplier_change(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> SupplierChange:
    """Agree to a request on the approval machine; after the last stage the record says what was asked.

    :raises NotPermittedError: the machine does not ask the person, or it is their own request.
    :raises StaleError: the request moved on since it was opened.
    :raises InvalidError: it is decided already.
    :raises ConflictError: the record changed since it was asked.
    """
    change = _open(pk, expected_version, seen_hash)
    require(access.can_decide_supplier_change(actor, change))
    request = _decide(change, "approved", actor=actor, reason=reason, at=at)
    if request.state != RequestState.APPROVED:
        return change
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).get(pk=change.supplier_id)
    if supplier.merged_into_id is not None:
        raise ConflictError("record_closed", f"Another record stands for {supplier} now. Refuse it and ask there.")
    now = values_of(supplier)
    moved = [code for code, value in change.before.items() if now[code] != value]
    if moved:
        raise ConflictError("record_moved", f"{supplier} changed since this was asked. Refuse it and ask anew.")
    write_record(supplier, change.after, source=change.source, document=change.number, by=change.created_by, at=at)
    change.make(by_id=actor.pk, at=at)
    change.save(update_fields=["state", "decided_by", "closed_at", *touch(change, by_id=actor.pk, at=at)])
    audit.record(
        change, "approve_supplier_change", actor=actor, at=at, was=change.before, now=change.after, after=change.state
    )
    _tell(change, actor, at)
    return change


@use_case
def reject_supplier_change(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> SupplierChange:
    """Say no to a request on the approval machine; the record stays.

    :raises NotPermittedError: the machine does not ask the person.
    :raises StaleError: the request moved on since it was opened.
    :raises InvalidError: it is decided already, or no reason.
    """
    change = _open(pk, expected_version, seen_hash)
    _require_reason(reason)
    _decide(change, "rejected", actor=actor, reason=reason, at=at)
    change.turn_down(by_id=actor.pk, at=at, reason=reason.strip()[:300])
    return _end(change, "reject_supplier_change", actor, at)


@use_case
def withdraw_supplier_change(
    *, change_id: int, expected_version: int, actor: User, reason: str, at: datetime
) -> SupplierChange:
    """Take a request back, by whoever asked, or by a supplier manager for a source that no person speaks for.

    :raises NotPermittedError: somebody else asked.
    :raises StaleError: the request moved on since it was opened.
    :raises InvalidError: it is decided already, or no reason.
    """
    change = _open(change_id, expected_version)
    require(access.can_withdraw_supplier_change(actor, change))
    _require_reason(reason)
    withdraw_approval(subject_type="supplier_change", subject_id=change.pk, actor=actor, at=at)
    change.take_back(at=at, reason=reason.strip()[:300])
    return _end(change, "withdraw_supplier_change", actor, at)


def _open(change_id: int, expected_version: int | None, seen_hash: str | None = None) -> SupplierChange:
    change = lock(SupplierChange, change_id, with_=("supplier", "changed_by", "created_by"))
    require_unchanged(change, expected_version, seen_hash)
    if change.closed_at is not None:
        raise InvalidError("decided_already", f"{change.number} is {change.get_state_display().lower()}.")
    return change


def _decide(change: SupplierChange, verdict: str, *, actor: User, reason: str, at: datetime) -> ApprovalRequest:
    return record_decision(
        subject_type="supplier_change", subject_id=change.pk, content_hash=change.content_hash, verdict=verdict,
        actor=actor, reason=reason, at=at,
    )  # fmt: skip


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")


def _end(change: SupplierChange, action: str, actor: User, at: datetime) -> SupplierChange:
    fields = ["state", "decided_by", "closed_at", "closed_reason"]
    change.save(update_fields=[*fields, *touch(change, by_id=actor.pk, at=at)])
    audit.record(change, action, actor=actor, at=at, after=change.state, reason=change.closed_reason)
    _tell(change, actor, at)
    return change


def _tell(change: SupplierChange, actor: User, at: datetime) -> None:
    supplier = change.supplier
    outbox.publish(
        SupplierChangeEnded(
            subject_id=change.pk, subject_number=change.number, at=at, version=change.version,
            supplier_id=supplier.pk, actor_id=actor.pk, outcome=change.get_state_display().lower(),
            related=(("supplier", supplier.pk, supplier.code),),
        )
    )  # fmt: skip
