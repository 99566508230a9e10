"""A supplier's certificates: sent by either side, looked at by a person who did not send them (SU-1)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_OID, uuid5

from django.conf import settings
from django.urls import reverse

from foundation import access as ground
from foundation import audit
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.intake.uploads import Upload
from foundation.journal import use_case
from foundation.models import NoticeKind, Role, User
from foundation.portal_role import as_owner
from foundation.services import Letter, News, notify
from foundation.services.letters import about, store_letters, write_letter
from suppliers import access
from suppliers.decisions.certificates import check_days, reason_of
from suppliers.decisions.plain_names import read_name
from suppliers.models import (
    Certificate,
    CertificateKind,
    CertificateState,
    RestrictionCause,
    Supplier,
    SupplierState,
)
from suppliers.selectors.certificates import standing_of
from suppliers.services.check_supplier import run_checks
from suppliers.services.restrict_by_rule import follow_cause

MOST_WAITING = 20


@dataclass(frozen=True, slots=True)
class SentCertificate:
    """A certificate as somebody wrote it down; `file` is a PDF, PNG or JPEG."""

    kind: str
    number: str
    issuer: str
    valid_from: date
    valid_until: date | None
    file: Upload


@use_case
def send_certificate(*, supplier_id: int, sent: SentCertificate, actor: User, at: datetime) -> Certificate:
    """Keep a supplier's certificate; it counts once a person accepts it. The same file twice is one.

    :raises NotPermittedError: not a person of the supplier, and nobody who keeps certificates.
    :raises NotFoundError: there is no such supplier.
    :raises ConflictError: the relation has ended, or too many wait already.
    :raises InvalidError: no such kind, a number or issuer that cannot be one, or a day that cannot be.
    """
    with as_owner():
        require(access.can_send_certificate(actor, supplier_id))
        supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
        if supplier is None:
            raise NotFoundError("not_found", "There is no such supplier.")
        kind = _kind(sent.kind)
        until = check_days(sent.valid_from, sent.valid_until, has_end=kind.has_end, today=at.date())
        number = read_name(sent.number, longest=60, field="number")
        issuer = read_name(sent.issuer, field="issuer")
        rows = Certificate.objects.filter(supplier=supplier)
        same = rows.filter(kind=kind, sha256=sent.file.sha256, state__in=["waiting", "accepted"]).first()
        if same is not None:
            return same
        if supplier.state == SupplierState.OFFBOARDED:
            raise ConflictError("supplier_offboarded", f"{supplier} is offboarded.")
        if rows.filter(state=CertificateState.WAITING).count() >= MOST_WAITING:
            raise ConflictError("too_many_certificates", f"{MOST_WAITING} wait already. Let us look at them first.")
        made = Certificate.objects.create(
            supplier=supplier, kind=kind, number=number, issuer=issuer, valid_from=sent.valid_from, valid_until=until,
            file=sent.file.content, file_name=sent.file.shown_name, file_type=sent.file.content_type,
            sha256=sent.file.sha256, sent_by=actor, sent_at=at,
        )  # fmt: skip
        audit.record(
            made, "send_certificate", actor=actor, at=at, supplier=supplier.code, kind=kind.code, sha256=made.sha256
        )
        _tell_keepers(made, supplier, at)
    return made


@use_case
def accept_certificate(*, certificate_id: int, actor: User, at: datetime) -> Certificate:
    """Say that a certificate is what it says; a restriction for want of it goes at once.

    :raises NotPermittedError: whoever sent it, or nobody who keeps certificates.
    :raises NotFoundError: there is no such certificate.
    :raises ConflictError: it is decided already, or it has run out meanwhile.
    """
    certificate = _locked(certificate_id)
    require(access.can_check_certificate(actor, certificate))
    if certificate.state != CertificateState.WAITING:
        raise ConflictError("decided_already", f"It is {certificate.get_state_display().lower()} already.")
    if certificate.valid_until is not None and certificate.valid_until < at.date():
        raise ConflictError(
            "certificate_ended", f"It ended on {certificate.valid_until:%d %b %Y}. Ask for the new one."
        )
    certificate.accept(by_id=actor.pk, at=at)
    _save(certificate, "accept_certificate", actor, at)
    follow_certificates(certificate.supplier, actor=actor, at=at)
    return certificate


@use_case
def refuse_certificate(*, certificate_id: int, reason: str, actor: User, at: datetime) -> Certificate:
    """Say that a certificate proves nothing, also one that was accepted before; who sent it is told why.

    :raises NotPermittedError: whoever sent it, or nobody who keeps certificates.
    :raises NotFoundError: there is no such certificate.
    :raises ConflictError: it was refused or withdrawn already.
    :raises InvalidError: no reason.
    """
    certificate = _locked(certificate_id)
    require(access.can_check_certificate(actor, certificate))
    if certificate.state not in {CertificateState.WAITING, CertificateState.ACCEPTED}:
        raise ConflictError("decided_already", f"It is {certificate.get_state_display().lower()} already.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    certificate.refuse(by_id=actor.pk, at=at, reason=reason.strip()[:300])
    _save(certificate, "refuse_certificate", actor, at)
    _write_back(certificate, at)
    follow_certificates(certificate.supplier, actor=actor, at=at)
    return certificate


@use_case
def withdraw_certificate(*, certificate_id: int, supplier_id: int, actor: User, at: datetime) -> Certificate:
    """Take a certificate back that nobody has looked at yet, by a person of the supplier or whoever sent it.

    :raises NotPermittedError: not a person of the supplier, and nobody who keeps certificates.
    :raises NotFoundError: there is no such certificate of the supplier.
    :raises ConflictError: somebody decided it.
    """
    with as_owner():
        require(access.can_send_certificate(actor, supplier_id))
        certificate = _locked(certificate_id, supplier_id)
        if certificate.state != CertificateState.WAITING:
            raise ConflictError("decided_already", f"It is {certificate.get_state_display().lower()} already.")
        certificate.withdraw(by_id=actor.pk, at=at)
        _save(certificate, "withdraw_certificate", actor, at)
    return certificate


def follow_certificates(supplier: Supplier, *, actor: User, at: datetime) -> str:
    """Restrict a supplier for want of a certificate, or lift that; returns what is wanting in words, or nothing."""
    reason = reason_of(standing_of(supplier, at.date()))
    follow_cause(supplier_id=supplier.pk, cause=RestrictionCause.CERTIFICATE, reason=reason, actor=actor, at=at)
    run_checks(supplier_id=supplier.pk, actor=actor, at=at)
    return reason


def _kind(code: str) -> CertificateKind:
    kind = CertificateKind.objects.filter(code=code).first()
    if kind is None:
        raise InvalidError("kind_unknown", "Choose what it certifies.", field="kind", value=code[:16])
    return kind


def _locked(certificate_id: int, supplier_id: int | None = None) -> Certificate:
    rows = Certificate.objects.select_for_update(of=("self",), no_key=True).defer("file")
    if supplier_id is not None:
        rows = rows.filter(supplier=supplier_id)
    found = rows.select_related("supplier", "kind", "sent_by").filter(pk=certificate_id).first()
    if found is None:
        raise NotFoundError("not_found", "There is no such certificate.")
    return found


def _save(certificate: Certificate, action: str, actor: User, at: datetime) -> None:
    certificate.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    audit.record(
        certificate, action, actor=actor, at=at, supplier=certificate.supplier.code, after=certificate.state,
        reason=certificate.reason,
    )  # fmt: skip


def _tell_keepers(certificate: Certificate, supplier: Supplier, at: datetime) -> None:
    keepers = set(ground.people_with_role(Role.SUPPLIER_MANAGER, scope="enterprise").values_list("pk", flat=True))
    news = News(
        kind=NoticeKind.DECISION, source=uuid5(NAMESPACE_OID, f"certificate:{certificate.pk}:sent"),
        subject=("certificate", certificate.pk, supplier.code),
        sentence=f"{supplier} sent a certificate to look at: {certificate.kind}",
        path=reverse("supplier_certificates", args=[supplier.code]), at=at,
    )  # fmt: skip
    notify(news=news, people=keepers - {certificate.sent_by_id}, at=at)


def _write_back(certificate: Certificate, at: datetime) -> None:
    """Write to a supplier's person who sent it; one of ours reads it on the page."""
    sender = certificate.sent_by
    if sender.kind != User.Kind.SUPPLIER or not sender.email:
        return
    letter = Letter(
        f"{certificate.kind}: please send another one",
        facts=(("Certificate", certificate.number), ("Why", certificate.reason)), verb="Send another one",
    )  # fmt: skip
    written = write_letter(
        sender.email, letter, sentence=f"We could not accept the certificate you sent for {certificate.supplier}.",
        url=settings.PUBLIC_URL + reverse("portal_certificates"), subject=about(sender),
        key=f"certificate:{certificate.pk}:refused",
    )  # fmt: skip
    store_letters([written], at)
