"""The receiver's pages: what is expected, and counting it."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import holds_anywhere, sites_with
from foundation.errors import InvalidError
from foundation.roles import RECEIVE
from foundation.web.keyset import paginate
from foundation.web.typed import seen_version, words
from procurement import access
from procurement.models import GoodsReceipt, PurchaseOrder
from procurement.selectors.orders import line_views
from procurement.selectors.receiving import expected, found
from procurement.services import ReceiptLine, post_goods_receipt, reverse_goods_receipt
from procurement.web.orders import StaffRequest
from procurement.web.receive_form import BAD, Row, problems, read, rows_expected

FIELD = re.compile(r"lines\[(\d+)\]")


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


@require_safe
@login_required
def expected_list(request: StaffRequest) -> HttpResponse:
    """List deliveries the person's sites expect; a typed or scanned order or item opens its order."""
    return _expected(request)


def _expected(request: StaffRequest, *, failed: str = "", error: str = "", status: int = 200) -> HttpResponse:
    """Draw the page; `failed` is the receipt whose reversal was refused."""
    if not holds_anywhere(request.user, RECEIVE):
        raise Http404
    sites = sites_with(request.user, RECEIVE)
    site, scanned = request.GET.get("site", "")[:8], request.GET.get("q", "").strip().upper()[:40]
    mine = access.visible_orders(request.user).filter(ship_to__in=sites)
    if site:
        mine = mine.filter(ship_to__code=site)
    hits = found(mine, scanned) if scanned else []
    if len(hits) == 1:
        return redirect("receive", hits[0].number)
    receipts = access.visible_receipts(request.user).filter(site__in=sites)
    context = {
        "groups": [] if scanned else expected(mine, today=timezone.localdate()),
        "hits": hits,
        "recent": paginate(request, receipts.select_related("order", "supplier", "site", "created_by"), 10),
        "sites": list(sites.only("code", "name")),
        "site": site,
        "q": scanned,
        "today": timezone.localdate(),
        "failed": failed,
        "error": error,
    }
    return render(request, "procurement/receiving/list.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def receive(request: StaffRequest, number: str) -> HttpResponse:
    """Count a delivery line by line, or take it in full with one press."""
    orders = access.visible_orders(request.user).select_related("supplier", "ship_to", "changed_by")
    order = get_object_or_404(orders, number=number)
    views, blind = line_views(order), order.ship_to.blind_receiving
    context: dict[str, Any] = {
        "order": order, "blind": blind, "verdict": access.can_receive_on(request.user, order), "bad": BAD,
        "rows": rows_expected(views, blind=blind), "key": uuid.uuid4().hex, "errors": [],
        "is_done": not any(view.open for view in views),
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "procurement/receiving/receive.html", context)
    rows, came = read(request.POST, views, in_full=request.POST.get("action") == "full" and not blind)
    errors = problems(rows)
    if not errors:
        try:
            receipt = _post(request, order, came)
        except InvalidError as error:
            errors = [_placed(error, came, rows)]
        else:
            messages.success(request, f"{receipt.number}: {order.number} is received. It can be reversed below.")
            return redirect("receiving")
    context.update(rows=rows, errors=errors, key=request.POST.get("key", ""), given=request.POST)
    return render(request, "procurement/receiving/receive.html", context, status=422)


def _post(request: StaffRequest, order: PurchaseOrder, came: Sequence[ReceiptLine]) -> GoodsReceipt:
    now = _now()
    return post_goods_receipt(
        order_number=order.number,
        source="web",
        external_id=request.POST.get("key", "")[:80] or uuid.uuid4().hex,
        received_at=now,
        delivery_note=words(request, "delivery_note", 40),
        note=words(request, "note", 2000),
        lines=came,
        actor=request.user,
        at=now,
    )


def _placed(error: InvalidError, came: Sequence[ReceiptLine], rows: Sequence[Row]) -> tuple[str, str]:
    """Put a refusal of the service beside the input it is about."""
    cure = f" {error.details['cure']}" if "cure" in error.details else ""
    place = FIELD.match(str(error.details.get("field", "")))
    if place is None:
        return (f"q-{rows[0].number}" if rows else "", f"{error.message}{cure}")
    line_no = came[int(place[1])].line_no
    row = next(row for row in rows if row.number == line_no)
    row.errors["q"] = f"{error.message.removeprefix(f'Line {line_no}: ')}{cure}"
    return f"q-{line_no}", f"{error.message}{cure}"


@require_POST
@login_required
def reverse(request: StaffRequest, number: str) -> HttpResponse:
    """Take a receipt back, with a reason."""
    receipt = get_object_or_404(access.visible_receipts(request.user), number=number)
    try:
        reverse_goods_receipt(
            receipt_id=receipt.pk,
            expected_version=seen_version(request),
            actor=request.user,
            reason=words(request),
            at=_now(),
        )
    except InvalidError as error:
        return _expected(request, failed=number, error=error.message, status=422)
    messages.success(request, f"{number} is reversed.")
    return redirect("receiving")
