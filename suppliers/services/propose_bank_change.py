"""The one way in for a new bank account of a supplier, whatever the door (SU-2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation import audit, outbox
from foundation.documents import content_hash, next_number
from foundation.duties import chain_of
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.intake.uploads import Upload
from foundation.journal import use_case
from foundation.models import User
from foundation.portal_role import as_owner
from suppliers import access
from suppliers.decisions.bank_numbers import AccountNumber, read_account
from suppliers.decisions.plain_names import read_name
from suppliers.events import BankChangeProposed
from suppliers.models import BankChange, SiteUse, Supplier, SupplierSite, SupplierState
from suppliers.selectors.bank import others_with, staff_with
from suppliers.services.bank_letters import tell_known_contacts
from workflow.services import DoneOn, open_case, record_duty, require_duty

PROPOSE = "propose_bank_change"


@dataclass(frozen=True, slots=True)
class ProposedAccount:
    """What somebody wants us to pay to, as typed; `country` is the bank's."""

    holder: str
    country: str
    account: str
    bic: str = ""
    reason: str = ""
    remit_to: str = ""  # code of the supplier's location; empty = its default one
    evidence: Upload | None = None  # kinds pdf, png, jpg: a letter of the bank or a statement


@use_case
def propose_bank_change(
    *, supplier_id: int, proposed: ProposedAccount, source: str, actor: User, at: datetime
) -> BankChange:
    """Propose a new account for a supplier: the old one stays in force, payments wait, those we know are told (SU-2).

    The same account proposed again while it is open returns the first proposal.

    :raises NotFoundError: there is no such supplier, or it is not the actor's own.
    :raises NotPermittedError: somebody of ours who does not maintain suppliers.
    :raises InvalidError: the account or its holder cannot be one, it is the account in force, the reason is missing, or
        the supplier has no such location that is paid.
    :raises ConflictError: another change is open, or the relation has ended.
    """
    with as_owner():
        require(access.can_propose_bank_change(actor, supplier_id))
        supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
        if supplier is None:
            raise NotFoundError("not_found", "There is no such supplier.")
        number = read_account(proposed.country, proposed.account, proposed.bic)
        holder = read_name(proposed.holder, field="holder")
        existing = BankChange.objects.filter(supplier=supplier, state__in=["proposed", "approved"]).first()
        if existing is not None and existing.account == number.account:
            return existing
        _check(supplier, number, proposed, existing)
        change = _store(supplier, number, holder, proposed, source=source, actor=actor, at=at)
        _raise_shared(change, supplier, at)
        tell_known_contacts(change, supplier, "proposed", at=at)
    return change


def _check(supplier: Supplier, number: AccountNumber, proposed: ProposedAccount, existing: BankChange | None) -> None:
    if supplier.state == SupplierState.OFFBOARDED:
        raise ConflictError("supplier_offboarded", f"{supplier} is offboarded.")
    if existing is not None:
        raise ConflictError(
            "bank_change_open", f"{existing.number} proposes another account. Decide about it first.", field="account"
        )
    if not proposed.reason.strip():
        raise InvalidError("reason_missing", "Say why the account changes.", field="reason")
    if supplier.bank_accounts.filter(ended_at=None, account=number.account).exists():
        raise InvalidError(
            "account_in_force", "This account is in force already.", field="account", value=number.masked,
            cure="Nothing needs to be done.",
        )  # fmt: skip


def _store(
    supplier: Supplier, number: AccountNumber, holder: str, proposed: ProposedAccount, *, source: str, actor: User,
    at: datetime,
) -> BankChange:  # fmt: skip
    file = proposed.evidence
    evidence: dict[str, Any] = (
        {
            "evidence": file.content, "evidence_name": file.shown_name, "evidence_type": file.content_type,
            "evidence_sha256": file.sha256,
        }
        if file
        else {}
    )  # fmt: skip
    place = _place(supplier, proposed.remit_to)
    content = [supplier.pk, holder, number.account, number.bic, place.code if place else ""]
    change = BankChange.objects.create(
        number=next_number("BC"), supplier=supplier, source=source, holder=holder, country=number.country,
        account=number.account, bic=number.bic, fingerprint=number.fingerprint, reason=proposed.reason.strip()[:300],
        content_hash=content_hash(content), remit_to=place, created_at=at, created_by=actor, changed_at=at,
        changed_by=actor, **evidence,
    )  # fmt: skip
    chain = chain_of("bank_change", change.pk)
    judged = require_duty(duty=PROPOSE, person=actor, chains=[chain], at=at)
    record_duty(judged=judged, on=DoneOn("bank_change", change.pk, change.number), at=at)
    audit.record(
        change, "propose_bank_change", actor=actor, at=at, supplier=supplier.code, source=source, account=change.masked,
        fingerprint=change.fingerprint, evidence=change.evidence_sha256, after="proposed",
    )  # fmt: skip
    outbox.publish(
        BankChangeProposed(
            subject_id=change.pk, subject_number=change.number, at=at, version=change.version,
            supplier_id=supplier.pk, actor_id=actor.pk, source=source,
            related=(("supplier", supplier.pk, supplier.code),),
        )
    )  # fmt: skip
    return change


def _place(supplier: Supplier, code: str) -> SupplierSite | None:
    rows = supplier.sites.filter(is_active=True).exclude(payments=SiteUse.NO)
    if not code.strip():
        return rows.filter(payments=SiteUse.DEFAULT).first()
    found = rows.filter(code=code.strip().upper()).first()
    if found is None:
        raise InvalidError(
            "remit_to_unknown", f"{supplier} has no location {code} that is paid.", field="remit_to", value=code,
            cure="Add the location first, or leave it empty.",
        )  # fmt: skip
    return found


def _raise_shared(change: BankChange, supplier: Supplier, at: datetime) -> None:
    """Open an exception when the account is somebody else's too: another supplier's, or a person's of ours."""
    suppliers: Iterable[Supplier] = others_with(change.fingerprint, supplier.pk)
    people = staff_with(change.fingerprint)
    found = [f"{other} ({other.code})" for other in suppliers] + [str(person) for person in people]
    if not found:
        return
    open_case(
        key=case_key(change), category="supplier_bank",
        cause="account_of_a_person_of_ours" if people else "account_shared",
        sentence=f"The account {change.masked} proposed for {supplier} is also that of {', '.join(found)}."[:300],
        subject_type="bank_change", subject_id=change.pk, subject_number=change.number, supplier_id=supplier.pk,
        supplier_name=supplier.name, evidence={"account": change.masked, "also": found}, at=at,
    )  # fmt: skip


def case_key(change: BankChange) -> str:
    """Return under which key the exception of a change is kept."""
    return f"bank:{change.number}"
