"""Who is told of what procurement does, and what a letter says of a document's lines."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from foundation.group import read_once
from foundation.models import DomainEvent
from foundation.templatetags.ui import price, quantity
from procurement.models import OrderLineSource, OrderVersion, PurchaseOrder
from procurement.selectors.decision_lines import compared_lines
from suppliers.models import SupplierUser


def askers_of(order_id: int) -> QuerySet[OrderLineSource, int | None]:
    """Return the ids of who asked for what is on an order, as a query."""
    sources = OrderLineSource.objects.filter(order_line__order_id=order_id)
    return sources.values_list("requisition_line__requisition__requester_id", flat=True)


def order_told_of(event: DomainEvent) -> Any:
    """Return the order an event is about with its supplier and site, and with `sent_to`: where its version went.

    One statement for all events handled together.
    """
    return read_once(event, "orders told of", _orders_of)[event.subject_id]


def _orders_of(events: Iterable[DomainEvent]) -> dict[int, Any]:
    ids = [event.subject_id for event in events if event.subject_type == "order"]
    version = OrderVersion.objects.filter(order=OuterRef("pk"), revision=OuterRef("revision"))
    orders = PurchaseOrder.objects.select_related("supplier", "ship_to")
    return orders.annotate(sent_to=Subquery(version.values("sent_to"))).in_bulk(ids)


def zone_of_supplier(supplier_id: int) -> str:
    """Return the clock all people of a supplier share who chose one; empty when they chose none, or several."""
    people = SupplierUser.objects.filter(supplier=supplier_id, is_active=True).exclude(user__time_zone="")
    zones = set(people.values_list("user__time_zone", flat=True))
    return zones.pop() if len(zones) == 1 else ""


def told_lines(requisition_id: int) -> list[str]:
    """Return each line of a requisition in one sentence, its price beside the contract's and the last one paid."""
    told = []
    for line in compared_lines(requisition_id):
        row, currency = line.row, line.row.requisition.currency
        parts = [f"{quantity(row.quantity, row.unit)} {row.description} at {price(row.unit_price, currency)}"]
        if line.contract_price is not None:
            parts.append(f"contract {price(line.contract_price, currency)}")
        if line.last_paid is not None:
            parts.append(f"last paid {price(line.last_paid, currency)}")
        told.append(", ".join(parts))
    return told
