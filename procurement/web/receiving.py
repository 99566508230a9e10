"""The receiver's pages: what is expected, and counting it."""

import uuid
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import holds_anywhere, sites_with
from foundation.errors import InvalidError
from foundation.models import User
from foundation.roles import RECEIVE
from foundation.web.keyset import paginate
from procurement import access
from procurement.models import Condition, OrderState, PurchaseOrder
from procurement.selectors.orders import LineView, line_views
from procurement.services import ReceiptLine, post_goods_receipt, reverse_goods_receipt


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


@require_safe
@login_required
def expected(request: HttpRequest) -> HttpResponse:
    """List deliveries the person's sites expect; a typed or scanned number opens its order."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    if not holds_anywhere(request.user, RECEIVE):
        raise Http404
    mine = access.visible_orders(request.user).filter(ship_to__in=sites_with(request.user, RECEIVE))
    typed = request.GET.get("q", "").strip().upper()[:40]
    if typed:
        hit = mine.filter(number=typed).first()
        if hit is not None:
            return redirect("receive", hit.number)
    rows = mine.filter(state=OrderState.ISSUED, receipt_status__in=["none", "partial"]).select_related(
        "supplier", "ship_to"
    )
    if typed:
        rows = rows.filter(number__contains=typed)
    due = list(rows.order_by("need_by", "pk")[:100])
    recent = paginate(
        request, access.visible_receipts(request.user).select_related("order", "supplier", "site", "created_by"), 10
    )
    context = {"rows": due, "recent": recent, "q": typed, "today": _now().date()}
    return render(request, "procurement/receiving/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def receive(request: HttpRequest, number: str) -> HttpResponse:
    """Count a delivery line by line, or take it in full with one press."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    order = get_object_or_404(
        access.visible_orders(request.user).select_related("supplier", "ship_to", "changed_by"), number=number
    )
    views = line_views(order)
    blind = order.ship_to.blind_receiving
    verdict = access.can_receive_on(request.user, order)
    context: dict[str, Any] = {
        "order": order, "blind": blind, "verdict": verdict, "conditions": Condition.choices,
        "rows": [{"view": v, "typed": "", "condition": "good", "error": ""} for v in views],
        "key": uuid.uuid4().hex, "errors": [],
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "procurement/receiving/receive.html", context)
    rows, errors = _read(request, views)
    if not errors:
        try:
            receipt = _post(request, order, rows)
        except InvalidError as error:
            errors = [error.message, *([str(error.details["cure"])] if "cure" in error.details else [])]
        else:
            messages.success(request, f"{receipt.number}: goods received.")
            return redirect("receiving")
    context.update(rows=rows, errors=errors, key=request.POST.get("key", ""))
    return render(request, "procurement/receiving/receive.html", context, status=422)


def _read(request: HttpRequest, views: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the typed rows, with a sentence for each that cannot be read."""
    full = request.POST.get("action") == "full"
    rows, errors = [], []
    for view in views:
        name = f"q-{view.line.line_no}"
        text = f"{view.open.normalize():f}" if full and view.open else request.POST.get(name, "").strip()
        row = {
            "view": view,
            "typed": text,
            "condition": request.POST.get(f"c-{view.line.line_no}", "good"),
            "error": "",
            "value": None,
        }
        if text and text != "0":
            try:
                row["value"] = Decimal(text.replace(",", "."))
            except InvalidOperation:
                row["error"] = f"Line {view.line.line_no}: “{text[:20]}” is not a number. Type it as 12 or 12.5."
                errors.append(row["error"])
        rows.append(row)
    return rows, errors


def _post(request: HttpRequest, order: PurchaseOrder, rows: list[dict[str, Any]]) -> Any:
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    now = _now()
    lines = [ReceiptLine(_line_no(r["view"]), r["value"], "", r["condition"]) for r in rows if r["value"] is not None]
    return post_goods_receipt(
        order_number=order.number,
        source="web",
        external_id=request.POST.get("key", "")[:80] or uuid.uuid4().hex,
        received_at=now,
        delivery_note=request.POST.get("delivery_note", ""),
        note=request.POST.get("note", ""),
        lines=lines,
        actor=request.user,
        at=now,
    )


def _line_no(view: LineView) -> int:
    return view.line.line_no


@require_POST
@login_required
def reverse(request: HttpRequest, number: str) -> HttpResponse:
    """Take a receipt back, with a reason."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    receipt = get_object_or_404(access.visible_receipts(request.user), number=number)
    try:
        reverse_goods_receipt(
            receipt_id=receipt.pk,
            expected_version=int(request.POST.get("version", "0") or 0),
            actor=request.user,
            reason=request.POST.get("reason", ""),
            at=_now(),
        )
    except InvalidError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{number} is reversed.")
    return redirect("receiving")
