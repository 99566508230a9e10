"""A supplier's side of a request for quotation: save, send, decline, ask (SO-4).

Every service is given the supplier of the session and finds that supplier's own invitation, whatever else is asked for.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation import audit
from foundation.documents import content_hash
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.portal_role import as_owner
from suppliers import access
from suppliers.models import (
    MAY_QUOTE,
    AnswerState,
    Quotation,
    QuotationInvitation,
    QuotationPaper,
    QuotationPrice,
    QuotationQuestion,
    QuotationRequest,
    QuotationState,
)
from suppliers.services.quotation_letters import write_to_suppliers
from suppliers.services.quotation_prices import PriceSaid, plain_row, rows_said

MOST_QUESTIONS = 20
_LONGEST_VALID = timedelta(days=3 * 366)
_MOST_DAYS = 999
_SAID = [
    "version", "revision", "is_decline", "reason", "valid_until", "note", "content_hash", "changed_at", "changed_by",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class QuotationSaid:
    """A whole answer in the supplier's currency."""

    prices: tuple[PriceSaid, ...]
    valid_until: date | None
    note: str = ""


@use_case
def save_quotation(*, number: str, supplier_id: int, said: QuotationSaid, actor: User, at: datetime) -> Quotation:
    """Keep an answer half-way; what was sent before counts until it is sent.

    :raises NotFoundError: the supplier is not asked by that number.
    :raises NotPermittedError: the actor does not act for the supplier, or it may not quote now.
    :raises ConflictError: the closing time has passed, or the request ended.
    :raises InvalidError: something said cannot be used; names field, value and cure.
    """
    with as_owner():
        invitation = _invited(number, supplier_id, actor, at)
        quotation = _draft(invitation, actor, at)
        _write(quotation, invitation, said, at)
        audit.record(
            quotation, "save_quotation", actor=actor, at=at, number=number, hash=quotation.content_hash,
            supplier=invitation.supplier.code,
        )  # fmt: skip
    return quotation


@use_case
def send_quotation(*, number: str, supplier_id: int, said: QuotationSaid, actor: User, at: datetime) -> Quotation:
    """Send an answer; it replaces what was sent before and stays sealed until the request is closed.

    :raises NotFoundError: the supplier is not asked by that number.
    :raises NotPermittedError: the actor does not act for the supplier, or it may not quote now.
    :raises ConflictError: the closing time has passed, or the request ended.
    :raises InvalidError: no line has a price, the validity is missing, or something said cannot be used.
    """
    with as_owner():
        invitation = _invited(number, supplier_id, actor, at)
        if not any(price.unit_price is not None for price in said.prices):
            raise InvalidError("prices_missing", "Give a price for at least one line, or say that you do not quote.")
        if said.valid_until is None:
            raise InvalidError("valid_until_missing", "Say until when your prices hold.", field="valid_until")
        quotation = _draft(invitation, actor, at)
        quotation.is_decline, quotation.reason = False, ""
        _write(quotation, invitation, said, at)
        _send(quotation, invitation, "received", actor, at)
    return quotation


@use_case
def decline_quotation(*, number: str, supplier_id: int, reason: str, actor: User, at: datetime) -> Quotation:
    """Say that the supplier does not quote, and why; it may still change its mind until the closing time.

    :raises NotFoundError: the supplier is not asked by that number.
    :raises NotPermittedError: the actor does not act for the supplier, or it may not quote now.
    :raises ConflictError: the closing time has passed, or the request ended.
    :raises InvalidError: no reason, or it is too long.
    """
    with as_owner():
        invitation = _invited(number, supplier_id, actor, at)
        why = " ".join(reason.split())
        if not why or len(why) > 300:  # noqa: PLR2004 - the column's width
            raise InvalidError("reason_unfit", "Say in at most 300 letters why you do not quote.", field="reason")
        quotation = _draft(invitation, actor, at)
        quotation.prices.all().delete()
        quotation.is_decline, quotation.reason, quotation.valid_until = True, why, None
        quotation.content_hash = content_hash(["decline", why])
        quotation.save(update_fields=_SAID)
        _send(quotation, invitation, "declined", actor, at)
    return quotation


@use_case
def ask_about_quotation(
    *, number: str, supplier_id: int, question: str, actor: User, at: datetime
) -> QuotationQuestion:
    """Ask a question; the answer goes to everybody who is invited, without the asker's name.

    :raises NotFoundError: the supplier is not asked by that number.
    :raises NotPermittedError: the actor does not act for the supplier, or it may not quote now.
    :raises ConflictError: the closing time has passed, the request ended, or the supplier asked too often.
    :raises InvalidError: the question is empty or too long.
    """
    with as_owner():
        invitation = _invited(number, supplier_id, actor, at)
        text = question.strip()
        if not text or len(text) > 1_000:  # noqa: PLR2004 - the column's width
            raise InvalidError("question_unfit", "Write a question of at most 1,000 letters.", field="question")
        mine = QuotationQuestion.objects.filter(request=invitation.request, supplier_id=supplier_id)
        if mine.count() >= MOST_QUESTIONS:
            raise ConflictError(
                "too_many_questions", f"You asked {MOST_QUESTIONS} questions. Please write to the buyer."
            )
        asked = QuotationQuestion.objects.create(
            request=invitation.request, supplier_id=supplier_id, question=text, asked_at=at, asked_by=actor
        )
        audit.record(
            invitation.request, "ask_about_quotation", actor=actor, at=at, supplier=invitation.supplier.code,
            question=asked.pk,
        )  # fmt: skip
    return asked


def hand_out_quotation_paper(*, number: str, supplier_id: int, paper_id: int, actor: User) -> QuotationPaper:
    """Return a file of a request to a supplier that was told of it, whatever became of the request.

    :raises NotPermittedError: the actor does not act for the supplier.
    :raises NotFoundError: the supplier is not asked by that number, or was told of no such file.
    """
    with as_owner():
        require(access.can_read_for(actor, supplier_id))
        rows = QuotationInvitation.objects.filter(supplier_id=supplier_id, number=number)
        invitation = rows.exclude(stage=QuotationState.DRAFT).first()
        told = {paper["id"] for paper in invitation.content["papers"]} if invitation else set()
        paper = QuotationPaper.objects.filter(pk=paper_id).first() if paper_id in told else None
    if paper is None:
        raise NotFoundError("not_found", "There is no such file.")
    return paper


def _invited(number: str, supplier_id: int, actor: User, at: datetime) -> QuotationInvitation:
    """Return the supplier's own invitation; the request is locked, so that nothing passes its closing."""
    require(access.can_quote(actor, supplier_id))
    rows = QuotationInvitation.objects.filter(supplier_id=supplier_id, number=number)
    found = rows.exclude(stage=QuotationState.DRAFT).values_list("request_id", flat=True).first()
    if found is None:
        raise NotFoundError("not_found", "There is no such request.")
    request = QuotationRequest.objects.select_for_update(of=("self",), no_key=True).select_related("site").get(pk=found)
    if request.state == QuotationState.CANCELLED:
        raise ConflictError("quotation_cancelled", f"{number} is cancelled.")
    if request.state != QuotationState.OPEN or at >= request.closes_at:
        raise ConflictError(
            "quotation_closed", f"The closing time of {number} has passed. No answer is taken any more."
        )
    invitation = rows.select_related("supplier").prefetch_related("supplier__people__user").get()
    if invitation.supplier.state not in MAY_QUOTE:
        raise ConflictError(
            "supplier_unfit", "You cannot quote at the moment. Please ask who looks after you at our side."
        )
    invitation.request = request
    return invitation


def _draft(invitation: QuotationInvitation, actor: User, at: datetime) -> Quotation:
    draft = invitation.quotations.filter(state=AnswerState.DRAFT).first()
    if draft is not None:
        draft.version += 1
        draft.revision, draft.changed_at, draft.changed_by = invitation.revision, at, actor
        return draft
    return Quotation.objects.create(
        invitation=invitation, supplier=invitation.supplier, revision=invitation.revision, changed_at=at,
        changed_by=actor, currency=invitation.supplier.currency,
    )  # fmt: skip


def _write(quotation: Quotation, invitation: QuotationInvitation, said: QuotationSaid, at: datetime) -> None:
    today = at.date()
    if said.valid_until is not None and not today <= said.valid_until <= today + _LONGEST_VALID:
        raise InvalidError(
            "valid_until_unfit", "Prices hold until a day from today on, within three years.", field="valid_until",
            value=said.valid_until.isoformat(),
        )  # fmt: skip
    if len(said.note) > 1_000:  # noqa: PLR2004 - the column's width
        raise InvalidError("note_unfit", "Write a note of at most 1,000 letters.", field="note")
    rows = rows_said(quotation, invitation.content["lines"], said.prices)
    quotation.prices.all().delete()
    QuotationPrice.objects.bulk_create(rows)
    quotation.valid_until, quotation.note = said.valid_until, said.note.strip()
    quotation.content_hash = content_hash([plain_row(row) for row in rows] + [said.valid_until, quotation.note])
    quotation.save(update_fields=_SAID)


def _send(quotation: Quotation, invitation: QuotationInvitation, told: str, actor: User, at: datetime) -> None:
    _give_way(invitation)
    quotation.send(at=at)
    quotation.save(update_fields=["state", "sent_at"])
    audit.record(
        quotation, "send_quotation", actor=actor, at=at, number=invitation.number, supplier=invitation.supplier.code,
        hash=quotation.content_hash, declines=quotation.is_decline, before="draft", after=quotation.state,
    )  # fmt: skip
    write_to_suppliers(invitation.request, [invitation], told, at=at, key=str(quotation.pk))


def _give_way(invitation: QuotationInvitation) -> None:
    """Let what was sent before count no longer."""
    for quotation in invitation.quotations.filter(state=AnswerState.SENT):
        quotation.give_way()
        quotation.save(update_fields=["state"])
