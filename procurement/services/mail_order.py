"""The letter by which a supplier of the portal learns of an order, a new version of one, or its end."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from foundation.journal import use_case
from foundation.services import Letter
from foundation.services.letters import store_letters, write_letter
from foundation.templatetags.ui import day, money, price, quantity
from procurement.models import OrderState, PurchaseOrder
from procurement.selectors.told import zone_of_supplier
from suppliers.models.sites import MAIN


@use_case
def mail_order(*, order: PurchaseOrder, sent_to: Mapping[str, str], revision: int, at: datetime) -> int:
    """Store the letter about a version of an order to the order-from location it went to; returns how many are new.

    `order` as it is now, with its supplier and site; `sent_to` the location its version keeps. Times are on the clock of the supplier's people, where they share one, else of the site; the clock is named.
    Called twice it is one letter. A version that was replaced meanwhile has no letter: the newer one has its own.
    """
    if order.revision != revision or order.state != OrderState.ISSUED:
        return 0
    address = sent_to.get("email", order.supplier.order_email)
    if not address:
        return 0
    what = f"Order {order.number}" if revision == 1 else f"Order {order.number}, version {revision}"
    zone = zone_of_supplier(order.supplier_id) or order.ship_to.time_zone
    due = order.ack_due_at.astimezone(ZoneInfo(zone)) if order.ack_due_at else None
    facts = (
        ("For", sent_to.get("name", "") if sent_to.get("code", "") not in {"", MAIN} else ""),
        ("Deliver to", order.ship_to.name),
        ("Needed by", day(order.need_by)),
        ("Total, net", money(order.total_amount, order.currency)),
        ("Please answer by", f"{due:%a} {day(due.date())} {due:%H:%M} ({zone})" if due else ""),
    )
    lines = order.lines.select_related("unit").order_by("line_no")
    letter = Letter(
        subject=f"{what} for {order.ship_to.name}, needed {day(order.need_by)}",
        facts=tuple(fact for fact in facts if fact[1]),
        lines=tuple(
            f"Line {line.line_no}: {quantity(line.quantity, line.unit)} {line.description} at {price(line.unit_price, order.currency)}"
            for line in lines
        ),
        verb="Open and answer",
        closing="" if revision == 1 else f"It replaces version {revision - 1}.",
    )  # fmt: skip
    return store_letters([write_letter(
        address, letter, sentence=f"{what} for you from {order.ship_to.name}.",
        url=f"{settings.PUBLIC_URL}/supplier/orders/{order.number}/", subject=("supplier", order.supplier_id, order.supplier.code),
        key=f"order:{order.pk}:{revision}",
    )], at)  # fmt: skip
