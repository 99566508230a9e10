"""The supplier's pages about orders. Everything here runs as the role that sees one supplier."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation.errors import InvalidError, require
from foundation.web.keyset import paginate
from foundation.web.typed import words
from procurement import access
from procurement.models import AckState, OrderAcknowledgment, OrderState, PurchaseOrder
from procurement.portal.answer_form import REASONS, problems, read, rows_as_ordered
from procurement.selectors.order_page import answer_views
from procurement.services import AnswerLine, record_acknowledgment
from suppliers.access import judge_act
from suppliers.decisions.company_roles import Act
from suppliers.portal.door import PortalRequest, portal_view
from suppliers.portal.messages import converse, talk_with_us
from suppliers.services import About
from suppliers.validators import fresh_message

COMING = {"state": OrderState.ISSUED, "receipt_status__in": ["none", "partial"]}
VIEWS = (("", _("All")), ("unanswered", _("To answer")), ("coming", _("To deliver")), ("done", _("Delivered")))


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


@require_safe
@portal_view
def home(request: PortalRequest) -> HttpResponse:
    """Show what waits for the supplier: orders to answer, then what to deliver next."""
    mine = access.orders_of_supplier(request.supplier.pk).select_related("ship_to")
    waiting = mine.filter(state=OrderState.ISSUED, acknowledged_at=None).order_by("ack_due_at", "pk")[:20]
    coming = mine.filter(**COMING).exclude(acknowledged_at=None).order_by("need_by", "pk")[:10]
    context = {
        "waiting": list(waiting), "coming": list(coming), "now": _now(), "today": timezone.localdate(), "section": "home",
    }  # fmt: skip
    return render(request, "portal/home.html", context)


@require_safe
@portal_view
def order_list(request: PortalRequest) -> HttpResponse:
    """List the supplier's orders, newest first."""
    rows = access.orders_of_supplier(request.supplier.pk).select_related("ship_to")
    view, text = request.GET.get("view", ""), request.GET.get("q", "").strip()[:40]
    if view == "unanswered":
        rows = rows.filter(state=OrderState.ISSUED, acknowledged_at=None)
    elif view == "coming":
        rows = rows.filter(**COMING)
    elif view == "done":
        rows = rows.filter(receipt_status__in=["full", "over"])
    if text:
        rows = rows.filter(number__icontains=text)
    context = {
        "page": paginate(request, rows), "section": "orders", "views": VIEWS, "view": view, "text": text,
        "now": _now(), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "portal/orders/list.html", context)


def _order(request: PortalRequest, number: str) -> PurchaseOrder:
    return get_object_or_404(
        access.orders_of_supplier(request.supplier.pk).select_related("ship_to", "supplier"), number=number
    )


@require_safe
@portal_view
def order_detail(request: PortalRequest, number: str) -> HttpResponse:
    """Show an order as issued, with the answers given so far."""
    order = _order(request, number)
    context = {
        "order": order,
        "lines": order.lines.select_related("unit", "item").order_by("line_no"),
        "answers": order.acknowledgments.order_by("-pk")[:10],
        "may_answer": order.state == OrderState.ISSUED and Act.ANSWER in request.may,
        "may_bill": order.state == OrderState.ISSUED and Act.BILL in request.may,
        "talk": talk_with_us(request, "order", order.pk, reverse("portal_order_messages", args=[order.number])),
        "talk_form": fresh_message(),
        "section": "orders",
    }
    return render(request, "portal/orders/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_view
def order_messages(request: PortalRequest, number: str) -> HttpResponse:
    """Show and take messages about an order."""
    order = _order(request, number)
    about = About("order", order.pk, order.number, request.supplier, order.ship_to)
    return converse(request, about, section="orders", back=reverse("portal_order", args=[order.number]))


@require_http_methods(["GET", "HEAD", "POST"])
@portal_view
def answer(request: PortalRequest, number: str) -> HttpResponse:
    """Let the supplier accept everything, change lines, or reject."""
    order = _order(request, number)
    require(judge_act(request.may, Act.ANSWER))
    lines = list(order.lines.select_related("unit", "item").order_by("line_no"))
    context: dict[str, Any] = {
        "order": order, "rows": rows_as_ordered(lines), "reasons": REASONS, "key": uuid.uuid4().hex, "errors": [],
        "may_answer": order.state == OrderState.ISSUED, "section": "orders",
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "portal/orders/answer.html", context)
    rejects = request.POST.get("action") == "reject"
    note = request.POST.get("reject_reason" if rejects else "note", "").strip()
    errors: list[tuple[str, str]] = []
    said: list[AnswerLine] = []
    if rejects and not note:
        errors = [("reject_reason", gettext("Say why you reject the order."))]
    elif not rejects:
        context["rows"], said = read(request.POST, lines)
        errors = problems(context["rows"])
    if not errors:
        try:
            note = words(request, "reject_reason", 200) if rejects else words(request, "note", 2000)
            done = _record(request, order, "reject_all" if rejects else "lines", said, note)
        except InvalidError as error:
            errors = [(str(error.details.get("field", "")), error.message)]
        else:
            return redirect("portal_answered", order.number, done.number)
    context.update(errors=errors, key=request.POST.get("key", ""), given=request.POST, rejects=rejects)
    return render(request, "portal/orders/answer.html", context, status=422)


def _record(
    request: PortalRequest, order: PurchaseOrder, header: str, said: list[AnswerLine], note: str
) -> OrderAcknowledgment:
    now = _now()
    return record_acknowledgment(
        order_number=order.number,
        supplier_id=request.supplier.pk,
        source="portal",
        external_id=request.POST.get("key", "")[:80] or uuid.uuid4().hex,
        answered_at=now,
        actor=request.user,
        at=now,
        header=header,
        lines=said,
        supplier_reference=words(request, "reference", 40),
        note=note,
    )


@require_safe
@portal_view
def answered(request: PortalRequest, number: str, answer_number: str) -> HttpResponse:
    """Say what happens next, show the answer beside the order, and lead to the next one that waits."""
    order = _order(request, number)
    given = get_object_or_404(order.acknowledgments, number=answer_number)
    view = next(v for v in answer_views(order, limit=50) if v.answer.pk == given.pk)
    waiting = access.orders_of_supplier(request.supplier.pk).filter(state=OrderState.ISSUED, acknowledged_at=None)
    context = {
        "order": order,
        "answer": given,
        "lines": view.lines,
        "changed": [x for x in view.lines if x.said.answer != "accepted"],
        "applied": given.state == AckState.APPLIED,
        "review": given.state == AckState.REVIEW,
        "next": waiting.order_by("ack_due_at", "pk").first(),
        "section": "orders",
    }
    return render(request, "portal/orders/answered.html", context)
