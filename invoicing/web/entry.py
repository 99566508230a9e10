"""Typing a bill beside its order."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from foundation.errors import ConflictError, InvalidError, require
from invoicing import access, services
from invoicing.selectors.entry import BillableLine, billable_lines, prefilled, words_of
from invoicing.validators import BillEntry
from invoicing.web.invoices import StaffRequest
from procurement.access import visible_orders
from procurement.models import PurchaseOrder


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invoice_new(request: StaffRequest) -> HttpResponse:
    """Enter a bill of an order, `?po=` its number; without it, ask for the number."""
    number = request.GET.get("po", "").strip().upper()
    sent = visible_orders(request.user).filter(number=number, revision__gt=0).select_related("supplier", "ship_to")
    order = sent.first() if number else None
    if order is None:
        require(access.can_enter(request.user, None))
        status = 404 if number else 200
        return render(request, "invoicing/invoice/choose_order.html", {"unknown": number}, status=status)
    require(access.can_enter(request.user, order.ship_to))
    lines = billable_lines(order)
    if request.method != "POST":
        return _page(request, order, lines, prefilled(order, lines, today=timezone.localdate()))
    entry = BillEntry(request.POST)
    if not entry.is_valid():
        return _page(request, order, lines, entry)
    command = entry.command(order, words_of(lines), source="web")
    try:
        invoice = services.receive_invoice(command=command, actor=request.user, at=timezone.now())  # noqa: TID251 - porch
    except (InvalidError, ConflictError) as error:
        entry.refuse(error)
        return _page(request, order, lines, entry)
    messages.success(request, f"{invoice.number} is entered and goes to its match.")
    return redirect("invoice", number=invoice.number)


def _page(request: StaffRequest, order: PurchaseOrder, lines: Sequence[BillableLine], entry: BillEntry) -> HttpResponse:
    context = {"order": order, "entry": entry, "rows": list(zip(lines, entry.lines, strict=False))}
    return render(request, "invoicing/invoice/new.html", context, status=entry.status)
