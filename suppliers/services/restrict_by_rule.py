"""Restrictions no person makes: they come with their cause, and go with it (SU-1)."""

from datetime import datetime

from foundation import audit
from foundation.journal import use_case
from foundation.models import User
from suppliers.models import MAY_ORDER, Supplier, SupplierRestriction, SupplierState
from suppliers.services.move_supplier import shift


@use_case
def follow_cause(*, supplier_id: int, cause: str, reason: str, actor: User, at: datetime) -> SupplierRestriction | None:
    """Restrict a supplier while `reason` says why, or lift the restriction of that cause when it says nothing.

    A supplier that a person restricted or blocked stays so; only the last rule to go lets one order again that a rule
    restricted. Told twice it is done once. Returns the restriction that stands or was just lifted, or nothing.
    """
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).get(pk=supplier_id)
    standing = SupplierRestriction.objects.filter(supplier=supplier, cause=cause, lifted_at=None).first()
    if reason and standing is None:
        return _restrict(supplier, cause, reason, actor, at)
    if reason and standing is not None and standing.reason != reason:
        standing.reason = reason
        standing.save(update_fields=["reason"])
    if not reason and standing is not None:
        _lift(supplier, standing, actor, at)
    return standing


def _restrict(supplier: Supplier, cause: str, reason: str, actor: User, at: datetime) -> SupplierRestriction:
    others = SupplierRestriction.objects.filter(supplier=supplier, lifted_at=None, is_ours=True).exists()
    moves = supplier.state in MAY_ORDER
    made = SupplierRestriction.objects.create(
        supplier=supplier, cause=cause, reason=reason, since=at, is_ours=moves or others
    )
    if moves:
        shift(supplier, "restrict", actor=actor, reason=reason, at=at)
    else:
        audit.record(supplier, "note_restriction", actor=actor, at=at, cause=cause, reason=reason)
    return made


def _lift(supplier: Supplier, standing: SupplierRestriction, actor: User, at: datetime) -> None:
    standing.lifted_at = at
    standing.save(update_fields=["lifted_at"])
    others = SupplierRestriction.objects.filter(supplier=supplier, lifted_at=None).exists()
    if standing.is_ours and not others and supplier.state == SupplierState.RESTRICTED:
        shift(supplier, "activate", actor=actor, reason=f"Mended: {standing.reason}", at=at)
    else:
        audit.record(supplier, "lift_restriction", actor=actor, at=at, cause=standing.cause, reason=standing.reason)
