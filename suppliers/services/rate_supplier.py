"""Judging how much could go wrong with a supplier: an axis of the approval matrix (AP-1)."""

from datetime import datetime

from foundation import audit, outbox
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from suppliers import access
from suppliers.events import SupplierRated
from suppliers.models import Supplier, SupplierRisk

NOT_RATED = "none"


@use_case
def rate_supplier(
    *, supplier_id: int, expected_version: int, risk: str, actor: User, reason: str, at: datetime
) -> Supplier:
    """Rate the risk of a supplier low, medium or high, or take the rating away with `none`; everybody of ours reads why.

    Whoever asks for approval from then on is routed by it; what was routed keeps the risk of its own day (AP-11).

    :raises NotFoundError: no such supplier.
    :raises StaleError: the supplier changed since it was opened.
    :raises NotPermittedError: not a supplier manager.
    :raises InvalidError: no such rating, the rating it has, or no reason.
    """
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    require(access.can_maintain(actor))
    if supplier.version != expected_version:
        raise StaleError("changed_since_opened", f"{supplier} changed since you opened it.", number=supplier.code)
    if risk not in {*SupplierRisk.values, NOT_RATED}:
        raise InvalidError("risk_unknown", "Choose low, medium, high, or no rating.", field="risk", value=risk[:40])
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    rating, before = "" if risk == NOT_RATED else risk, supplier.risk
    supplier.risk, supplier.risk_reason = rating, reason.strip()[:200] if rating else ""
    supplier.risk_rated_at = at if rating else None
    supplier.changed_at = at
    supplier.version += 1
    supplier.save(update_fields=["risk", "risk_reason", "risk_rated_at", "changed_at", "version"])
    audit.record(
        supplier, "rate_supplier", actor=actor, at=at, risk_before=before, risk=rating, reason=reason.strip()[:200]
    )
    outbox.publish(
        SupplierRated(
            subject_id=supplier.pk, subject_number=supplier.code, at=at, version=supplier.version,
            supplier_id=supplier.pk, actor_id=actor.pk, is_human=actor.kind != User.Kind.SYSTEM,
            reason=reason.strip()[:200], risk=rating or "not rated",
        )
    )  # fmt: skip
    return supplier
