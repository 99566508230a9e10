"""The page of one request for quotation, drawn by whatever was done on it (SO-4)."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from foundation.errors import InvalidError, require
from foundation.selectors import changes_of
from foundation.web.door import now, staff
from suppliers import access
from suppliers.models import QuotationRequest, QuotationState
from suppliers.selectors.quotations import standings
from suppliers.web.quotation_comparison import award_context
from suppliers.web.quotation_forms import PaperForm


def found(request: HttpRequest, number: str) -> QuotationRequest:
    """Return a request of the person's sites, if they read quotations at all."""
    user = staff(request)
    rows = access.visible_quotation_requests(user).select_related("site", "created_by", "awarded_by")
    one = get_object_or_404(rows, number=number)
    require(access.can_see_quotations(user))
    return one


def shown(
    request: HttpRequest, rfq: QuotationRequest, *, error: InvalidError | None = None, **more: Any
) -> HttpResponse:
    """Draw the page of a request; `error` is a refusal that comes back beside its form."""
    user = staff(request)
    may = access.can_write_quotation(user, rfq.site)
    asked = standings(rfq)
    live = rfq.state in {QuotationState.DRAFT, QuotationState.OPEN}
    answers = award_context(request, rfq)
    lines = answers["opened"].lines if answers["opened"] else rfq.lines.select_related("item", "unit", "ship_to")
    context: dict[str, Any] = {
        "rfq": rfq, "standings": asked, "lines": lines,
        "papers": rfq.papers.defer("content"), "paper": PaperForm(), "now": now(),
        "questions": rfq.questions.select_related("supplier", "answered_by"),
        "versions": rfq.versions.defer("content").select_related("told_by").order_by("-revision"),
        "may_change": may and live, "may_open": may and rfq.state == QuotationState.DRAFT,
        "may_close": may and rfq.state == QuotationState.OPEN and not _waiting(asked),
        "may_cancel": may and rfq.state in {QuotationState.DRAFT, QuotationState.OPEN, QuotationState.CLOSED},
        "may_answer": may and rfq.state == QuotationState.OPEN, "may": may, "history": changes_of(rfq),
        "error": error, "failed": str(error.details.get("field", "")) if error else "", "given": request.POST,
        **answers, **more,
    }  # fmt: skip
    wrong = error is not None or context["paper"].errors
    return render(request, "suppliers/quotations/detail.html", context, status=422 if wrong else 200)


def _waiting(asked: Sequence[Any]) -> bool:
    return any(one.code in {"missing", "outdated"} for one in asked)
