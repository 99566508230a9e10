"""Orders that are to say something else: changes and dearer prices that wait, and what became of earlier ones (PO-2, AK-2)."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from config.demo.trade import acts
from config.demo.trade.cast import Cast
from config.demo.trade.play import Play, Story
from config.demo.trade.unanswered import accepted, place
from config.demo.trade.unapproved import Wish
from procurement import services as procurement
from procurement.decisions.changes import WantedLine
from procurement.models import OrderChange, PurchaseOrder
from procurement.services import AnswerLine

Fate = Callable[[Cast, OrderChange, datetime], None]
HALF_MORE, DEARER = Decimal("1.5"), Decimal("1.12")


def schedule(cast: Cast, play: Play) -> None:
    """Let orders change, each in its own way."""
    rosa, ben = "demo.requester", "b.hargreaves"
    for hours, wish, tell in (
        (9.0, Wish("LDS", rosa, "Stretch film for the autumn", (("PK", 4),)), _more(None)),
        (10.0, Wish("LDS", ben, "Paper towels", (("FP", 5),)), _dearer(None)),
        (64.0, Wish("MAN", "c.marsden", "Cartons, second delivery", (("PC", 3),)), _more(_agreed)),
        (72.0, Wish("LDS", ben, "Work gloves", (("SG", 4),)), _more(_sent_back)),
        (80.0, Wish("LDS", rosa, "Copier paper, autumn", (("OP", 6),)), _dearer(_rejected)),
        (58.0, Wish("BHM", "h.gill", "Mops", (("FC", 4),)), _more(_withdrawn)),
    ):
        at = cast.almanac.ago(hours)
        play.add(_then(cast, wish, at, tell), at)


def _then(cast: Cast, wish: Wish, at: datetime, tell: Callable[[Cast, PurchaseOrder, datetime], Story]) -> Story:
    order, at = yield from place(cast, wish, at)
    yield from tell(cast, order, at)


def _more(fate: Fate | None) -> Callable[[Cast, PurchaseOrder, datetime], Story]:
    """Half as much again is wanted after the supplier confirmed."""

    def tell(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
        at = yield from accepted(cast, order, at)
        at = cast.later(order.ship_to.code, at, 2)
        yield at
        line = order.lines.order_by("line_no")[0]
        change = procurement.change_order(
            order_id=order.pk, expected_version=None, lines=[WantedLine(line.line_no, (line.quantity * HALF_MORE).quantize(1))],
            reason="Sales of the site went up by half", actor=cast.people["demo.buyer"], at=at,
        )  # fmt: skip
        yield from _decided(cast, change, fate, at)

    return tell


def _dearer(fate: Fate | None) -> Callable[[Cast, PurchaseOrder, datetime], Story]:
    """The supplier confirms at a higher price, and the buyer takes it."""

    def tell(cast: Cast, order: PurchaseOrder, at: datetime) -> Story:
        at = cast.later(order.ship_to.code, at, 2)
        yield at
        rows = list(order.lines.order_by("line_no"))
        prices = [(row.unit_price * DEARER).quantize(Decimal("0.01")) for row in rows]
        lines = [
            AnswerLine(row.line_no, "price_changed", row.quantity, price)
            for row, price in zip(rows, prices, strict=True)
        ]
        answer = acts.answer(cast, order, at=at, lines=lines)
        at = cast.later(order.ship_to.code, at, 2)
        yield at
        answer.refresh_from_db()
        procurement.decide_acknowledgment(
            acknowledgment_id=answer.pk, expected_version=answer.version, accept=True, actor=cast.people["demo.buyer"],
            reason="Pulp went up everywhere", at=at,
        )  # fmt: skip
        yield from _decided(cast, OrderChange.objects.get(acknowledgment=answer), fate, at)

    return tell


def _decided(cast: Cast, change: OrderChange, fate: Fate | None, at: datetime) -> Story:
    if fate is None:
        return
    at = cast.later(change.ship_to.code, at, 3)
    yield at
    fate(cast, change, at)
    change.order.refresh_from_db()
    if change.order.revision > change.base_revision:
        yield from accepted(cast, change.order, at)  # the supplier confirms the new version


def _agreed(cast: Cast, change: OrderChange, at: datetime) -> None:
    procurement.approve_change(
        pk=change.pk, expected_version=None, seen_hash=change.content_hash, actor=cast.managers[change.ship_to.code],
        reason="", at=at,
    )  # fmt: skip


def _sent_back(cast: Cast, change: OrderChange, at: datetime) -> None:
    procurement.return_change(
        pk=change.pk, expected_version=None, seen_hash=change.content_hash, actor=cast.managers[change.ship_to.code],
        reason="We have no room for so many. Half of it now", at=at,
    )  # fmt: skip


def _rejected(cast: Cast, change: OrderChange, at: datetime) -> None:
    procurement.reject_change(
        pk=change.pk, expected_version=None, seen_hash=change.content_hash, actor=cast.managers[change.ship_to.code],
        reason="The price is agreed until December", at=at,
    )  # fmt: skip


def _withdrawn(cast: Cast, change: OrderChange, at: datetime) -> None:
    procurement.withdraw_change(
        change_id=change.pk, expected_version=change.version, actor=cast.people["demo.buyer"],
        reason="They found some in the other hall", at=at,
    )  # fmt: skip
