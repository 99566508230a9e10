"""The checks of a supplier: run again by rule, decided by a person where a name or a likeness is all there is (SU-1)."""

from datetime import datetime

from foundation import audit
from foundation.documents import content_hash
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.selectors import system_user
from suppliers import access
from suppliers.models import CheckKind, CheckState, RestrictionCause, Supplier, SupplierCheck, SupplierState
from suppliers.selectors.checks import Finding, findings_of, sanctions_finding
from suppliers.services.decide_supplier import go_on
from suppliers.services.restrict_by_rule import follow_cause

JUDGED = (CheckKind.DUPLICATE, CheckKind.SANCTIONS)
ONBOARDING = (SupplierState.REGISTERED, SupplierState.SCREENED)


@use_case
def run_checks(*, supplier_id: int, actor: User, at: datetime) -> list[SupplierCheck]:
    """Run every check of a supplier that wants to be registered, and go on with it where nothing stands in the way.

    What a person decided stays while the evidence is the same. Run twice, nothing changes.

    :raises NotFoundError: there is no such supplier.
    """
    supplier = _locked(supplier_id)
    if supplier.state in ONBOARDING:
        found = [
            _kept(supplier, kind, finding, actor, at) for kind, finding in findings_of(supplier, at.date()).items()
        ]
        go_on(supplier, found, actor=actor, at=at)
        return found
    return []


def check_waiting(*, at: datetime) -> int:
    """Run the checks of every company that waits for them again, each in a transaction of its own; returns how many."""
    waiting = list(Supplier.objects.filter(state__in=ONBOARDING).order_by("pk").values_list("pk", flat=True))
    for pk in waiting:
        run_checks(supplier_id=pk, actor=system_user("onboarding"), at=at)
    return len(waiting)


@use_case
def decide_check(*, check_id: int, verdict: str, reason: str, actor: User, at: datetime) -> SupplierCheck:
    """Say that an open check stands in nobody's way, or that it failed; `verdict` is passed or failed.

    :raises NotPermittedError: not a supplier manager or finance director.
    :raises NotFoundError: there is no such check.
    :raises ConflictError: it is a matter of fact, such as a certificate, which nobody decides by hand.
    :raises InvalidError: no such verdict, or no reason.
    """
    require(access.can_decide_checks(actor))
    known = SupplierCheck.objects.filter(pk=check_id).first()
    if known is None:
        raise NotFoundError("not_found", "There is no such check.")
    supplier = _locked(known.supplier_id)
    check = SupplierCheck.objects.select_for_update(no_key=True).get(pk=check_id)
    if check.kind not in JUDGED:
        raise ConflictError("check_is_fact", f"{check.get_kind_display()} passes when it is there, not by word.")
    if verdict not in {CheckState.PASSED, CheckState.FAILED}:
        raise InvalidError("verdict_unknown", "Choose passed or failed.", field="verdict", value=verdict[:16])
    if not reason.strip():
        raise InvalidError("reason_missing", "Say what you found.", field="reason")
    before = check.state
    check.state, check.reason = verdict, reason.strip()[:300]
    check.decided_by, check.decided_at = actor, at
    check.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    audit.record_fact(
        "suppliers.suppliercheck", check.pk, supplier.code, "decide_check", actor=actor, at=at, kind=check.kind,
        before=before, verdict=verdict, reason=check.reason, evidence=check.evidence,
    )  # fmt: skip
    _follow(supplier, check, actor, at)
    if supplier.state in ONBOARDING:
        run_checks(supplier_id=supplier.pk, actor=actor, at=at)
    return check


@use_case
def screen_supplier(*, supplier_id: int, actor: User, at: datetime) -> SupplierCheck:
    """Compare a supplier with the sanctions lists as they are now; a new likeness stops orders until a person decides.

    :raises NotFoundError: there is no such supplier.
    """
    supplier = _locked(supplier_id)
    check = _kept(supplier, CheckKind.SANCTIONS, sanctions_finding(supplier), actor, at)
    _follow(supplier, check, actor, at)
    if supplier.state in ONBOARDING:
        run_checks(supplier_id=supplier.pk, actor=actor, at=at)
    return check


def _follow(supplier: Supplier, check: SupplierCheck, actor: User, at: datetime) -> None:
    """Stop orders while a likeness to a listed name is open or failed, and let them go on after."""
    if check.kind != CheckKind.SANCTIONS:
        return
    reason = "" if check.state == CheckState.PASSED else "A name like this is on a sanctions list"
    follow_cause(supplier_id=supplier.pk, cause=RestrictionCause.SANCTIONS, reason=reason, actor=actor, at=at)
    supplier.refresh_from_db(fields=["state", "state_reason", "version"])


def _kept(supplier: Supplier, kind: str, finding: Finding, actor: User, at: datetime) -> SupplierCheck:
    """Store what a check found; a person's word stays while the evidence does."""
    seen = content_hash([finding.is_clear, list(finding.evidence)])
    check = SupplierCheck.objects.select_for_update(no_key=True).filter(supplier=supplier, kind=kind).first()
    if check is not None and check.inputs_hash == seen:
        return check
    state = CheckState.PASSED if finding.is_clear else CheckState.OPEN
    values = {
        "state": state, "evidence": list(finding.evidence), "inputs_hash": seen, "found_at": at, "decided_by": None,
        "decided_at": None, "reason": "",
    }  # fmt: skip
    check, _ = SupplierCheck.objects.update_or_create(supplier=supplier, kind=kind, defaults=values)
    audit.record_fact(
        "suppliers.suppliercheck", check.pk, supplier.code, "run_check", actor=actor, at=at, kind=kind, found=state,
        evidence=check.evidence,
    )  # fmt: skip
    return check


def _locked(supplier_id: int) -> Supplier:
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    return supplier
