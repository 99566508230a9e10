"""Ordinary trade: a need becomes a paid invoice, mostly with no human touch, sometimes with trouble that is settled."""

from datetime import datetime, timedelta
from decimal import Decimal

from config.demo.chance import Dice
from config.demo.places import WEIGHT
from config.demo.range_of_goods import leaves
from config.demo.trade import acts
from config.demo.trade.cast import Cast, leaf_of
from config.demo.trade.play import Play, Story
from procurement.models import PurchaseOrder, Requisition
from procurement.services import LineInput, ReceiptLine

DAYS = 20
A_DAY = 3  # the tales make as many again
QUIET_DAYS = 3  # at Leeds and in packaging the last days are told by the stories that wait
TIME_TO_SETTLE = 9  # working days that trouble needs until it is settled
LATE = ("DELTA",)
MANNERS = ("smooth", "partial", "damaged", "dearer", "freight")
HOW_OFTEN = (14.0, 3.0, 1.0, 1.0, 0.6)
TITLES = {
    "PACK": "Packing bench", "SAFE": "Safety store", "MRO": "Workshop", "FACI": "Building", "OFFI": "Office",
    "TECH": "Pick floor",
}  # fmt: skip


def schedule(cast: Cast, play: Play) -> None:
    """Let a handful of needs arise every working day, spread over sites by their trade."""
    dice = Dice("ordinary trade")
    for back in range(DAYS, 0, -1):
        for _ in range(A_DAY):
            site = dice.one_of(list(WEIGHT), list(WEIGHT.values()))
            branch, leaf = dice.one_of(leaves())
            minute = dice.between(0, 8 * 60)
            if back <= QUIET_DAYS and (site == "LDS" or branch.code == "PACK" or leaf.code == "FAST"):
                continue
            at = cast.almanac.at(back, "08:20") + timedelta(minutes=minute)
            play.add(need(cast, play, site, leaf.prefix, at, branch.code, back), at)


def need(cast: Cast, play: Play, site: str, prefix: str, at: datetime, branch: str, back: int) -> Story:
    """Raise a requisition, have it approved, and hand its orders on."""
    dice = Dice(f"need {site} {prefix} {back} {at:%H%M}")
    requisition = _raise(cast, site, prefix, at, branch, dice)
    while step := acts.asked(requisition):
        at = cast.later(site, at, dice.skewed(2.5, 0.6))
        yield at
        acts.decide(requisition, step, at=at)
    at += timedelta(minutes=1)
    yield at
    for order in acts.orders_of(requisition):
        play.add(fulfil(cast, order, dice, at, settle=back > TIME_TO_SETTLE), at)


def _raise(cast: Cast, site: str, prefix: str, at: datetime, branch: str, dice: Dice) -> Requisition:
    low, high = leaf_of(prefix).orders
    lines = [
        LineInput(quantity=Decimal(dice.between(low, high)), unit_code=offer.unit.code, item_code=offer.item.code)
        for offer in cast.goods(prefix, site, dice, dice.one_of((1, 2, 3), (5, 3, 2)))
    ]
    need_by = cast.working_day(site, at.date() + timedelta(days=dice.between(4, 8)))
    requisition = acts.write(
        cast, site, lines, by=cast.requesters[site], at=at, need_by=need_by, title=f"{TITLES[branch]}, {leaf_of(prefix).name.lower()}",
        centre="FAC" if branch == "FACI" else "OPS",
    )  # fmt: skip
    return acts.submit(requisition, at=at)


def fulfil(cast: Cast, order: PurchaseOrder, dice: Dice, at: datetime, *, settle: bool) -> Story:
    """Answer, deliver and bill an order; trouble only where there is time left to `settle` it."""
    site = order.ship_to.code
    manner = dice.one_of(MANNERS, HOW_OFTEN) if settle else "smooth"
    at = cast.later(site, at, dice.spread(0.5, 4.5))
    yield at
    acts.answer(cast, order, at=at)
    late = dice.between(3, 6) if order.supplier.code in LATE else dice.one_of((-1, 0, 0, 0, 1))
    day = cast.working_day(site, order.need_by + timedelta(days=late))
    at = max(at + timedelta(hours=2), at.replace(year=day.year, month=day.month, day=day.day, hour=dice.between(8, 14)))
    yield at
    yield from _arrive(cast, order, manner, dice, at)


def _arrive(cast: Cast, order: PurchaseOrder, manner: str, dice: Dice, at: datetime) -> Story:
    site = order.ship_to.code
    share = Decimal(1)
    if manner == "partial":
        share = Decimal("0.5")
        acts.receive(cast, order, at=at, lines=_part(order, share))
    elif manner == "damaged":
        acts.receive(cast, order, at=at, lines=_with_damage(order), note="One pack crushed in transit")
    else:
        acts.receive(cast, order, at=at)
    at = cast.later(site, at, dice.spread(1, 9))
    yield at
    yield from _billed(cast, order, manner, dice, at, share)
    if manner == "partial" and acts.is_open(order):
        at = cast.later(site, at, dice.spread(9, 20))
        yield at
        acts.receive(cast, order, at=at)


def _part(order: PurchaseOrder, share: Decimal) -> list[ReceiptLine]:
    return [
        ReceiptLine(x.line_no, max((x.quantity * share).quantize(Decimal(1)), Decimal(1))) for x in order.lines.all()
    ]


def _with_damage(order: PurchaseOrder) -> list[ReceiptLine]:
    first, *rest = order.lines.all()
    good = [ReceiptLine(first.line_no, first.quantity - 1)] if first.quantity > 1 else []
    return [
        *good,
        ReceiptLine(first.line_no, Decimal(1), condition="damaged", note="Crushed"),
        *(ReceiptLine(x.line_no, x.quantity) for x in rest),
    ]


def _billed(cast: Cast, order: PurchaseOrder, manner: str, dice: Dice, at: datetime, share: Decimal) -> Story:
    command = acts.bill_of(
        order, number_of(order), at.date(), share=share, price=Decimal("1.05") if manner == "dearer" else Decimal(1)
    )
    if manner == "freight":
        command = acts.add_up(command, charges=[acts.freight(order.currency, Decimal("18.50"))])
    typed = cast.people["v.singh"] if dice.happens(0.15) else None
    invoice = acts.bill(cast, command, at=at, by=typed)
    if manner in {"dearer", "freight"}:
        at = cast.later(order.ship_to.code, at, dice.spread(3, 12))
        yield at
        why = {"dearer": "New list price, confirmed by telephone", "freight": "Carriage agreed for this delivery"}
        acts.let_pass(cast, invoice, why[manner], at=at)
    if dice.happens(0.4):
        at = cast.later(order.ship_to.code, at, 9 * dice.between(5, 9))
        yield at
        acts.pay(invoice, cast=cast, at=at)


def number_of(order: PurchaseOrder, extra: int = 0) -> str:
    """Return the number a supplier prints on a bill; far enough from its others not to look like one of them."""
    serial = int(order.number.rpartition("-")[2]) * 7919 + extra * 104_729
    return f"{order.supplier.code[:2]}-{serial % 900_001 + 100_000}"
