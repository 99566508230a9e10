"""Requests for quotation for staff: the list, writing, the page of one with its steps, files and questions (SO-4)."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import site_ids_with, sites_with
from foundation.errors import InvalidError, require
from foundation.intake import uploads
from foundation.roles import VIEW
from foundation.web.attachment import attachment
from foundation.web.door import admitted, now, staff, tried
from foundation.web.keyset import paginate
from foundation.web.typed import seen_version, words
from suppliers import access, services
from suppliers.decisions.quotation_terms import AskedLine
from suppliers.models import QuotationRequest, QuotationState
from suppliers.selectors.quotations import quotation_list
from suppliers.web.quotation_forms import (
    MORE_ROWS,
    HeadForm,
    PaperForm,
    Row,
    choices,
    head_of,
    problems,
    read_rows,
    rows_of,
    with_blanks,
)
from suppliers.web.quotation_page import found, shown

OPEN_FOR = timedelta(days=7)
TABS = (("", "All"), *((str(value), str(label)) for value, label in QuotationState.choices))
DONE = {
    "open": "is open. Each invited supplier has a letter.",
    "close": "is closed. Compare and award.",
    "cancel": "is cancelled.",
}


@require_safe
@login_required
def quotations(request: HttpRequest) -> HttpResponse:
    """List requests of the person's sites by state."""
    user = staff(request)
    require(access.can_see_quotations(user))
    text, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    rows = quotation_list(access.visible_quotation_requests(user), text=text, state=state)
    context = {
        "page": paginate(request, rows), "tabs": TABS, "state": state, "text": text, "now": now(),
        "may_write": access.can_ask_quotations(user),
    }  # fmt: skip
    return render(request, "suppliers/quotations/list.html", context)


@require_safe
@login_required
def quotation(request: HttpRequest, number: str) -> HttpResponse:
    """Show a request: what is asked, who answered, and once closed the answers side by side."""
    return shown(request, found(request, number))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def quotation_new(request: HttpRequest) -> HttpResponse:
    """Write a request as a draft."""
    user = staff(request)
    admitted(request, access.can_ask_quotations(user))
    closes = datetime.combine(timezone.localdate() + OPEN_FOR, time(17))
    form = HeadForm(site_ids_with(user, VIEW), request.POST or None, initial={"closes_at": f"{closes:%Y-%m-%dT%H:%M}"})
    rows, lines, again = _typed(request, [])

    def act() -> QuotationRequest:
        data = form.cleaned_data
        return services.write_quotation_request(
            site_id=data["site"].pk, asked=form.asked(lines), suppliers=data["suppliers"], actor=user, at=now()
        )

    made = None if again or problems(rows) else tried(form, act)
    if made is not None:
        messages.success(request, f"{made} is written. No supplier sees it before you open it.")
        return redirect("quotation", made.number)
    return _form(request, form, rows, again=again)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def quotation_change(request: HttpRequest, number: str) -> HttpResponse:
    """Rewrite a draft, or tell all suppliers a new version of an open request."""
    rfq = found(request, number)
    user = staff(request)
    admitted(request, access.can_write_quotation(user, rfq.site))
    invited = list(rfq.invitations.values_list("supplier__code", flat=True))
    form = HeadForm(
        [rfq.site_id], {**request.POST.dict(), "site": rfq.site.code, "suppliers": request.POST.getlist("suppliers")}
        if request.method == "POST"
        else None, initial=head_of(rfq, invited),
    )  # fmt: skip
    stored = rows_of(rfq.lines.select_related("item", "unit", "ship_to").order_by("line_no"))
    rows, lines, again = _typed(request, stored)

    def act() -> QuotationRequest:
        data = form.cleaned_data
        return services.change_quotation_request(
            request_id=rfq.pk, expected_version=seen_version(request), asked=form.asked(lines),
            suppliers=data["suppliers"], reason=data["reason"], actor=user, at=now(),
        )  # fmt: skip

    done = None if again or problems(rows) else tried(form, act)
    if done is not None:
        told = " Every invited supplier is told." if done.state == QuotationState.OPEN else ""
        messages.success(request, f"{done} is changed.{told}")
        return redirect("quotation", number)
    return _form(request, form, rows, again=again, rfq=rfq)


def _typed(request: HttpRequest, stored: list[Row]) -> tuple[list[Row], list[AskedLine], bool]:
    """Return the rows as typed or stored, the lines they say, and whether only more rows are wanted."""
    if request.method != "POST":
        return stored, [], False
    rows, lines = read_rows(request.POST.dict())
    sources = {row.no: row.source for row in stored}
    for row in rows:
        row.source = sources.get(row.no, "")
    return rows, lines, "more" in request.GET


def _form(
    request: HttpRequest, form: HeadForm, rows: list[Row], *, again: bool, rfq: QuotationRequest | None = None
) -> HttpResponse:
    errors = [] if again else problems(rows)
    wrong = bool(errors or (form.errors and not again))
    context = {
        "form": form, "rows": with_blanks(rows, MORE_ROWS if again else 3), "errors": errors, "rfq": rfq, "again": again,
        "version": request.POST.get("version") or (rfq.version if rfq else ""), **choices(),
        "sites": [(site.code, site.name) for site in _sites(request)],
    }  # fmt: skip
    return render(request, "suppliers/quotations/form.html", context, status=422 if wrong else 200)


def _sites(request: HttpRequest) -> Any:
    return sites_with(staff(request), VIEW).filter(is_active=True)


@require_POST
@login_required
def quotation_do(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Open, close early or cancel; a refusal comes back on the page."""
    rfq = found(request, number)
    known: dict[str, Any] = {
        "request_id": rfq.pk, "expected_version": seen_version(request), "actor": staff(request), "at": now(),
    }  # fmt: skip
    try:
        if verb == "open":
            services.open_quotation_request(**known)
        elif verb == "close":
            services.close_quotation_request(**known)
        elif verb == "cancel":
            services.cancel_quotation_request(**known, reason=words(request))
        else:
            raise Http404
    except InvalidError as error:
        return shown(request, rfq, error=error)
    messages.success(request, f"{rfq} {DONE[verb]}")
    return redirect("quotation", number)


@require_POST
@login_required
def quotation_paper_add(request: HttpRequest, number: str) -> HttpResponse:
    """Put a file beside the request."""
    rfq = found(request, number)
    user = staff(request)
    admitted(request, access.can_write_quotation(user, rfq.site))
    form = PaperForm(request.POST, request.FILES)

    def act() -> object:
        file = form.cleaned_data["file"]
        content = file.read(uploads.MAX_BYTES + 1)
        return services.add_quotation_paper(request_id=rfq.pk, name=file.name, content=content, actor=user, at=now())

    if tried(form, act) is None:
        return shown(request, rfq, paper=form)
    messages.success(request, "The file goes with the request.")
    return redirect("quotation", number)


@require_safe
@login_required
def quotation_paper(request: HttpRequest, number: str, paper_id: int) -> HttpResponse:
    """Download a file of the request; it is never shown inside a page."""
    paper = get_object_or_404(found(request, number).papers, pk=paper_id)
    return attachment(bytes(paper.content), paper.name, paper.content_type)


@require_POST
@login_required
def quotation_question(request: HttpRequest, number: str, question_id: int) -> HttpResponse:
    """Answer a question; everybody invited reads it."""
    rfq = found(request, number)
    question = get_object_or_404(rfq.questions, pk=question_id)
    try:
        services.answer_quotation_question(
            question_id=question.pk, answer=words(request, "answer", 2_000), actor=staff(request), at=now()
        )
    except InvalidError as error:
        named = InvalidError(error.code, error.message, field=f"answer-{question.pk}")
        return shown(request, rfq, error=named)
    messages.success(request, "Every invited supplier reads question and answer, without who asked.")
    return redirect("quotation", number)
