"""The supplier's pages about what we ask it to quote. Everything here runs as the role that sees one supplier (SO-4)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import InvalidError
from foundation.web.attachment import attachment
from foundation.web.door import now
from foundation.web.keyset import paginate
from foundation.web.typed import words
from suppliers import access, services
from suppliers.decisions.company_roles import Act
from suppliers.models import AnswerState, Quotation, QuotationInvitation, QuotationQuestion, QuotationState
from suppliers.portal.door import PortalRequest, portal_view
from suppliers.portal.quotation_form import problems, read, rows_as_said

VIEWS = (("", "All"), ("open", "To answer"), ("decided", "Decided"))
DECIDED = (QuotationState.AWARDED, QuotationState.CONVERTED)


@require_safe
@portal_view
def quotation_list(request: PortalRequest) -> HttpResponse:
    """List what the supplier was asked to quote, newest first."""
    rows = QuotationInvitation.objects.filter(supplier=request.supplier)
    view, text = request.GET.get("view", ""), request.GET.get("q", "").strip()[:40]
    if view == "open":
        rows = rows.filter(stage=QuotationState.OPEN)
    elif view == "decided":
        rows = rows.filter(stage__in=DECIDED)
    if text:
        rows = rows.filter(number__icontains=text)
    sent = Quotation.objects.filter(invitation=OuterRef("pk"), state=AnswerState.SENT)
    said = sent.values(said=JSONObject(declines="is_decline", revision="revision"))[:1]
    page = paginate(request, rows.annotate(said=Subquery(said)))
    context = {
        "page": page, "views": VIEWS, "view": view,
        "text": text, "now": now(), "section": "quotations",
    }  # fmt: skip
    return render(request, "portal/quotations/list.html", context)


def _invitation(request: PortalRequest, number: str) -> QuotationInvitation:
    rows = QuotationInvitation.objects.filter(supplier=request.supplier).exclude(stage=QuotationState.DRAFT)
    return get_object_or_404(rows, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_view
def quotation(request: PortalRequest, number: str) -> HttpResponse:
    """Show what is asked with the supplier's own answer; save it half-way or send it."""
    invitation = _invitation(request, number)
    if request.method != "POST":
        return _page(request, invitation)
    rows, said = read(request.POST.dict(), invitation.content["lines"])
    errors = problems(rows)
    if not errors:
        known: dict[str, Any] = {
            "number": number, "supplier_id": request.supplier.pk, "said": said, "actor": request.user, "at": now(),
        }  # fmt: skip
        try:
            if request.POST.get("action") == "send":
                services.send_quotation(**known)
                messages.success(request, "Your answer is with us, sealed until the closing time.")
            else:
                services.save_quotation(**known)
                messages.success(request, "Saved. It is not sent yet.")
        except InvalidError as error:
            errors = [(str(error.details.get("field", "")), error.message)]
        else:
            return redirect("portal_quotation", number)
    return _page(request, invitation, rows=rows, errors=errors, given=request.POST)


def _page(request: PortalRequest, invitation: QuotationInvitation, **more: Any) -> HttpResponse:
    said = list(invitation.quotations.exclude(state=AnswerState.REPLACED).order_by("-pk"))
    draft = next((one for one in said if one.state == AnswerState.DRAFT), None)
    sent = next((one for one in said if one.state == AnswerState.SENT), None)
    newest = draft or sent
    lines = invitation.content["lines"]
    at = now()
    context = {
        "invitation": invitation, "content": invitation.content, "rows": rows_as_said(lines, newest), "draft": draft,
        "sent": sent, "newest": newest, "is_open": invitation.stage == QuotationState.OPEN and at < invitation.closes_at,
        "is_outdated": sent is not None and not sent.is_decline and sent.revision < invitation.lines_revision,
        "closes_at": invitation.closes_at, "decided": invitation.stage in DECIDED,
        "may_answer": access.judge_act(request.may, Act.ANSWER),
        "won": {line["no"] for line in invitation.outcome}, "currency": request.supplier.currency,
        "questions": QuotationQuestion.objects.filter(supplier=request.supplier, request=invitation.request_id, answer=""),
        "answers": [(one, datetime.fromisoformat(one["at"])) for one in invitation.answers], "section": "quotations",
        "errors": [], "given": None, **more,
    }  # fmt: skip
    return render(request, "portal/quotations/detail.html", context, status=422 if context["errors"] else 200)


@require_POST
@portal_view
def decline(request: PortalRequest, number: str) -> HttpResponse:
    """Say that the supplier does not quote."""
    invitation = _invitation(request, number)
    try:
        services.decline_quotation(
            number=number, supplier_id=request.supplier.pk, reason=words(request), actor=request.user, at=now()
        )
    except InvalidError as error:
        return _page(request, invitation, errors=[("reason", error.message)], given=request.POST, failed="decline")
    messages.success(request, "Thank you for telling us. You may still quote until the closing time.")
    return redirect("portal_quotation", number)


@require_POST
@portal_view
def ask(request: PortalRequest, number: str) -> HttpResponse:
    """Ask a question about what is asked."""
    invitation = _invitation(request, number)
    try:
        services.ask_about_quotation(
            number=number, supplier_id=request.supplier.pk, question=words(request, "question", 1_000),
            actor=request.user, at=now(),
        )  # fmt: skip
    except InvalidError as error:
        return _page(request, invitation, errors=[("question", error.message)], given=request.POST, failed="ask")
    messages.success(request, "Your question is with us. The answer appears here and we write to you.")
    return redirect("portal_quotation", number)


@require_safe
@portal_view
def paper(request: PortalRequest, number: str, paper_id: int) -> HttpResponse:
    """Hand out a file of the request, if it is one the supplier was told of."""
    file = services.hand_out_quotation_paper(
        number=number, supplier_id=request.supplier.pk, paper_id=paper_id, actor=request.user
    )
    return attachment(bytes(file.content), file.name, file.content_type)
