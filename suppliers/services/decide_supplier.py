"""Registration of a supplier on the approval machine (SU-1, ADR 12): asked when every check passed, decided by others."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from foundation import audit, outbox
from foundation.duties import chain_of
from foundation.errors import InvalidError, NotFoundError, NotPermittedError, StaleError, require
from foundation.journal import use_case
from foundation.models import Category, User
from foundation.services import Letter
from foundation.services.letters import store_letters, write_letter
from suppliers import access
from suppliers.events import SupplierQualified, SupplierSentBack
from suppliers.models import CheckState, Onboarding, Supplier, SupplierCheck, SupplierState
from suppliers.services.authorise_spend import ask_for
from suppliers.services.move_supplier import shift
from workflow.models import ApprovalRequest, RequestState
from workflow.selectors.matters import enterprise_facts, no_money
from workflow.services import Asking, open_approval, record_decision, withdraw_approval

APPROVE = "approve_supplier"
_SAVED = ["state", "state_reason", "changed_at", "version"]


def go_on(supplier: Supplier, checks: Sequence[SupplierCheck], *, actor: User, at: datetime) -> None:
    """Ask for the registration once every check passed, and take the question back when one does not any more."""
    is_clear = all(check.state == CheckState.PASSED for check in checks)
    if supplier.state == SupplierState.REGISTERED and is_clear:
        supplier.screen(at=at)
        _moved(supplier, "screen_supplier", SupplierState.REGISTERED, actor, at)
        _ask(supplier, actor, at)
    elif supplier.state == SupplierState.SCREENED and not is_clear:
        withdraw_approval(subject_type="supplier", subject_id=supplier.pk, actor=actor, at=at)
        supplier.reopen(at=at)
        _moved(supplier, "reopen_checks", SupplierState.SCREENED, actor, at)


def _ask(supplier: Supplier, actor: User, at: datetime) -> None:
    onboarding = open_onboarding(supplier)
    paths = Category.objects.filter(code__in=onboarding.categories).values_list("path", flat=True)
    asking = Asking(
        subject_type="supplier", subject_id=supplier.pk, subject_number=supplier.code,
        subject_version=onboarding.version, content_hash=onboarding.content_hash,
        title=f"Register {supplier.name}", site=None, requester=onboarding.invited_by, amount=None, currency="",
        need_by=None, rate=no_money(at), duty=APPROVE, chains=(chain_of("supplier", supplier.pk),),
    )  # fmt: skip
    facts = enterprise_facts(
        "supplier", requester=onboarding.invited_by, supplier_states=[supplier.state], supplier_risks=[supplier.risk],
        categories=[path.strip("/").split("/") for path in paths],
    )  # fmt: skip
    open_approval(asking=asking, facts=facts, actor=actor, at=at)


@use_case
def approve_supplier(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> Supplier:
    """Agree to a registration on the approval machine; after the last stage the supplier is qualified, and spending is asked for.

    :raises NotFoundError: there is no such supplier.
    :raises NotPermittedError: the machine does not ask the person, or a check is open or failed.
    :raises StaleError: what was sent changed since it was opened.
    :raises InvalidError: nothing waits.
    """
    supplier, onboarding = _waiting(pk, expected_version, seen_hash)
    blocked = supplier.checks.exclude(state=CheckState.PASSED).first()
    if blocked is not None:
        raise NotPermittedError("check_open", f"{blocked}. Settle it first.", check=blocked.kind)
    request = _decide(supplier, onboarding, "approved", actor, reason, at)
    if request.state != RequestState.APPROVED:
        return supplier
    before = supplier.state
    supplier.qualify(at=at)
    _moved(supplier, "qualify_supplier", before, actor, at)
    ask_for(
        supplier, onboarding.categories, onboarding.sites, reason=onboarding.why, actor=onboarding.invited_by, at=at
    )
    outbox.publish(
        SupplierQualified(
            subject_id=supplier.pk, subject_number=supplier.code, at=at, version=supplier.version,
            supplier_id=supplier.pk, actor_id=actor.pk, reason="Registration approved",
        )
    )  # fmt: skip
    _write(
        onboarding, supplier, f"You are registered with us, {supplier.name}",
        "Your registration is approved. Orders can come once spending with you is agreed.", "registered", at,
    )  # fmt: skip
    return supplier


@use_case
def reject_supplier(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> Supplier:
    """Say no to a registration on the approval machine: the relation ends.

    :raises NotFoundError: there is no such supplier.
    :raises NotPermittedError: the machine does not ask the person.
    :raises StaleError: what was sent changed since it was opened.
    :raises InvalidError: nothing waits, or no reason.
    """
    supplier, onboarding = _waiting(pk, expected_version, seen_hash)
    _require_reason(reason)
    _decide(supplier, onboarding, "rejected", actor, reason, at, ends=True)
    return shift(supplier, "offboard", actor=actor, reason=reason.strip(), at=at)


@use_case
def return_supplier(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> Supplier:
    """Send a registration back to the supplier for a change, from the approval machine; it is told why.

    :raises NotFoundError: there is no such supplier.
    :raises NotPermittedError: the machine does not ask the person.
    :raises StaleError: what was sent changed since it was opened.
    :raises InvalidError: nothing waits, or no reason.
    """
    supplier, onboarding = _waiting(pk, expected_version, seen_hash)
    _require_reason(reason)
    _decide(supplier, onboarding, "rejected", actor, reason, at, ends=True)
    return _back(supplier, onboarding, reason, actor, at)


@use_case
def send_back_supplier(*, supplier_id: int, actor: User, reason: str, at: datetime) -> Supplier:
    """Send a profile back to the supplier for a change before anybody decided; it is told why.

    :raises NotPermittedError: not a supplier manager.
    :raises NotFoundError: there is no such supplier.
    :raises InvalidError: it did not send one, or no reason.
    """
    require(access.can_maintain(actor))
    supplier = _locked(supplier_id)
    if supplier.state not in {SupplierState.REGISTERED, SupplierState.SCREENED}:
        raise InvalidError(
            "nothing_sent", f"{supplier} is {supplier.get_state_display().lower()}: nothing to send back."
        )
    _require_reason(reason)
    withdraw_approval(subject_type="supplier", subject_id=supplier.pk, actor=actor, at=at)
    return _back(supplier, open_onboarding(supplier), reason, actor, at)


def open_onboarding(supplier: Supplier) -> Onboarding:
    """Return the running onboarding of a supplier the caller has locked.

    :raises NotFoundError: none runs.
    """
    rows = Onboarding.objects.select_for_update(of=("self",), no_key=True).select_related("invited_by")
    found = rows.filter(supplier=supplier, closed_at=None).first()
    if found is None:
        raise NotFoundError("not_found", f"{supplier} is not being taken on board.")
    return found


def _back(supplier: Supplier, onboarding: Onboarding, reason: str, actor: User, at: datetime) -> Supplier:
    before = supplier.state
    supplier.send_back(at=at, reason=reason.strip()[:200])
    _moved(supplier, "send_back_supplier", before, actor, at, reason=reason.strip()[:300])
    onboarding.returned_reason, onboarding.sent_at, onboarding.sent_by = reason.strip()[:300], None, None
    onboarding.version += 1
    onboarding.save(update_fields=["returned_reason", "sent_at", "sent_by", "version"])
    outbox.publish(
        SupplierSentBack(
            subject_id=supplier.pk, subject_number=supplier.code, at=at, version=supplier.version,
            supplier_id=supplier.pk, actor_id=actor.pk, reason=onboarding.returned_reason,
        )
    )  # fmt: skip
    words = f"Please change something in the registration of {supplier.name}"
    _write(onboarding, supplier, words, onboarding.returned_reason, f"back:{onboarding.version}", at)
    return supplier


def _write(onboarding: Onboarding, supplier: Supplier, subject: str, says: str, key: str, at: datetime) -> None:
    letter = Letter(subject, facts=(("Company", supplier.name), ("We say", says)), verb="Open it")
    written = write_letter(
        onboarding.email, letter, sentence=subject, url=settings.PUBLIC_URL + reverse("portal_registration"),
        subject=("supplier", supplier.pk, supplier.code), key=f"onboarding:{onboarding.pk}:{key}",
    )  # fmt: skip
    store_letters([written], at)


def _decide(
    supplier: Supplier, onboarding: Onboarding, verdict: str, actor: User, reason: str, at: datetime, *,
    ends: bool = False,
) -> ApprovalRequest:  # fmt: skip
    return record_decision(
        subject_type="supplier", subject_id=supplier.pk, content_hash=onboarding.content_hash, verdict=verdict,
        actor=actor, reason=reason, at=at, ends=ends,
    )  # fmt: skip


def _waiting(pk: int, expected_version: int | None, seen_hash: str | None) -> tuple[Supplier, Onboarding]:
    supplier = _locked(pk)
    if supplier.state != SupplierState.SCREENED:
        raise InvalidError("nothing_waits", f"{supplier} is {supplier.get_state_display().lower()}; nothing waits.")
    onboarding = open_onboarding(supplier)
    stale = expected_version is not None and expected_version != onboarding.version
    if stale or (seen_hash and seen_hash != onboarding.content_hash):
        raise StaleError("changed_since_opened", f"{supplier} changed since you opened it.", number=supplier.code)
    return supplier, onboarding


def _locked(supplier_id: int) -> Supplier:
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    return supplier


def _moved(supplier: Supplier, action: str, before: str, actor: User, at: datetime, reason: str = "") -> None:
    supplier.version += 1
    supplier.save(update_fields=_SAVED)
    audit.record(supplier, action, actor=actor, at=at, before=before, after=supplier.state, reason=reason)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
