"""Bills that wait: one or two of every cause the match knows, credit notes, a refused one, and the twin of Harrow."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from config.demo.trade import acts
from config.demo.trade.cast import Cast
from config.demo.trade.ordinary import number_of
from config.demo.trade.play import Play, Story
from config.demo.trade.unanswered import Placed, accepted, place
from config.demo.trade.unapproved import Wish
from config.demo.trade.unsourced import block
from invoicing import services as invoicing
from invoicing.decisions.commands import InvoiceCommand, LineCommand
from invoicing.models import Invoice
from procurement.models import PurchaseOrder

Spoil = Callable[[InvoiceCommand], InvoiceCommand]
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bill:
    """A delivery and its bill. `ago` and `billed` are business hours before now; `spoil` makes the bill wrong."""

    ago: float
    billed: float
    wish: Wish
    spoil: Spoil
    delivered: bool = True
    need_back: int | None = None  # due this many working days ago


def _first(change: Callable[[LineCommand], LineCommand]) -> Spoil:
    """Change the first line and add up again."""
    return lambda bill: acts.add_up(replace(bill, lines=(change(bill.lines[0]), *bill.lines[1:])))


def _times(factor: str) -> Spoil:
    return _first(lambda line: replace(line, net_amount=(line.net_amount * Decimal(factor)).quantize(CENT)))


def _more(quantity: int) -> Spoil:
    return _first(
        lambda line: replace(
            line, quantity=line.quantity + quantity,
            net_amount=(line.net_amount / line.quantity * (line.quantity + quantity)).quantize(CENT),
        )
    )  # fmt: skip


def _charged(what: str, amount: str) -> Spoil:
    return lambda bill: acts.add_up(
        bill, charges=[replace(acts.freight(bill.currency, Decimal(amount)), description=what)]
    )


def _taxed(by: str) -> Spoil:
    def spoil(bill: InvoiceCommand) -> InvoiceCommand:
        tax = (bill.stated_tax or Decimal(0)) + Decimal(by)
        return replace(bill, stated_tax=tax, stated_total=(bill.stated_net or Decimal(0)) + tax)

    return spoil


def _totalled(by: str) -> Spoil:
    return lambda bill: replace(bill, stated_total=bill.stated_total + Decimal(by))


def _in(currency: str) -> Spoil:
    return lambda bill: replace(bill, currency=currency)


def _per(unit: str) -> Spoil:
    return _first(lambda line: replace(line, unit_code=unit))


def _without_order(bill: InvoiceCommand) -> InvoiceCommand:
    return replace(
        bill, order_reference="PO 4471", lines=tuple(replace(x, order_number="", order_line_no="") for x in bill.lines)
    )


def _stranger_line(bill: InvoiceCommand) -> InvoiceCommand:
    other = replace(
        bill.lines[0], line_no="9", order_line_no="90", supplier_part="PALLET-DEP", description="Pallet deposit",
        quantity=Decimal(4), net_amount=Decimal("34.00"),
    )  # fmt: skip
    return acts.add_up(replace(bill, lines=(*bill.lines, other)))


def _right(bill: InvoiceCommand) -> InvoiceCommand:
    return bill


BILLS = (
    Bill(70, 12, Wish("LDS", "demo.requester", "Pallet wrap", (("PK", 3), ("PK", 2))), _times("1.06")),
    Bill(69, 7, Wish("MAN", "c.marsden", "Cleaning cupboard", (("FC", 5),)), _times("1.09")),
    Bill(68, 15, Wish("LDS", "b.hargreaves", "First aid", (("SA", 4), ("SA", 2))), _more(2)),
    Bill(67, 9, Wish("LDS", "demo.requester", "Shipping labels", (("PL", 6),)), _more(1)),
    Bill(66, 11, Wish("BHM", "h.gill", "Refuse sacks", (("FW", 3),)), _charged("Carriage", "24.50")),
    Bill(65, 5, Wish("LON", "y.demir", "Nitrile gloves", (("SG", 5), ("SG", 3))), _charged("Fuel surcharge", "11.80")),
    Bill(64, 13, Wish("GLA", "f.macleod", "LED tubes", (("ME", 2),)), _taxed("9.40")),
    Bill(63, 6, Wish("BRS", "t.pryce", "Lubricants", (("ML", 2),)), _taxed("-12.00")),
    Bill(62, 10, Wish("NCL", "k.robson", "Tool cribs", (("MT", 3),)), _totalled("10.00")),
    Bill(61, 4, Wish("ANR", "l.peeters", "Handschoenen", (("SG", 4),)), _totalled("-1.20")),
    Bill(60, 8, Wish("RTM", "s.bakker", "Kopieerpapier", (("OP", 12),)), _in("GBP")),
    Bill(59, 3, Wish("LIL", "c.moreau", "Sacs et bacs", (("FW", 3),)), _per("KGM")),
    Bill(58, 14, Wish("CGN", "j.krause", "Reiniger", (("FC", 6),)), _without_order),
    Bill(57, 9, Wish("MAN", "c.marsden", "Euro pallets", (("PD", 2),)), _stranger_line),
    Bill(
        80, 20, Wish("LDS", "demo.requester", "Anchor bolts, spare", (("MF", 4),)), _right, delivered=False, need_back=3
    ),
    Bill(79, 18, Wish("LDS", "b.hargreaves", "Wood screws", (("MF", 3),)), _right, delivered=False, need_back=2),
    Bill(20, 5, Wish("BHM", "h.gill", "Helmets", (("SE", 3),)), _right, delivered=False),
    Bill(19, 3, Wish("LON", "y.demir", "Notebooks and pens", (("OS", 4),)), _right, delivered=False),
)


def schedule(cast: Cast, play: Play) -> None:
    """Put every bill that waits on stage."""
    for bill in BILLS:
        at = cast.almanac.ago(bill.ago)
        play.add(_bill(cast, bill, at), at)
    for hours, tell in (
        (56.0, _twice), (55.0, _twice_with_a_letter), (74.0, _after_the_end), (90.0, _credited), (54.0, _over_credited), (53.0, _refused),
        (52.0, _twin), (140.0, _blocked),
    ):  # fmt: skip
        at = cast.almanac.ago(hours)
        play.add(tell(cast, at), at)


def _bill(cast: Cast, bill: Bill, at: datetime) -> Story:
    need_by = cast.almanac.day(bill.need_back) if bill.need_back else None
    order, at = yield from place(cast, bill.wish, at, need_by=need_by)
    at = yield from accepted(cast, order, at)
    if bill.delivered:
        at = cast.later(bill.wish.site, at, 12)
        yield at
        acts.receive(cast, order, at=at)
    at = max(at + timedelta(minutes=30), cast.almanac.ago(bill.billed))
    yield at
    acts.bill(cast, bill.spoil(acts.bill_of(order, number_of(order), at.date())), at=at)


def _delivered(cast: Cast, wish: Wish, at: datetime) -> Placed:
    """Order and receive something smoothly; returns the order and the instant."""
    order, at = yield from place(cast, wish, at)
    at = yield from accepted(cast, order, at)
    at = cast.later(wish.site, at, 12)
    yield at
    acts.receive(cast, order, at=at)
    at = cast.later(wish.site, at, 3)
    yield at
    return order, at


def _twice(cast: Cast, at: datetime) -> Story:
    """The same bill comes again under a number with a letter O for a zero."""
    order, at = yield from _delivered(cast, Wish("LDS", "demo.requester", "Printed tape", (("PT", 7),)), at)
    acts.bill(cast, acts.bill_of(order, "HP-2026-1040", at.date()), at=at)
    at = cast.later("LDS", at, 9)
    yield at
    acts.bill(cast, acts.bill_of(order, "HP-2026-1O4O", at.date()), at=at)


def _twice_with_a_letter(cast: Cast, at: datetime) -> Story:
    """The same bill comes again as a corrected copy."""
    order, at = yield from _delivered(cast, Wish("BHM", "h.gill", "Mailer boxes", (("PC", 1), ("PC", 2))), at)
    acts.bill(cast, acts.bill_of(order, "HP-2026-1077", at.date()), at=at)
    at = cast.later("BHM", at, 11)
    yield at
    acts.bill(cast, acts.bill_of(order, "HP-2026-1077A", at.date()), at=at)


def _after_the_end(cast: Cast, at: datetime) -> Story:
    """A bill for goods that never came, after the buyer closed the order."""
    order, at = yield from place(cast, Wish("SOU", "n.hobbs", "Snow shovels", (("FG", 2),)), at)
    at = yield from accepted(cast, order, at)
    at = cast.later("SOU", at, 20)
    yield at
    acts.close(cast, order, "Not delivered, bought locally", at=at)
    at = max(at + timedelta(hours=1), cast.almanac.ago(8))
    yield at
    acts.bill(cast, acts.bill_of(order, number_of(order), at.date()), at=at)


def _credited(cast: Cast, at: datetime) -> Story:
    """A bill that was too dear is released after its credit note came."""
    order, at = yield from _delivered(cast, Wish("LDS", "b.hargreaves", "Top sheet", (("PK", 4),)), at)
    number = number_of(order)
    invoice = acts.bill(cast, acts.bill_of(order, number, at.date()), at=at)
    at = cast.later("LDS", at, 14)
    yield at
    acts.bill(cast, _credit(order, number, at, Decimal(1)), at=at)
    invoice.refresh_from_db()


def _credit(order: PurchaseOrder, number: str, at: datetime, quantity: Decimal) -> InvoiceCommand:
    bill = acts.bill_of(order, f"CN-{number_of(order, 5)}", at.date())
    line = bill.lines[0]
    one = replace(line, quantity=quantity, net_amount=(line.net_amount / line.quantity * quantity).quantize(CENT))
    return acts.add_up(replace(bill, kind="credit_note", lines=(one,), credited_invoice_number=number))


def _over_credited(cast: Cast, at: datetime) -> Story:
    """A credit note takes back more than was billed."""
    order, at = yield from _delivered(cast, Wish("LON", "y.demir", "Eye wash", (("SA", 2),)), at)
    number = number_of(order)
    acts.bill(cast, acts.bill_of(order, number, at.date()), at=at)
    at = cast.later("LON", at, 10)
    yield at
    acts.bill(cast, _credit(order, number, at, order.lines.all()[0].quantity + 5), at=at)


def _refused(cast: Cast, at: datetime) -> Story:
    """A bill sent to the wrong company of ours is refused."""
    order, at = yield from _delivered(cast, Wish("MAN", "c.marsden", "Clipboards", (("OS", 3),)), at)
    invoice = acts.bill(cast, _charged("Late fee", "40.00")(acts.bill_of(order, number_of(order), at.date())), at=at)
    at = cast.later("MAN", at, 5)
    yield at
    _void(cast, invoice, "No late fee was agreed. Send it again without.", at)
    at = cast.later("MAN", at, 6)
    yield at
    acts.bill(cast, acts.bill_of(order, number_of(order, 3), at.date()), at=at)


def _void(cast: Cast, invoice: Invoice, why: str, at: datetime) -> None:
    invoicing.void_invoice(
        invoice_id=invoice.pk, expected_version=None, actor=cast.people["demo.payables.lead"], reason=why, at=at
    )


def _twin(cast: Cast, at: datetime) -> Story:
    """The second record of Harrow bills what the first one billed: same number, same account."""
    order, at = yield from _delivered(cast, Wish("LDS", "demo.requester", "Void fill", (("PK", 2), ("PT", 3))), at)
    bill = acts.bill_of(order, "HP-2026-1102", at.date())
    acts.bill(cast, bill, at=at)
    at = cast.later("LDS", at, 12)
    yield at
    twin = cast.suppliers["HARROP"]
    acts.bill(cast, replace(bill, supplier_id=twin.pk, external_id="HP-2026-1102-X"), at=at)


def _blocked(cast: Cast, at: datetime) -> Story:
    """A supplier is blocked between its deliveries and its bills."""
    orders = []
    for title, prefix in (("Ear plugs", "SE"), ("Bump caps", "SE")):
        order, at = yield from _delivered(cast, Wish("BHM", "h.gill", title, ((prefix, 3),)), at)
        orders.append(order)
    block(cast, orders[0].supplier_id, "Bank details in question", at=at)
    for order in orders:
        at = cast.later("BHM", at, 2)
        yield at
        acts.bill(cast, acts.bill_of(order, number_of(order), at.date()), at=at)
