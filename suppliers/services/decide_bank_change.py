"""Checking a proposed bank account until it is in force (SU-2): evidence, call-back, second person, cooling-off."""

from datetime import datetime
from typing import Any

from foundation import audit, outbox
from foundation.documents import lock, require_unchanged, touch
from foundation.duties import chain_of
from foundation.errors import InvalidError, require
from foundation.intake.uploads import Upload
from foundation.journal import use_case
from foundation.models import User
from suppliers import access
from suppliers.decisions.bank_change import CallBack, Standing, cooling_until, may_approve, may_call
from suppliers.events import BankChangeApproved, BankChangeEnded
from suppliers.models import BankAccount, BankChange, BankChangeState, SupplierUser
from suppliers.selectors.bank import bank_rules_at, open_case_of
from suppliers.services.bank_letters import tell_known_contacts
from workflow.models import ApprovalRequest, RequestState
from workflow.selectors.matters import enterprise_facts, no_money
from workflow.services import Asking, cure_case, open_approval, record_decision, withdraw_approval

APPROVE = "approve_bank_change"


@use_case
def add_bank_evidence(
    *, change_id: int, expected_version: int, evidence: Upload, actor: User, at: datetime
) -> BankChange:
    """Attach the letter of the bank or the statement that proves an account.

    :raises NotPermittedError: not somebody who checks bank accounts.
    :raises StaleError: the change moved on since it was opened.
    :raises InvalidError: it is decided, or has its evidence.
    """
    change = _open(change_id, expected_version)
    require(access.can_check_bank_change(actor))
    if change.evidence_sha256 or change.state != BankChangeState.PROPOSED:
        raise InvalidError("evidence_kept", f"{change.number} has its evidence; it stays as it is.", field="file")
    change.evidence, change.evidence_name = evidence.content, evidence.shown_name
    change.evidence_type, change.evidence_sha256 = evidence.content_type, evidence.sha256
    fields = ["evidence", "evidence_name", "evidence_type", "evidence_sha256"]
    change.save(update_fields=[*fields, *touch(change, by_id=actor.pk, at=at)])
    audit.record(change, "add_bank_evidence", actor=actor, at=at, file=change.evidence_name, sha256=evidence.sha256)
    ask_when_checked(change, actor=actor, at=at)
    return change


@use_case
def record_call_back(
    *, change_id: int, expected_version: int, contact_id: int | None, directory: str, said: str, actor: User,
    at: datetime,
) -> BankChange:  # fmt: skip
    """Record that the supplier confirmed a new account on the telephone.

    `contact_id` is somebody of the supplier we know; without one `directory` says where the number is from.

    :raises NotPermittedError: not somebody who checks bank accounts, the proposer, or a contact known too shortly.
    :raises StaleError: the change moved on since it was opened.
    :raises InvalidError: the call is recorded already, the contact is not the supplier's, or it does not say who spoke.
    """
    change = _open(change_id, expected_version)
    require(access.can_check_bank_change(actor))
    if change.called_by_id or change.state != BankChangeState.PROPOSED:
        raise InvalidError("called_already", f"A call-back is recorded for {change.number}.")
    if not said.strip():
        raise InvalidError("said_missing", "Write who spoke and what was confirmed.", field="said")
    contact = _contact(change, contact_id)
    call = CallBack(contact.user.date_joined if contact else None, directory)
    require(
        may_call(
            call, caller_id=actor.pk, proposer_id=change.created_by_id, proposed_at=change.created_at,
            rules=bank_rules_at(at),
        )
    )  # fmt: skip
    whom = str(contact.user) if contact else directory.strip()
    change.called_by, change.called_at, change.called_whom = actor, at, f"{whom}: {said.strip()}"[:200]
    change.save(update_fields=["called_by", "called_at", "called_whom", *touch(change, by_id=actor.pk, at=at)])
    audit.record(change, "record_call_back", actor=actor, at=at, whom=whom, said=said.strip()[:200])
    ask_when_checked(change, actor=actor, at=at)
    return change


@use_case
def approve_bank_change(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> BankChange:
    """Agree to a new account on the approval machine; after the last stage it cools off, then comes into force.

    :raises NotPermittedError: the machine does not ask the person, who proposed or called, a check is missing, or an
        exception is open.
    :raises StaleError: the change moved on since it was opened.
    :raises InvalidError: it is decided already.
    """
    change = _open(pk, expected_version, seen_hash)
    if change.state != BankChangeState.PROPOSED:
        raise InvalidError("decided_already", f"{change.number} is {change.get_state_display().lower()}.")
    known = (change.created_by_id, bool(change.evidence_sha256), change.called_by_id, open_case_of(change.number))
    require(may_approve(Standing(*known), actor_id=actor.pk))
    request = _decide(change, "approved", actor=actor, reason=reason, at=at)
    if request.state != RequestState.APPROVED:
        return change
    is_first = not BankAccount.objects.filter(supplier=change.supplier_id).exists()
    rules = bank_rules_at(at)
    change.approve(by_id=actor.pk, at=at, cooling_until=cooling_until(approved_at=at, is_first=is_first, rules=rules))
    fields = ["state", "approved_by", "approved_at", "cooling_until"]
    change.save(update_fields=[*fields, *touch(change, by_id=actor.pk, at=at)])
    until = change.cooling_until.isoformat() if change.cooling_until else ""
    audit.record(
        change, "approve_bank_change", actor=actor, at=at, policy_version=rules.version, after=change.state, until=until
    )
    outbox.publish(BankChangeApproved(**_about(change, actor, at), cooling_until=until))
    tell_known_contacts(change, change.supplier, "approved", at=at)
    return change


@use_case
def reject_bank_change(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> BankChange:
    """Say no to a new account on the approval machine; the old one stays.

    :raises NotPermittedError: the machine does not ask the person.
    :raises StaleError: the change moved on since it was opened.
    :raises InvalidError: it is decided already, or no reason.
    """
    change = _open(pk, expected_version, seen_hash)
    _require_reason(reason)
    _decide(change, "rejected", actor=actor, reason=reason, at=at)
    change.refuse(at=at, reason=reason.strip()[:300])
    return _end(change, "reject_bank_change", actor, at, reason)


def ask_when_checked(change: BankChange, *, actor: User, at: datetime) -> None:
    """Ask for approval once evidence and call-back are there; who took in a supplier's own proposal asks for it."""
    if not change.evidence_sha256 or change.called_by_id is None:
        return
    ours = change.created_by.kind != User.Kind.SUPPLIER
    requester = change.created_by if ours else actor
    asking = Asking(
        subject_type="bank_change", subject_id=change.pk, subject_number=change.number, subject_version=change.version,
        content_hash=change.content_hash, title=f"New bank account of {change.supplier}", site=None,
        requester=requester, amount=None, currency="", need_by=None, rate=no_money(at), duty=APPROVE,
        chains=(chain_of("supplier", change.supplier_id), chain_of("bank_change", change.pk)),
    )  # fmt: skip
    facts = enterprise_facts(
        "bank_change",
        requester=requester,
        supplier_states=[change.supplier.state],
        supplier_risks=[change.supplier.risk],
    )
    open_approval(asking=asking, facts=facts, actor=actor, at=at)


def _decide(change: BankChange, verdict: str, *, actor: User, reason: str, at: datetime) -> ApprovalRequest:
    return record_decision(
        subject_type="bank_change", subject_id=change.pk, content_hash=change.content_hash, verdict=verdict, actor=actor,
        reason=reason, at=at,
    )  # fmt: skip


@use_case
def refuse_bank_change(*, change_id: int, expected_version: int, actor: User, reason: str, at: datetime) -> BankChange:
    """Refuse a new account, at any time before it is in force; the old one stays.

    :raises NotPermittedError: not somebody who checks bank accounts.
    :raises StaleError: the change moved on since it was opened.
    :raises InvalidError: it is decided already, or no reason.
    """
    change = _open(change_id, expected_version)
    require(access.can_check_bank_change(actor))
    _require_reason(reason)
    change.refuse(at=at, reason=reason.strip()[:300])
    return _end(change, "refuse_bank_change", actor, at, reason)


@use_case
def withdraw_bank_change(
    *, change_id: int, expected_version: int, actor: User, reason: str, at: datetime
) -> BankChange:
    """Take a proposal back, by whoever made it.

    :raises NotPermittedError: somebody else proposed it.
    :raises StaleError: the change moved on since it was opened.
    :raises InvalidError: it is decided already, or no reason.
    """
    change = _open(change_id, expected_version)
    require(access.can_withdraw_bank_change(actor, change))
    _require_reason(reason)
    change.withdraw(at=at, reason=reason.strip()[:300])
    return _end(change, "withdraw_bank_change", actor, at, reason)


@use_case
def put_bank_change_in_force(*, change_id: int, actor: User, at: datetime) -> BankChange:
    """Let an approved account come into force once its cooling-off period is over; done twice it is done once.

    The old account ends in the same instant.
    """
    change = lock(BankChange, change_id, with_=("supplier",))
    over = change.cooling_until is not None and change.cooling_until <= at
    if change.state != BankChangeState.APPROVED or not over:
        return change
    change.put_in_force(at=at)
    change.save(update_fields=["state", "closed_at", *touch(change, by_id=actor.pk, at=at)])
    BankAccount.objects.filter(supplier=change.supplier_id, ended_at=None).update(ended_at=at)
    BankAccount.objects.create(
        supplier_id=change.supplier_id, change=change, holder=change.holder, country=change.country,
        account=change.account, bic=change.bic, fingerprint=change.fingerprint, in_force_from=at,
    )  # fmt: skip
    audit.record(change, "put_bank_change_in_force", actor=actor, at=at, after=change.state, account=change.masked)
    outbox.publish(BankChangeEnded(**_about(change, actor, at), is_human=False, outcome="in force"))
    tell_known_contacts(change, change.supplier, "in_force", at=at)
    return change


def _open(change_id: int, expected_version: int | None, seen_hash: str | None = None) -> BankChange:
    """Return the change, locked and as it was on the screen.

    :raises InvalidError: it is closed.
    """
    change = lock(BankChange, change_id, with_=("supplier", "changed_by"))
    require_unchanged(change, expected_version, seen_hash)
    if change.closed_at is not None:
        raise InvalidError("decided_already", f"{change.number} is {change.get_state_display().lower()}.")
    return change


def _contact(change: BankChange, contact_id: int | None) -> SupplierUser | None:
    if contact_id is None:
        return None
    rows = SupplierUser.objects.filter(pk=contact_id, supplier=change.supplier_id, is_active=True)
    contact = rows.select_related("user").first()
    if contact is None:
        raise InvalidError("contact_unknown", "This is nobody of the supplier.", field="contact")
    return contact


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")


def _end(change: BankChange, action: str, actor: User, at: datetime, reason: str) -> BankChange:
    withdraw_approval(subject_type="bank_change", subject_id=change.pk, actor=actor, at=at)
    change.save(update_fields=["state", "closed_at", "closed_reason", *touch(change, by_id=actor.pk, at=at)])
    audit.record(change, action, actor=actor, at=at, after=change.state, reason=reason.strip()[:300])
    outbox.publish(BankChangeEnded(**_about(change, actor, at), outcome=change.get_state_display().lower()))
    cure_case(key=f"bank:{change.number}", outcome=f"{change.number} was {change.state}.", at=at)
    return change


def _about(change: BankChange, actor: User, at: datetime) -> dict[str, Any]:
    supplier = change.supplier
    return {
        "subject_id": change.pk, "subject_number": change.number, "at": at, "version": change.version,
        "supplier_id": supplier.pk, "actor_id": actor.pk, "related": (("supplier", supplier.pk, supplier.code),),
    }  # fmt: skip
