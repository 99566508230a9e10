"""A request for quotation from its opening to its closing, and its end before an award (SO-4)."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.urls import reverse

from foundation import audit, outbox
from foundation.documents import lock, require_unchanged, touch
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import NoticeKind, User
from foundation.selectors import system_user
from foundation.services import News, notify
from suppliers import access
from suppliers.events import QuotationClosed, QuotationOpened
from suppliers.models import MAY_QUOTE, QuotationQuestion, QuotationRequest, QuotationState
from suppliers.selectors.quotations import unanswered
from suppliers.services.quotation_letters import write_to_suppliers
from suppliers.services.tell_quotation import answers_told, invitations_of, show, tell

ACTOR = "sweeper"
_LONGEST_ANSWER = 2_000


@use_case
def open_quotation_request(*, request_id: int, expected_version: int, actor: User, at: datetime) -> QuotationRequest:
    """Put a request before its suppliers: each gets a letter and may answer until the closing time.

    :raises NotPermittedError: the actor asks for no quotations at the site.
    :raises StaleError: it changed since it was opened on the screen.
    :raises ConflictError: it is no draft.
    :raises InvalidError: nobody is invited, one may not be asked any more, or the closing time has passed.
    """
    request = lock(QuotationRequest, request_id, with_=("changed_by", "site"))
    require(access.can_write_quotation(actor, request.site))
    require_unchanged(request, expected_version)
    if request.state != QuotationState.DRAFT:
        raise ConflictError("quotation_not_draft", f"{request} is {request.get_state_display().lower()}.")
    invitations = invitations_of(request)
    if not invitations:
        raise InvalidError("nobody_invited", "Invite at least one supplier first.", field="suppliers")
    unfit = next((one.supplier for one in invitations if one.supplier.state not in MAY_QUOTE), None)
    if unfit is not None:
        raise InvalidError(
            "supplier_unfit", f"{unfit} is {unfit.get_state_display().lower()} by now and cannot be asked. Take it off.",
            field="suppliers", value=unfit.code,
        )  # fmt: skip
    if at >= request.closes_at:
        raise InvalidError("closes_at_unfit", "The closing time has passed. Choose a later one.", field="closes_at")
    request.open(at=at)
    version = tell(request, reason="", actor=actor, at=at)
    fields = ["state", "opened_at", "revision", "lines_revision"]
    request.save(update_fields=[*fields, *touch(request, by_id=actor.pk, at=at)])
    audit.record(
        request, "open_quotation_request", actor=actor, at=at, before="draft", after=request.state,
        hash=version.content_hash, suppliers=[one.supplier.code for one in invitations],
    )  # fmt: skip
    outbox.publish(QuotationOpened(**about(request, actor, at)))
    write_to_suppliers(request, invitations, "invited", at=at)
    return request


@use_case
def close_quotation_request(*, request_id: int, expected_version: int, actor: User, at: datetime) -> QuotationRequest:
    """Close a request before its time, once every invited supplier has answered or said no.

    :raises NotPermittedError: the actor asks for no quotations at the site.
    :raises StaleError: it changed since it was opened on the screen.
    :raises ConflictError: it is not open, or somebody has not answered.
    """
    request = lock(QuotationRequest, request_id, with_=("changed_by", "site"))
    require(access.can_write_quotation(actor, request.site))
    require_unchanged(request, expected_version)
    if request.state != QuotationState.OPEN:
        raise ConflictError("quotation_not_open", f"{request} is {request.get_state_display().lower()}.")
    if unanswered(request):
        raise ConflictError("answers_missing", "Not everybody has answered. It closes by itself at its closing time.")
    return _close(request, actor, at)


@use_case
def close_due_quotations(*, at: datetime) -> int:
    """Close the open requests whose closing time has come, and tell who wrote them; returns how many."""
    rows = QuotationRequest.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    due = rows.select_related("site").filter(state=QuotationState.OPEN, closes_at__lte=at).order_by("closes_at", "pk")
    actor = system_user(ACTOR)
    return len([_close(request, actor, at) for request in due[:200]])


def _close(request: QuotationRequest, actor: User, at: datetime) -> QuotationRequest:
    request.close(at=at)
    request.save(update_fields=["state", "closed_at", *touch(request, by_id=actor.pk, at=at)])
    show(request)
    missing = unanswered(request)
    audit.record(
        request, "close_quotation_request", actor=actor, at=at, before="open", after=request.state,
        missing=[supplier.code for supplier in missing],
    )  # fmt: skip
    outbox.publish(QuotationClosed(**about(request, actor, at)))
    words = f"{len(missing)} of those invited did not answer." if missing else "Everybody invited has answered."
    notify(
        news=News(
            kind=NoticeKind.OUTCOME, source=uuid5(NAMESPACE_OID, f"quotation:{request.pk}:closed"),
            subject=("quotation_request", request.pk, request.number),
            sentence=f"{request.number} {request.title} is closed: compare and award. {words}",
            path=reverse("quotation", args=[request.number]), at=at,
        ),
        people={request.created_by_id}, at=at,
    )  # fmt: skip
    return request


@use_case
def cancel_quotation_request(
    *, request_id: int, expected_version: int, reason: str, actor: User, at: datetime
) -> QuotationRequest:
    """End a request that is not awarded; suppliers who were asked are told. Sealed answers stay sealed.

    :raises NotPermittedError: the actor asks for no quotations at the site.
    :raises StaleError: it changed since it was opened on the screen.
    :raises ConflictError: it is awarded or ended already.
    :raises InvalidError: no reason.
    """
    request = lock(QuotationRequest, request_id, with_=("changed_by", "site"))
    require(access.can_write_quotation(actor, request.site))
    require_unchanged(request, expected_version)
    before = request.state
    if before not in {QuotationState.DRAFT, QuotationState.OPEN, QuotationState.CLOSED}:
        raise ConflictError("quotation_ended", f"{request} is {request.get_state_display().lower()}.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why; suppliers who were asked read it.", field="reason")
    request.cancel(at=at, reason=reason.strip()[:300])
    request.save(update_fields=["state", "end_reason", *touch(request, by_id=actor.pk, at=at)])
    if before != QuotationState.DRAFT:
        show(request)
        write_to_suppliers(request, invitations_of(request), "cancelled", at=at, reason=request.end_reason)
    audit.record(
        request, "cancel_quotation_request", actor=actor, at=at, before=before, after=request.state,
        reason=request.end_reason,
    )  # fmt: skip
    return request


@use_case
def answer_quotation_question(*, question_id: int, answer: str, actor: User, at: datetime) -> QuotationQuestion:
    """Answer a supplier's question: every invited supplier reads both, nobody reads who asked.

    :raises NotFoundError: there is no such question.
    :raises NotPermittedError: the actor asks for no quotations at the site.
    :raises ConflictError: the request is closed, or the question is answered.
    :raises InvalidError: the answer is empty or too long.
    """
    found = QuotationQuestion.objects.filter(pk=question_id).values_list("request_id", flat=True).first()
    if found is None:
        raise NotFoundError("not_found", "There is no such question.")
    request = lock(QuotationRequest, found, with_=("site",))
    require(access.can_write_quotation(actor, request.site))
    question = request.questions.get(pk=question_id)
    if request.state != QuotationState.OPEN or at >= request.closes_at:
        raise ConflictError("quotation_not_open", f"{request} takes no answers any more.")
    if question.answer:
        raise ConflictError("question_answered", "This question is answered.")
    text = answer.strip()
    if not text or len(text) > _LONGEST_ANSWER:
        raise InvalidError("answer_unfit", "Write an answer of at most 2,000 letters.", field="answer")
    question.answer, question.answered_at, question.answered_by = text, at, actor
    question.save(update_fields=["answer", "answered_at", "answered_by"])
    show(request, answers=answers_told(request))
    write_to_suppliers(request, invitations_of(request), "answered", at=at, key=str(question.pk))
    audit.record(request, "answer_quotation_question", actor=actor, at=at, question=question.pk)
    return question


def about(request: QuotationRequest, actor: User, at: datetime) -> dict[str, Any]:
    """Return what every event about a request says."""
    return {
        "subject_id": request.pk, "subject_number": request.number, "at": at, "version": request.version,
        "site_id": request.site_id, "actor_id": actor.pk, "is_human": actor.kind == User.Kind.STAFF,
    }  # fmt: skip
