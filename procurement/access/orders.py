"""Who sees and moves orders, answers and receipts."""

from django.db.models import QuerySet

from foundation import access
from foundation.models import Site, User
from foundation.roles import ORDER, RECEIVE, VIEW
from foundation.verdict import ALLOWED, Verdict
from procurement.models import GoodsReceipt, OrderAcknowledgment, OrderChange, OrderState, PurchaseOrder


def visible_sites(user: User) -> QuerySet[Site]:
    """Return the sites whose documents the person may see."""
    return access.sites_with(user, VIEW)


def visible_orders(user: User) -> QuerySet[PurchaseOrder]:
    """Return the orders of the sites where the person may see documents."""
    return PurchaseOrder.objects.filter(ship_to__in=access.site_ids_with(user, VIEW))


def can_see_order(user: User, order: PurchaseOrder) -> Verdict:
    """Judge reading one order; the same rows as the list."""
    if access.holds(user, VIEW, order.ship_to_id):
        return ALLOWED
    return Verdict("not_your_site", "This order belongs to another site.")


def visible_receipts(user: User) -> QuerySet[GoodsReceipt]:
    """Return the receipts of the sites where the person may see documents."""
    return GoodsReceipt.objects.filter(site__in=access.site_ids_with(user, VIEW))


def visible_acknowledgments(user: User) -> QuerySet[OrderAcknowledgment]:
    """Return suppliers' answers to orders of the sites where the person may see documents."""
    return OrderAcknowledgment.objects.filter(order__ship_to__in=access.site_ids_with(user, VIEW))


def acknowledgments_of_supplier(supplier_id: int) -> QuerySet[OrderAcknowledgment]:
    """Return the answers a supplier gave, or we gave on its behalf."""
    return OrderAcknowledgment.objects.filter(supplier_id=supplier_id)


def receipts_of_supplier(supplier_id: int) -> QuerySet[GoodsReceipt]:
    """Return what we received from a supplier."""
    return GoodsReceipt.objects.filter(supplier_id=supplier_id)


def orders_of_supplier(supplier_id: int) -> QuerySet[PurchaseOrder]:
    """Return what a supplier may see: orders that were issued to it at least once."""
    return PurchaseOrder.objects.filter(supplier_id=supplier_id, revision__gt=0)


def can_order(user: User, site: Site) -> Verdict:
    """Judge placing or changing orders of a site."""
    return access.can_at(user, ORDER, site, "place orders")


def can_change_order(user: User, order: PurchaseOrder) -> Verdict:
    """Judge changing what an order says: a buyer of its site, while it is issued and not on hold (PO-2)."""
    verdict = can_order(user, order.ship_to)
    if not verdict:
        return verdict
    if order.state != OrderState.ISSUED:
        return Verdict("order_not_issued", f"{order.number} is {order.get_state_display().lower()}.")
    if order.hold_reason:
        return Verdict("order_on_hold", f"{order.number} is on hold: {order.hold_reason}.")
    return ALLOWED


def can_see_change(user: User, change: OrderChange) -> Verdict:
    """Judge reading a change of an order; whoever sees documents of its site."""
    if access.holds(user, VIEW, change.ship_to_id):
        return ALLOWED
    return Verdict("not_your_site", "This change belongs to another site.")


def visible_changes(user: User) -> QuerySet[OrderChange]:
    """Return the changes of orders of the sites where the person may see documents."""
    return OrderChange.objects.filter(ship_to__in=access.site_ids_with(user, VIEW))


def can_receive(user: User, site: Site) -> Verdict:
    """Judge receiving goods at a site; system actors carry a warehouse's events."""
    if user.kind == User.Kind.SYSTEM and access.holds(user, RECEIVE, site.pk):
        return ALLOWED
    return access.can_at(user, RECEIVE, site, "receive goods")


def can_receive_on(user: User, order: PurchaseOrder) -> Verdict:
    """Judge receiving for an order: the duty at its site, and the order is issued."""
    verdict = can_receive(user, order.ship_to)
    if not verdict:
        return verdict
    if order.state != OrderState.ISSUED:
        return Verdict("order_not_issued", f"{order.number} is {order.get_state_display().lower()}.")
    return ALLOWED
