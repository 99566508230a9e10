"""Changing a supplier's standing (SU-1): restrict, block, activate again."""

from datetime import datetime

from foundation import audit, outbox
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from suppliers import access
from suppliers.events import (
    SupplierActivated,
    SupplierBlocked,
    SupplierEvent,
    SupplierOffboarded,
    SupplierRestricted,
)
from suppliers.models import Onboarding, Supplier, SupplierRestriction
from workflow.services import withdraw_approval

MOVES: dict[str, tuple[str, type[SupplierEvent]]] = {
    "activate": ("activate", SupplierActivated),
    "restrict": ("restrict", SupplierRestricted),
    "block": ("block", SupplierBlocked),
    "offboard": ("offboard", SupplierOffboarded),
}


@use_case
def move_supplier(
    *, supplier_id: int, expected_version: int, move: str, actor: User, reason: str, at: datetime
) -> Supplier:
    """Activate, restrict, block or offboard a supplier, with a reason everybody reads.

    :raises NotFoundError: no such supplier.
    :raises StaleError: the supplier changed since it was opened.
    :raises NotPermittedError: not a supplier manager.
    :raises InvalidError: no such move from here, no reason, or a rule restricts the supplier and its cause stands.
    """
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    require(access.can_maintain(actor))
    if supplier.version != expected_version:
        raise StaleError("changed_since_opened", f"{supplier} changed since you opened it.", number=supplier.code)
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    if move == "activate":
        _require_no_cause(supplier)
    return shift(supplier, move, actor=actor, reason=reason.strip(), at=at)


def shift(supplier: Supplier, move: str, *, actor: User, reason: str, at: datetime) -> Supplier:
    """Move a supplier the caller has locked, by a person or by a rule.

    :raises InvalidError: no such move from here.
    """
    name, event = MOVES[move]
    arrow = getattr(supplier, name)
    if name not in {t.name for t in supplier.get_available_state_transitions()}:  # type: ignore[attr-defined]  # added at run time, unknown to the stubs
        raise InvalidError(
            "no_such_move", f"{supplier} is {supplier.get_state_display().lower()}; that is no step from there."
        )
    before = supplier.state
    arrow(at=at, reason=reason[:200])
    if move == "offboard":
        _end_onboarding(supplier, reason, actor, at)
    supplier.version += 1
    supplier.save(update_fields=["state", "state_reason", "changed_at", "version"])
    audit.record(supplier, f"{move}_supplier", actor=actor, at=at, before=before, after=supplier.state, reason=reason)
    outbox.publish(
        event(
            subject_id=supplier.pk, subject_number=supplier.code, at=at, version=supplier.version,
            supplier_id=supplier.pk, actor_id=actor.pk, is_human=actor.kind != User.Kind.SYSTEM,
            reason=supplier.state_reason,
        )
    )  # fmt: skip
    return supplier


def _end_onboarding(supplier: Supplier, reason: str, actor: User, at: datetime) -> None:
    """Take back what was asked for a supplier whose relation ends."""
    Onboarding.objects.filter(supplier=supplier, closed_at=None).update(closed_at=at, outcome=reason[:300])
    withdraw_approval(subject_type="supplier", subject_id=supplier.pk, actor=actor, at=at)


def _require_no_cause(supplier: Supplier) -> None:
    """Refuse to let a supplier order again while a rule restricts it; the restriction goes with its cause."""
    standing = SupplierRestriction.objects.filter(supplier=supplier, lifted_at=None).first()
    if standing is not None:
        raise InvalidError(
            "restricted_by_rule", f"{standing.reason}. It may order again by itself once that is mended.",
            field="reason",
        )  # fmt: skip
