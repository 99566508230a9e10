"""The supplier's pages about orders. Everything here runs as the role that sees one supplier."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from foundation.errors import DomainError
from foundation.web.keyset import paginate
from procurement import access
from procurement.models import AckState, AckStatus, OrderState, PurchaseOrder, PurchaseOrderLine
from procurement.services import AnswerLine, record_acknowledgment
from suppliers.portal.door import PortalRequest, portal_view

REASONS = ["Out of stock", "Capacity", "Price changed", "Pack size", "Minimum order", "Other"]


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


@require_safe
@portal_view
def home(request: PortalRequest) -> HttpResponse:
    """Show what waits for the supplier."""
    mine = access.orders_of_supplier(request.supplier.pk).select_related("ship_to")
    waiting = mine.filter(state=OrderState.ISSUED, acknowledged_at=None).order_by("ack_due_at", "pk")[:20]
    coming = (
        mine.filter(state=OrderState.ISSUED, receipt_status__in=["none", "partial"])
        .exclude(acknowledged_at=None)
        .order_by("need_by")[:10]
    )
    context = {"waiting": list(waiting), "coming": list(coming), "now": _now()}
    return render(request, "portal/home.html", context)


@require_safe
@portal_view
def order_list(request: PortalRequest) -> HttpResponse:
    """List the supplier's orders, newest first."""
    rows = access.orders_of_supplier(request.supplier.pk).select_related("ship_to")
    if request.GET.get("view") == "unanswered":
        rows = rows.filter(state=OrderState.ISSUED, acknowledged_at=None)
    text = request.GET.get("q", "").strip()[:40]
    if text:
        rows = rows.filter(number__icontains=text)
    return render(request, "portal/orders/list.html", {"page": paginate(request, rows), "section": "orders"})


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
        "answers": order.acknowledgments.prefetch_related("lines__order_line").order_by("-pk")[:10],
        "may_answer": order.state == OrderState.ISSUED,
        "section": "orders",
    }
    return render(request, "portal/orders/detail.html", context)


@dataclass(slots=True)
class Row:
    """One line of the answer form."""

    line: PurchaseOrderLine
    quantity: str
    promised: str
    price: str
    reason: str = ""
    error: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@portal_view
def answer(request: PortalRequest, number: str) -> HttpResponse:
    """Let the supplier accept everything, change lines, or reject."""
    order = _order(request, number)
    lines = list(order.lines.select_related("unit", "item").order_by("line_no"))
    rows = [Row(x, _plain(x.quantity), (x.promised or x.need_by).isoformat(), _plain(x.unit_price)) for x in lines]
    context: dict[str, Any] = {
        "order": order, "rows": rows, "reasons": REASONS, "key": uuid.uuid4().hex, "errors": [], "section": "orders",
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "portal/orders/answer.html", context)
    header = {"accept": "accept_all", "reject": "reject_all"}.get(request.POST.get("action", ""), "lines")
    said: list[AnswerLine] = []
    errors: list[str] = []
    if header == "lines":
        rows, said, errors = _read(request, lines)
    note = request.POST.get("note", "").strip()
    if header == "reject_all" and not note:
        errors.append("Say why you reject the order.")
    if not errors:
        try:
            done = _record(request, order, header, said, note)
        except DomainError as error:
            errors.append(error.message)
        else:
            return redirect("portal_answered", order.number, done.number)
    context.update(rows=rows, errors=errors, key=request.POST.get("key", ""), note=note)
    return render(request, "portal/orders/answer.html", context, status=422)


def _record(request: PortalRequest, order: PurchaseOrder, header: str, said: list[AnswerLine], note: str) -> Any:
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
        supplier_reference=request.POST.get("reference", ""),
        note=note,
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _read(request: PortalRequest, lines: list[PurchaseOrderLine]) -> tuple[list[Row], list[AnswerLine], list[str]]:
    rows, said, errors = [], [], []
    for line in lines:
        n = line.line_no
        row = Row(
            line,
            request.POST.get(f"q-{n}", "").strip(),
            request.POST.get(f"d-{n}", "").strip(),
            request.POST.get(f"p-{n}", "").strip(),
            request.POST.get(f"r-{n}", "")[:200],
        )
        rows.append(row)
        try:
            said.append(_answer(row))
        except ValueError as error:
            row.error = str(error)
            errors.append(f"Line {n}: {error}")
    return rows, said, errors


def _answer(row: Row) -> AnswerLine:
    line = row.line
    quantity = _decimal(row.quantity, "quantity")
    price = _decimal(row.price, "price")
    try:
        promised = date.fromisoformat(row.promised)
    except ValueError:
        raise ValueError(f"“{row.promised[:20]}” is not a day; choose one from the calendar.") from None
    if quantity == 0:
        return AnswerLine(line.line_no, "rejected", Decimal(0), reason=row.reason)
    changed_price = price if price != line.unit_price else None
    if changed_price is not None:
        kind = "price_changed"
    elif quantity != line.quantity:
        kind = "quantity_changed"
    elif promised > line.need_by:
        kind = "date_changed"
    else:
        kind = "accepted"
    return AnswerLine(line.line_no, kind, quantity, changed_price, promised, reason=row.reason)


def _decimal(text: str, what: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise ValueError(f"“{text[:20]}” is not a {what}; type it as 12 or 12.5.") from None
    if not value.is_finite() or value < 0:
        raise ValueError(f"a {what} is zero or more.")
    return value


@require_safe
@portal_view
def answered(request: PortalRequest, number: str, answer_number: str) -> HttpResponse:
    """Say what happens next."""
    order = _order(request, number)
    given = get_object_or_404(order.acknowledgments, number=answer_number)
    context = {
        "order": order, "answer": given, "applied": given.state == AckState.APPLIED, "review": given.state == AckState.REVIEW,
        "section": "orders", "statuses": AckStatus,
    }  # fmt: skip
    return render(request, "portal/orders/answered.html", context)
