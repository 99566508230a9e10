"""The staff's order pages."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import InvalidError
from foundation.models import Site, User
from foundation.selectors import timeline
from foundation.web.csvout import stream_csv
from foundation.web.keyset import paginate
from procurement import access
from procurement.models import OrderState, PurchaseOrder
from procurement.selectors.orders import line_views
from procurement.services import (
    cancel_order,
    close_order,
    decide_acknowledgment,
    hold_order,
    issue_order,
    unhold_order,
)
from workflow.selectors import messages_on, open_cases_on

VIEWS = [
    ("", "All"), ("unanswered", "Not answered"), ("late", "Late"), ("open", "To receive"), ("held", "On hold"),
    ("closed", "Closed"),
]  # fmt: skip


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


def _view(rows: QuerySet[PurchaseOrder], name: str) -> QuerySet[PurchaseOrder]:
    if name == "unanswered":
        return rows.filter(state=OrderState.ISSUED, acknowledged_at=None)
    if name == "late":
        return rows.filter(state=OrderState.ISSUED, receipt_status__in=["none", "partial"], need_by__lt=_now().date())
    if name == "open":
        return rows.filter(state=OrderState.ISSUED, receipt_status__in=["none", "partial"])
    if name == "held":
        return rows.exclude(hold_reason="")
    if name == "closed":
        return rows.filter(state__in=[OrderState.CLOSED, OrderState.CANCELLED])
    return rows


def _filtered(request: HttpRequest) -> QuerySet[PurchaseOrder]:
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    rows = _view(access.visible_orders(request.user).select_related("supplier", "ship_to"), request.GET.get("view", ""))
    text, site = request.GET.get("q", "").strip()[:60], request.GET.get("site", "")[:8]
    if site:
        rows = rows.filter(ship_to__code=site)
    if text:
        rows = rows.filter(Q(number__icontains=text) | Q(supplier__name__icontains=text))
    return rows


@require_safe
@login_required
def order_list(request: HttpRequest) -> HttpResponse:
    """List orders of the person's sites."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    sites = Site.objects.filter(pk__in=access.visible_sites(request.user)).order_by("name")
    context = {"page": paginate(request, _filtered(request)), "views": VIEWS, "sites": sites, "today": _now().date()}
    return render(request, "procurement/order/list.html", context)


@require_safe
@login_required
def order_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Export the filtered list."""
    head = [
        "Number",
        "Supplier",
        "Site",
        "State",
        "Answer",
        "Received",
        "Invoiced",
        "Needed by",
        "Total",
        "Open",
        "Currency",
    ]

    def rows() -> Iterator[list[Any]]:
        for o in _filtered(request).order_by("-pk").iterator(chunk_size=500):
            yield [
                o.number, o.supplier.name, o.ship_to.code, o.get_state_display(), o.get_ack_status_display(),
                o.get_receipt_status_display(), o.get_invoice_status_display(), o.need_by, o.total_amount, o.open_amount,
                o.currency,
            ]  # fmt: skip

    return stream_csv("orders.csv", head, rows())


@require_safe
@login_required
def order_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order: lines with what is open, answers, receipts, versions, history."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    order = get_object_or_404(
        access.visible_orders(request.user).select_related("supplier", "ship_to", "buyer", "hold_by", "changed_by"),
        number=number,
    )
    answers = (
        order.acknowledgments.select_related("received_by")
        .prefetch_related("lines__order_line__unit")
        .order_by("-pk")[:20]
    )
    context = {
        "order": order,
        "lines": line_views(order),
        "answers": answers,
        "receipts": order.receipts.select_related("created_by")
        .prefetch_related("lines__order_line", "lines__unit")
        .order_by("-pk")[:50],
        "versions": order.versions.select_related("issued_by").order_by("-revision")[:20],
        "cases": open_cases_on("order", order.pk),
        "history": timeline("order", order.pk),
        "thread": messages_on("order", order.pk),
        "may_order": access.can_order(request.user, order.ship_to),
        "may_receive": access.can_receive_on(request.user, order),
        "is_open": order.state in {OrderState.DRAFT, OrderState.APPROVED, OrderState.ISSUED},
    }
    return render(request, "procurement/order/detail.html", context)


@require_safe
@login_required
def order_version(request: HttpRequest, number: str, revision: int) -> HttpResponse:
    """Show an issued version as the supplier sees it."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    order = get_object_or_404(access.visible_orders(request.user).select_related("supplier", "ship_to"), number=number)
    version = get_object_or_404(order.versions.select_related("issued_by"), revision=revision)
    return render(request, "procurement/order/version.html", {"order": order, "version": version})


@require_POST
@login_required
def order_act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Issue, hold, let go on, cancel or close."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    order = get_object_or_404(access.visible_orders(request.user), number=number)
    version = int(request.POST.get("version", "0") or 0)
    acts = {"hold": hold_order, "unhold": unhold_order, "cancel": cancel_order, "close": close_order}
    said = {
        "hold": "is on hold",
        "unhold": "goes on",
        "cancel": "is cancelled",
        "close": "is closed",
        "issue": "is on its way to the supplier",
    }
    try:
        if verb == "issue":
            issue_order(order_id=order.pk, expected_version=version, actor=request.user, at=_now())
        elif verb in acts:
            acts[verb](
                order_id=order.pk,
                expected_version=version,
                actor=request.user,
                reason=request.POST.get("reason", ""),
                at=_now(),
            )
        else:
            raise Http404
    except InvalidError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{number} {said[verb]}.")
    return redirect("order", number)


@require_POST
@login_required
def decide_answer(request: HttpRequest, number: str, answer_id: int) -> HttpResponse:
    """Take the supplier's terms, or insist on the order."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    order = get_object_or_404(access.visible_orders(request.user), number=number)
    answer = get_object_or_404(order.acknowledgments, pk=answer_id)
    try:
        decide_acknowledgment(
            acknowledgment_id=answer.pk,
            expected_version=int(request.POST.get("version", "0") or 0),
            accept=request.POST.get("decision") == "accept",
            actor=request.user,
            reason=request.POST.get("reason", ""),
            at=_now(),
        )
    except InvalidError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Your decision about the supplier's answer is recorded.")
    return redirect("order", number)
