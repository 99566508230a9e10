"""What procurement furnishes on the pages of suppliers and contracts."""

from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from foundation.models import User
from procurement import access
from procurement.models import OrderState, PurchaseOrder
from procurement.selectors.contract_usage import usage_of
from procurement.selectors.order_list import COMING, filtered_orders, next_step
from procurement.selectors.order_list import OrderFilters as Filters
from suppliers.models import Contract
from suppliers.selectors import records_of
from suppliers.web.shown import shown

SHOWN = 8


def orders_of_supplier(request: HttpRequest, pk: Any = None) -> str:
    """Show a supplier's orders of the person's sites: what is open, what is late, the newest ones."""
    user = request.user
    if not isinstance(user, User) or user.kind != User.Kind.STAFF or pk is None:
        return ""
    mine = access.visible_orders(user).filter(supplier__in=records_of(pk))
    today = timezone.localdate()
    coming = Q(state=OrderState.ISSUED, receipt_status__in=COMING)
    totals = (
        mine.filter(state=OrderState.ISSUED)
        .values("currency")
        .annotate(
            orders=Count("pk", filter=coming),
            late=Count("pk", filter=coming & Q(need_by__lt=today)),
            unanswered=Count("pk", filter=Q(acknowledged_at=None)),
            open_value=Sum("open_amount"),
        )
        .order_by("-open_value")
    )
    rows = _rows(mine)
    context = {"totals": list(totals), "rows": rows, "code": shown(request, int(pk)).code if rows else ""}
    return render_to_string("procurement/supplier/orders.html", context, request=request)


def orders_of_contract(request: HttpRequest, pk: Any = None) -> str:
    """Show what was ordered under a contract by month and site, and the newest orders of the person's sites."""
    user = request.user
    if not isinstance(user, User) or user.kind != User.Kind.STAFF or pk is None:
        return ""
    mine = access.visible_orders(user).filter(lines__contract_id=pk).distinct()
    months, sites = usage_of(int(pk))
    currency = Contract.objects.values_list("currency", flat=True).get(pk=pk)
    context = {"rows": _rows(mine), "months": months, "sites": sites, "currency": currency}
    return render_to_string("procurement/supplier/orders.html", context, request=request)


def _rows(orders: Any) -> list[tuple[PurchaseOrder, Any]]:
    today, now = timezone.localdate(), timezone.now()  # noqa: TID251 - the porch reads the clock
    found = filtered_orders(orders, Filters(), today=today).order_by("-pk")[:SHOWN]
    return [(order, next_step(order, today=today, now=now)) for order in found]
