"""A second person signs for an act or refuses; what was taken back needs no signature; what is late goes up."""

from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from django.urls import reverse

from foundation import audit, outbox
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import NoticeKind, User
from foundation.selectors import system_user
from foundation.services import Letter, News, notify, settle_notices
from policies.decisions.vocabulary import DUTIES, words
from workflow import access
from workflow.events import SignatureClosed
from workflow.models import Countersignature, SignatureState
from workflow.selectors.signatures import signers
from workflow.services.cases import open_case
from workflow.services.tell import due_words

LONGEST = 300
BATCH = 200
CLOSED = ["state", "decided_by", "closed_at", "reason", "version"]


@use_case
def countersign(
    *, signature_id: int, expected_version: int, actor: User, at: datetime, reason: str = ""
) -> Countersignature:
    """Sign, as the second person, for an act that a compensated pair allowed.

    Two people at once: the second waits for the row, then reads who was faster.

    :raises NotFoundError: no such signature.
    :raises StaleError: it was closed meanwhile; says by whom and when.
    :raises NotPermittedError: own act, the duty is not held there, or a pair bars the signer too (SD-1, AP-4).
    """
    signature = _lock(signature_id, expected_version)
    require(access.can_sign(actor, signature, at))
    signature.sign(by_id=actor.pk, at=at, reason=reason.strip()[:LONGEST])
    _store(signature, "countersign", actor, at)
    return signature


@use_case
def refuse_signature(
    *, signature_id: int, expected_version: int, actor: User, at: datetime, reason: str
) -> Countersignature:
    """Refuse to sign, with a reason; the act stands, and an exception says that somebody must put it right.

    :raises NotFoundError: no such signature.
    :raises InvalidError: no reason.
    :raises StaleError: it was closed meanwhile; says by whom and when.
    :raises NotPermittedError: own act, the duty is not held there, or a pair bars the signer too (SD-1, AP-4).
    """
    signature = _lock(signature_id, expected_version)
    require(access.can_sign(actor, signature, at))
    if not reason.strip():
        raise InvalidError("reason_missing", "Say what is wrong with it.", field="reason")
    signature.refuse(by_id=actor.pk, at=at, reason=reason.strip()[:LONGEST])
    _store(signature, "refuse_signature", actor, at)
    open_case(
        key=f"countersign:{signature.pk}", category="countersign", cause="countersign_refused",
        sentence=f"{signature.document_number}: {actor} did not countersign what {signature.person} did. {signature.reason}",
        subject_type=signature.document_type, subject_id=signature.document_id,
        subject_number=signature.document_number, site=signature.site, amount=signature.amount,
        currency=signature.currency, at=at,
        evidence={"signature": signature.number, "done": words(signature.duty, DUTIES),
                  "and before": words(signature.held, DUTIES), "by": str(signature.person)},
    )  # fmt: skip
    return signature


@use_case
def drop_signatures(*, document_type: str, document_id: int, reason: str, at: datetime) -> int:
    """Close what still waits for a document that was taken back; returns how many."""
    waiting = Countersignature.objects.select_for_update(of=("self",), no_key=True).filter(
        document_type=document_type, document_id=document_id, state=SignatureState.WAITING
    )
    rows = list(waiting.order_by("pk"))
    for signature in rows:
        signature.drop(at=at, reason=reason[:LONGEST])
        _store(signature, "drop_signature", system_user("workflow"), at)
    return len(rows)


def _lock(signature_id: int, expected_version: int) -> Countersignature:
    signature = (
        Countersignature.objects.select_for_update(of=("self",), no_key=True)
        .select_related("site__calendar", "person", "decided_by")
        .filter(pk=signature_id)
        .first()
    )
    if signature is None:
        raise NotFoundError("not_found", "There is no such signature.")
    if signature.state != SignatureState.WAITING or signature.version != expected_version:
        by = f" by {signature.decided_by}" if signature.decided_by else ""
        raise StaleError(
            "changed_since_opened", f"{signature.number}: {signature.get_state_display().lower()}{by}.",
            number=signature.number, changed_by=str(signature.decided_by or ""),
            changed_at=signature.closed_at.isoformat() if signature.closed_at else "",
        )  # fmt: skip
    return signature


def _store(signature: Countersignature, action: str, actor: User, at: datetime) -> None:
    signature.version += 1
    signature.save(update_fields=CLOSED)
    audit.record(signature, action, actor=actor, at=at, about=signature.document_number, reason=signature.reason)
    outbox.publish(
        SignatureClosed(
            subject_id=signature.pk, subject_number=signature.number, at=at, version=signature.version,
            site_id=signature.site_id, actor_id=actor.pk, is_human=actor.kind != User.Kind.SYSTEM,
            duty=signature.duty, held=signature.held, outcome=str(signature.state),
            related=((signature.document_type, signature.document_id, signature.document_number),),
        )
    )  # fmt: skip


def escalate_signatures(*, at: datetime) -> int:
    """Hand what is overdue to the fallback owner too, and tell them once; time never signs. Returns how many."""
    late = Countersignature.objects.filter(state=SignatureState.WAITING, due_at__lt=at, escalated_at=None)
    return sum(_escalate(pk, at) for pk in late.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH])


@use_case
def _escalate(signature_id: int, at: datetime) -> bool:
    rows = Countersignature.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    signature = rows.filter(pk=signature_id, state=SignatureState.WAITING, escalated_at=None).first()
    if signature is None:
        return False
    signature.escalated_at = at
    signature.version += 1
    signature.save(update_fields=["escalated_at", "version"])
    audit.record(signature, "escalate_signature", actor=system_user("sweeper"), at=at, to=signature.fallback_role)
    _, fallback = signers(
        duty=signature.duty, site=signature.site, fallback_role=signature.fallback_role, chains=signature.chains,
        person_id=signature.person_id, at=at,
    )  # fmt: skip
    done = f"{words(signature.held, DUTIES).lower()} and {words(signature.duty, DUTIES).lower()}"
    settle_notices(subject_type="signature", subject_ids=[signature.pk], at=at)
    news = News(
        kind=NoticeKind.DECISION, source=uuid5(NAMESPACE_OID, f"escalate_signature:{signature.pk}"),
        subject=("signature", signature.pk, signature.number),
        sentence=f"Overdue: sign {signature.number} for {signature.document_number}; {signature.person} did both, {done}",
        path=reverse("signature", args=[signature.number]), at=at, letter=_letter(signature, done),
    )  # fmt: skip
    notify(news=news, people=[person.pk for person in fallback], at=at)
    return True


def _letter(signature: Countersignature, done: str) -> Letter:
    site = signature.site
    due = due_words(signature.due_at, site.time_zone if site else "UTC", signature.escalated_at or signature.due_at)
    return Letter(
        subject=f"Countersign {signature.document_number}: the second signature is overdue",
        facts=(
            ("Document", signature.document_number), ("Done by one person", f"{signature.person}: {done}"),
            ("Was to be signed by", due), ("Why you", "Nobody signed in time, so it is yours too"),
        ),
        verb="Open and decide",
    )  # fmt: skip
