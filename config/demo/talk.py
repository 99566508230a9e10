"""What Harrow Packaging and we wrote to one another: unread on both sides, one question answered (SU-4)."""

from datetime import timedelta

from config.demo.trade.cast import Cast
from foundation.journal import use_case
from foundation.models import User
from invoicing.models import Invoice
from procurement.models import PurchaseOrder
from suppliers.services import About, send_message


@use_case
def write_messages(cast: Cast) -> None:
    """Let Harrow ask about an order and a bill, and our buyer about another order."""
    harrow, tom, priya = cast.suppliers["HARROW"], cast.people["demo.buyer"], cast.people["demo.payables"]
    karen, amina, ola = (cast.people[f"demo.supplier{number}"] for number in (1, 4, 5))
    orders = PurchaseOrder.objects.filter(supplier=harrow, state="issued", ship_to__code="LDS").select_related(
        "ship_to"
    )
    first, second = orders.order_by("-pk")[:2]
    bill = Invoice.objects.filter(supplier=harrow, site__isnull=False).select_related("site").order_by("-pk")[0]
    said: list[tuple[PurchaseOrder | Invoice, User, str, float]] = [
        (first, amina, "Your gate 3 is closed next week, we read. Where shall the driver go?", 30.0),
        (first, tom, "Gate 5, until Friday. Please ring the bell twice.", 28.0),
        (second, tom, "Can you bring the films two days earlier?\n\nThe old stock runs out on Tuesday.", 4.0),
        (bill, ola, "We have changed our bank's name only, the account stays. Do you need anything?", 26.0),
        (bill, priya, "No, thank you. The name on the next invoice is enough.", 25.0),
        (second, karen, "The films come from Hull. We tell you by noon.", 2.0),
        (first, amina, "One more: may he come at six in the morning?", 1.0),
        (bill, priya, "Your tax number is missing on this one. Please write it on the next.", 0.5),
    ]  # fmt: skip
    for number, (document, who, text, hours) in enumerate(said):
        kind, site = ("order", document.ship_to) if isinstance(document, PurchaseOrder) else ("invoice", document.site)
        about = About(kind, document.pk, document.number, harrow, site)
        send_message(about=about, text=text, key=f"demo-{number}", actor=who, at=cast.now - timedelta(hours=hours))
