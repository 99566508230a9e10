"""Requisitions, orders and receipts as rows of other rooms' lists."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import DecimalField, F, QuerySet, Sum
from django.urls import reverse

from foundation.models import User
from foundation.registries import Paper, Subject, subjects
from procurement import access
from procurement.models import GoodsReceipt, PurchaseOrder, Requisition


def requisition_papers(user: User, pks: Collection[int]) -> Mapping[int, Paper]:
    """Return requisitions by key."""
    return _papers("requisition", Requisition.objects.all(), access.visible_requisitions(user), pks)


def order_papers(user: User, pks: Collection[int]) -> Mapping[int, Paper]:
    """Return orders by key."""
    return _papers("order", PurchaseOrder.objects.all(), access.visible_orders(user), pks)


def _papers(page: str, every: QuerySet[Any], seen: QuerySet[Any], pks: Collection[int]) -> Mapping[int, Paper]:
    rows = every.filter(pk__in=list(pks)).values_list("pk", "number", "ship_to__name", "total_amount", "currency")
    visible = set(seen.filter(pk__in=list(pks)).values_list("pk", flat=True))
    return {
        pk: Paper(number, reverse(page, args=[number]) if pk in visible else "", site, amount, currency)
        for pk, number, site, amount, currency in rows
    }


def receipt_papers(user: User, pks: Collection[int]) -> Mapping[int, Paper]:
    """Return receipts by key, each with the page of its order; what it is worth is at the order's prices."""
    rows = GoodsReceipt.objects.filter(pk__in=list(pks)).select_related("site", "order")
    sites = set(access.visible_receipts(user).filter(pk__in=list(pks)).values_list("site", flat=True))
    per_base = F("lines__order_line__unit_price") / F("lines__order_line__base_factor")
    worth = Sum(F("lines__delivered") * per_base, output_field=DecimalField(max_digits=30, decimal_places=10))
    return {
        row.pk: Paper(
            row.number, reverse("order", args=[row.order.number]) if row.site_id in sites else "",
            row.site.name, row.worth, row.order.currency,
        )
        for row in rows.annotate(worth=worth)
    }  # fmt: skip


def register() -> None:
    """Let other rooms name a receipt."""
    subjects.add(
        Subject(
            type="receipt",
            label="Goods receipt",
            url=lambda pk: reverse(
                "order", args=[GoodsReceipt.objects.values_list("order__number", flat=True).get(pk=pk)]
            ),
            title=lambda pk: str(GoodsReceipt.objects.values_list("number", flat=True).get(pk=pk)),
            visible=lambda user, pk: access.visible_receipts(user).filter(pk=pk).exists(),
            papers=receipt_papers,
            at_sites=(GoodsReceipt._meta.db_table, "site_id"),  # noqa: SLF001 - Django's own way
        )
    )
