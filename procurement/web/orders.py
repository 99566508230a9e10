"""The staff's order pages."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import InvalidError
from foundation.models import User
from foundation.selectors import timeline
from foundation.web.csvout import stream_csv
from foundation.web.keyset import paginate
from foundation.web.typed import seen_version, words
from procurement import access
from procurement.models import ChangeState, GoodsReceiptLine, OrderState, PurchaseOrder
from procurement.selectors.changes import told_to_change
from procurement.selectors.order_list import VIEWS, OrderFilters, filtered_orders, next_step, stages
from procurement.selectors.order_page import answer_views, compared, verbs_of, versions_beside
from procurement.selectors.orders import line_views
from procurement.services import (
    cancel_order,
    close_order,
    decide_acknowledgment,
    hold_order,
    issue_order,
    reopen_order,
    unhold_order,
)
from procurement.web.changes import changes_of
from suppliers.services import About
from suppliers.validators import fresh_message
from suppliers.web.messages import converse, talk_with_supplier
from workflow.selectors import messages_on, open_cases_on

CSV_HEAD = [
    "Number", "Supplier", "Site", "State", "Answer", "Received", "Invoiced", "Needed by", "Total", "Open", "Currency",
]  # fmt: skip
Act = Callable[..., PurchaseOrder]
ACTS: dict[str, tuple[Act, str]] = {
    "hold": (hold_order, "is on hold"),
    "unhold": (unhold_order, "goes on"),
    "cancel": (cancel_order, "is cancelled"),
    "close": (close_order, "is closed"),
    "reopen": (reopen_order, "is open again"),
}


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


def _filters(request: HttpRequest) -> OrderFilters:
    return OrderFilters(**{
        name: request.GET.get(name, "").strip()[:60] for name in ("view", "site", "supplier", "state", "q")
    })  # fmt: skip


@require_safe
@login_required
def order_list(request: StaffRequest) -> HttpResponse:
    """List orders of the person's sites, newest first; the filters live in the address."""
    now, today, filters = _now(), timezone.localdate(), _filters(request)
    page = paginate(request, filtered_orders(access.visible_orders(request.user), filters, today=today))
    context = {
        "page": page,
        "rows": [(o, next_step(o, today=today, now=now), stages(o)) for o in page],
        "views": VIEWS,
        "filters": filters,
        "is_filtered": filters != OrderFilters(),
        "states": OrderState.choices,
        "sites": access.visible_sites(request.user).only("code", "name"),
    }
    return render(request, "procurement/order/list.html", context)


@require_safe
@login_required
def order_csv(request: StaffRequest) -> StreamingHttpResponse:
    """Export the filtered list."""
    found = filtered_orders(access.visible_orders(request.user), _filters(request), today=timezone.localdate())

    def rows() -> Iterator[list[Any]]:
        for o in found.order_by("-pk").iterator(chunk_size=500):
            yield [
                o.number, o.supplier.name, o.ship_to.code, o.get_state_display(), o.get_ack_status_display(),
                o.get_receipt_status_display(), o.get_invoice_status_display(), o.need_by, o.total_amount, o.open_amount,
                o.currency,
            ]  # fmt: skip

    return stream_csv("orders.csv", CSV_HEAD, rows())


def _find(request: StaffRequest, number: str) -> PurchaseOrder:
    rows = access.visible_orders(request.user).select_related("supplier", "ship_to", "buyer", "hold_by")
    return get_object_or_404(told_to_change(rows), number=number)


@require_safe
@login_required
def order_detail(request: StaffRequest, number: str) -> HttpResponse:
    """Show one order: lines with what is open, answers, receipts, versions, history."""
    return _detail(request, _find(request, number))


def _detail(
    request: StaffRequest, order: PurchaseOrder, *, failed: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    """Draw the page; `failed` is the form that was refused: a verb, or an answer's pk."""
    lines, answers = line_views(order), answer_views(order)
    may_order = access.can_order(request.user, order.ship_to)
    context = {
        "order": order,
        "lines": lines,
        "answers": answers,
        "stages": stages(order),
        "receipts": order.receipts.select_related("created_by")
        .prefetch_related(Prefetch("lines", queryset=GoodsReceiptLine.objects.select_related("order_line", "unit")))
        .order_by("-pk")[:50],
        "versions": order.versions.select_related("issued_by").defer("content").order_by("-revision")[:20],
        "cases": open_cases_on("order", order.pk),
        "history": timeline("order", order.pk),
        "thread": messages_on("order", order.pk),
        "talk": talk_with_supplier(
            request.user, "order", order.pk, order.ship_to, reverse("order_messages", args=[order.number])
        ),
        "talk_form": fresh_message(),
        "verbs": verbs_of(order, lines) if may_order else [],
        "may_order": may_order,
        **changes_of(order),
        "may_change": bool(access.can_change_order(request.user, order)) and not order.is_changing,
        "may_issue": may_order and order.state == OrderState.APPROVED and not order.hold_reason,
        "may_receive": access.can_receive_on(request.user, order),
        "failed": failed,
        "error": error,
        "given": request.POST.get("reason", ""),
    }
    return render(request, "procurement/order/detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def order_messages(request: StaffRequest, number: str) -> HttpResponse:
    """Show and take messages to and from the supplier of an order."""
    order = _find(request, number)
    about = About("order", order.pk, order.number, order.supplier, order.ship_to)
    return converse(request, about, back=reverse("order", args=[order.number]))


@require_safe
@login_required
def order_version(request: StaffRequest, number: str, revision: int) -> HttpResponse:
    """Show an issued version as the supplier sees it, beside the one before."""
    visible = access.visible_orders(request.user).select_related("supplier", "ship_to", "legal_entity")
    order = get_object_or_404(visible, number=number)
    found = versions_beside(order, revision)
    if revision not in found:
        raise Http404
    version, previous = found[revision], found.get(revision - 1)
    context = {
        "order": order,
        "version": version,
        "previous": previous,
        "lines": compared(version, previous),
        "total": Decimal(version.content["total"]),
        "need_by": date.fromisoformat(version.content["need_by"]),
    }
    return render(request, "procurement/order/version.html", context)


@require_POST
@login_required
def order_act(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    """Issue, hold, let go on, cancel, close or open again; a refusal comes back beside its form."""
    order = _find(request, number)
    common: dict[str, Any] = {
        "order_id": order.pk, "expected_version": seen_version(request), "actor": request.user, "at": _now(),
    }  # fmt: skip
    try:
        if verb == "issue":
            issue_order(**common)
            said = "is on its way to the supplier"
        elif verb in ACTS:
            act, said = ACTS[verb]
            act(reason=words(request, longest=200 if verb == "hold" else 500), **common)
        else:
            raise Http404
    except InvalidError as error:
        return _detail(request, order, failed=verb, error=error.message, status=422)
    messages.success(request, f"{number} {said}.")
    return redirect("order", number)


@require_POST
@login_required
def decide_answer(request: StaffRequest, number: str, answer_id: int) -> HttpResponse:
    """Take the supplier's terms, or insist on the order."""
    order = _find(request, number)
    answer = get_object_or_404(order.acknowledgments, pk=answer_id)
    try:
        decide_acknowledgment(
            acknowledgment_id=answer.pk,
            expected_version=seen_version(request),
            accept=request.POST.get("decision") == "accept",
            actor=request.user,
            reason=words(request),
            at=_now(),
        )
    except InvalidError as error:
        return _detail(request, order, failed=str(answer.pk), error=error.message, status=422)
    waiting = order.changes.filter(acknowledgment=answer, state=ChangeState.PROPOSED).first()
    if waiting is not None:
        messages.success(
            request, f"{waiting.number} asks whether these terms may be taken. The order stays until then."
        )
        return redirect("order_change", waiting.number)
    messages.success(request, "Your decision about the supplier's answer is recorded.")
    return redirect("order", number)
