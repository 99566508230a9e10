"""Orders that wait: for the supplier's answer, for the buyer, for the lorry, or for nothing any more."""

from collections.abc import Callable, Generator
from datetime import date, datetime, timedelta
from decimal import Decimal

from config.demo.trade import acts
from config.demo.trade.cast import Cast
from config.demo.trade.play import Play, Story
from config.demo.trade.unapproved import Wish, write
from config.demo.trade.unsourced import TALES
from procurement import services as procurement
from procurement.models import AckState, PurchaseOrder
from procurement.services import AnswerLine, ReceiptLine
from workflow.models import ExceptionCase
from workflow.services import resolve_case

# What becomes of a wish once it is an order: the order and the instant it was issued.
Placed = Generator[datetime, None, tuple[PurchaseOrder, datetime]]
After = Callable[[Cast, PurchaseOrder, datetime], Story]


def place(cast: Cast, wish: Wish, at: datetime, *, need_by: date | None = None) -> Placed:
    """Bring a wish to its issued order; every stage decides within an hour or two.

    Goods of a second supplier are on an order of their own, which is accepted at once and not told of any more.
    """
    requisition = write(cast, wish, at, need_by=need_by)
    acts.submit(requisition, at=at)
    while step := acts.asked(requisition):
        at = cast.later(wish.site, at, 0.8)
        yield at
        acts.decide(requisition, step, at=at)
    at += timedelta(minutes=1)
    yield at
    first, *others = acts.orders_of(requisition)
    for other in others:
        acts.answer(cast, other, at=at)
    return first, at


def then(cast: Cast, wish: Wish, at: datetime, after: After | None, *, need_by: date | None = None) -> Story:
    """Place an order and go on with what is told of it."""
    order, at = yield from place(cast, wish, at, need_by=need_by)
    if after is not None:
        yield from after(cast, order, at)


def accepted(
    cast: Cast, order: PurchaseOrder, at: datetime, *, hours: float = 1.5
) -> Generator[datetime, None, datetime]:
    """Let the supplier accept everything; returns the instant."""
    at = cast.later(order.ship_to.code, at, hours)
    yield at
    acts.answer(cast, order, at=at)
    return at


def schedule(cast: Cast, play: Play) -> None:
    """Put every order that waits on stage."""
    rosa, today = "demo.requester", cast.almanac.today
    packing = (("PT", 6), ("PL", 3))
    plans: list[tuple[float, Wish, After | None, date | None]] = [
        # Harrow has three to answer, none of them late yet.
        (5.5, Wish("LDS", rosa, "Tape and labels", packing), None, None),
        (4.0, Wish("MAN", "c.marsden", "Cartons for the mezzanine", (("PC", 2), ("PC", 1))), None, None),
        (2.2, Wish("BHM", "h.gill", "Stretch wrap, two lines", (("PK", 2), ("PK", 3))), None, None),
        # One in euros, for Colpaert.
        (3.2, Wish("ANR", "l.peeters", "Tape voor export", (("PT", 6), ("PT", 4))), None, None),
        # Delta never answers in time.
        (30.0, Wish("LDS", rosa, "Anchor bolts for bay 14", (("MF", 6), ("MF", 4))), None, None),
        (26.0, Wish("NCL", "k.robson", "Bolts and washers", (("MF", 5),)), None, None),
        # Answers outside tolerance wait for the buyer.
        (18.0, Wish("LON", "y.demir", "Absorbent pads", (("SA", 3), ("SA", 2))), _dearer, None),
        (16.0, Wish("BRS", "t.pryce", "Gloves, all sizes", (("SG", 6), ("SG", 4))), _later, None),
        # Due at Leeds today; two more are overdue, one came in part.
        (52.0, Wish("LDS", rosa, "Paper and cleaning", (("FP", 6), ("FC", 3))), _confirmed, today),
        (50.0, Wish("LDS", "b.hargreaves", "Copier paper", (("OP", 10),)), _confirmed, today),
        (48.0, Wish("LDS", rosa, "Packing tape", (("PT", 8), ("PT", 4))), _confirmed, today),
        (46.0, Wish("LDS", "b.hargreaves", "Hand tools", (("MT", 3), ("MT", 2))), _half, today),
        (90.0, Wish("LDS", rosa, "Hex bolts and nuts", (("MF", 5), ("MF", 3))), _confirmed, cast.almanac.day(4)),
        (88.0, Wish("LDS", "b.hargreaves", "Rivets", (("MF", 4),)), _confirmed, cast.almanac.day(2)),
        # Ends of all kinds.
        (100.0, Wish("LDS", rosa, "Wheelie bins", (("FW", 3),)), _cancelled, None),
        (110.0, Wish("GLA", "f.macleod", "Spill kits", (("SA", 4), ("SA", 2))), _closed_short, None),
        (60.0, Wish("GLA", "f.macleod", "Mop heads", (("FC", 5),)), _silent, None),
        (34.0, Wish("MAN", "c.marsden", "Grit for the yard", (("FG", 2),)), _held, None),
        (120.0, Wish("SOU", "n.hobbs", "Compactor bags", (("FW", 4), ("FW", 2))), _argued, None),
        (96.0, Wish("LDS", "b.hargreaves", "Hand film", (("PK", 4),)), _reversed, None),
        (84.0, Wish("BHM", "h.gill", "Masking tape", (("PT", 5),)), _done, None),
        (70.0, Wish("CGN", "j.krause", "Pallets", (("PD", 6),)), _refused_then_split, None),
    ]  # fmt: skip
    for hours, wish, after, need_by in plans:
        at = cast.almanac.ago(hours)
        play.add(then(cast, wish, at, after, need_by=need_by), at)
    for hours, tell in TALES:
        at = cast.almanac.ago(hours)
        play.add(tell(cast, at), at)


def _confirmed(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    yield from accepted(cast, order, at)


def _half(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    yield from accepted(cast, order, at)
    at = cast.almanac.ago(9)
    yield at
    first = order.lines.all()[0]
    acts.receive(cast, order, at=at, lines=[ReceiptLine(first.line_no, Decimal(1))])


def _dearer(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    """The supplier asks for more money."""
    at = cast.later(order.ship_to.code, at, 3)
    yield at
    lines = [
        AnswerLine(x.line_no, "price_changed", x.quantity, (x.unit_price * Decimal("1.07")).quantize(Decimal("0.01")), reason="Raw material")
        for x in order.lines.all()
    ]  # fmt: skip
    acts.answer(cast, order, at=at, lines=lines)


def _later(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    """The supplier promises a week later, and less of one line."""
    at = cast.later(order.ship_to.code, at, 2)
    yield at
    late = order.need_by + timedelta(days=8)
    lines = [AnswerLine(x.line_no, "date_changed", x.quantity, promised=late) for x in order.lines.all()]
    lines[-1] = AnswerLine(
        lines[-1].line_no, "quantity_changed", lines[-1].quantity - 1, promised=late, reason="Last of the batch"
    )
    acts.answer(cast, order, at=at, lines=lines)


def _cancelled(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    at = yield from accepted(cast, order, at)
    at = cast.later("LDS", at, 8)
    yield at
    order.refresh_from_db()
    procurement.cancel_order(
        order_id=order.pk, expected_version=order.version, actor=cast.people["demo.buyer"], reason="The council lends us bins",
        at=at,
    )  # fmt: skip


def _closed_short(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    at = yield from accepted(cast, order, at)
    at = cast.later("GLA", at, 20)
    yield at
    first = order.lines.all()[0]
    acts.receive(cast, order, at=at, lines=[ReceiptLine(first.line_no, first.quantity - 1)])
    at = cast.later("GLA", at, 30)
    yield at
    acts.close(cast, order, "The rest is discontinued", at=at)


def _silent(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    """No answer in time; the second buyer telephones and settles the exception, the answer comes after."""
    at = cast.later("GLA", at, 22)
    yield at
    case = ExceptionCase.objects.get(key=f"ack_overdue:{order.pk}", state="open")
    resolve_case(
        case_id=case.pk, expected_version=case.version, actor=cast.people["h.lowe"],
        outcome="Telephoned: their order desk was ill, they deliver as asked", at=at,
    )  # fmt: skip
    yield from accepted(cast, order, at)


def _held(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    at = yield from accepted(cast, order, at)
    order.refresh_from_db()
    procurement.hold_order(
        order_id=order.pk, expected_version=order.version, actor=cast.people["demo.buyer"], reason="Yard closed for resurfacing", at=at
    )  # fmt: skip


def _argued(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    """A first answer is overtaken by a second, which the buyer takes."""
    at = cast.later("SOU", at, 2)
    yield at
    rows = list(order.lines.all())
    acts.answer(cast, order, at=at, lines=[AnswerLine(x.line_no, "pending", x.quantity) for x in rows])
    at = cast.later("SOU", at, 4)
    yield at
    late = order.need_by + timedelta(days=4)
    second = acts.answer(
        cast, order, at=at, lines=[AnswerLine(x.line_no, "date_changed", x.quantity, promised=late) for x in rows]
    )
    at = cast.later("SOU", at, 3)
    yield at
    second.refresh_from_db()
    procurement.decide_acknowledgment(
        acknowledgment_id=second.pk, expected_version=second.version, accept=True, actor=cast.people["demo.buyer"],
        reason="Four days do no harm", at=at,
    )  # fmt: skip
    at = cast.later("SOU", at, 20)
    yield at
    acts.receive(cast, order, at=at)


def _refused_then_split(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    """The buyer refuses a dearer answer, and the supplier gives in with two deliveries."""
    at = cast.later("CGN", at, 2)
    yield at
    line = order.lines.all()[0]
    dear = (line.unit_price * Decimal("1.15")).quantize(Decimal("0.01"))
    first = acts.answer(cast, order, at=at, lines=[AnswerLine(line.line_no, "price_changed", line.quantity, dear)])
    at = cast.later("CGN", at, 5)
    yield at
    first.refresh_from_db()
    if first.state == AckState.REVIEW:
        procurement.decide_acknowledgment(
            acknowledgment_id=first.pk, expected_version=first.version, accept=False, actor=cast.people["h.lowe"],
            reason="The contract price holds until December", at=at,
        )  # fmt: skip
    at = cast.later("CGN", at, 6)
    yield at
    half = (line.quantity / 2).quantize(Decimal(1))
    acts.answer(
        cast, order, at=at,
        lines=[AnswerLine(line.line_no, "split", half, promised=order.need_by), AnswerLine(line.line_no, "split", line.quantity - half, promised=order.need_by)],
    )  # fmt: skip


def _reversed(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    """A receipt was booked on the wrong order, and taken back."""
    at = yield from accepted(cast, order, at)
    at = cast.later("LDS", at, 18)
    yield at
    receipt = acts.receive(cast, order, at=at)
    at = cast.later("LDS", at, 1)
    yield at
    procurement.reverse_goods_receipt(
        receipt_id=receipt.pk, expected_version=receipt.version, actor=receipt.created_by, reason="Booked on the wrong order", at=at
    )  # fmt: skip
    at = cast.later("LDS", at, 10)
    yield at
    acts.receive(cast, order, at=at)


def _done(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
    """Everything came and the buyer closed it."""
    at = yield from accepted(cast, order, at)
    at = cast.later("BHM", at, 18)
    yield at
    acts.receive(cast, order, at=at)
    at = cast.later("BHM", at, 12)
    yield at
    acts.close(cast, order, "Complete", at=at)
