"""Eleven months of trade before the last four weeks, written in bulk: seasons, growth, and trouble that was settled."""

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from config.demo.chance import Dice
from config.demo.places import WEIGHT
from config.demo.range_of_goods import Branch, Leaf, leaves
from config.demo.trade.acts import TAX
from config.demo.trade.cast import Cast
from config.demo.trade.ordinary import LATE, TITLES, number_of
from foundation.money import line_amount, total
from foundation.selectors import rate_on, system_user
from invoicing.services import LetPass, PastBill, PastBillLine, record_past_bills
from procurement.models import PurchaseOrder
from procurement.services import PastCount, PastLine, PastNeed, PastOrder, PastReceipt, record_history
from suppliers.models import CatalogueItem, ContractPrice, ContractState

YEAR = 365  # days
BATCH = 100  # orders a transaction
TOUCHLESS = Decimal(1000)
STORM = (230, 214)  # days ago: lorries stood still and everything came late
PEAK = (1.0, 0.9, 1.0, 1.0, 1.0, 1.05, 1.0, 0.85, 1.05, 1.15, 1.35, 1.1)  # January to December
RISE = timedelta(days=180)  # half a year ago prices rose
WHY_DEARER = ("New list price, confirmed by telephone", "Surcharge agreed with the buyer", "Old price was out of date")


@dataclass(frozen=True, slots=True)
class Shop:
    """What every deal looks up."""

    cast: Cast
    contracts: dict[tuple[int, int], int]
    rate: Decimal  # of the euro, for telling small from large


def write_years(cast: Cast, until: datetime, a_day: float, out: Any) -> None:
    """Write a year of trade up to `until`, `a_day` orders on a usual working day, each batch in its own transaction."""
    prices = ContractPrice.objects.filter(from_quantity=0).exclude(contract__state=ContractState.DRAFT)
    found = prices.values_list("contract__supplier_id", "item_id", "contract_id")
    shop = Shop(cast, {(s, i): c for s, i, c in found}, rate_on("EUR", until.date()).rate)
    orders = _year(shop, until, a_day)
    ordering, relay = system_user("ordering"), system_user("relay")
    count = 0
    while part := list(islice(orders, BATCH)):
        count += len(part)
        written = record_history(orders=part, source="history", actor=ordering)
        bills = [bill for past, order in zip(part, written, strict=True) for bill in _bills(cast, past, order)]
        record_past_bills(bills=bills, actor=cast.intake, releaser=relay, erp=cast.erp)
    out.write(f"    {count:,} orders of the year before, with approvals, deliveries and bills")


def _year(shop: Shop, until: datetime, a_day: float) -> Iterator[PastOrder]:
    day = shop.cast.now.date() - timedelta(days=YEAR)
    dice, owed, rows = Dice("the year before"), 0.0, leaves()
    while day < until.date():
        if shop.cast.hours("LDS").works_on(day):
            owed += a_day * PEAK[day.month - 1] * (0.9 + 0.2 * (1 - (until.date() - day).days / YEAR))
        while owed >= 1:
            owed -= 1
            site = dice.one_of(list(WEIGHT), list(WEIGHT.values()))
            branch, leaf = dice.one_of(rows, [_season(leaf, day.month) for _, leaf in rows])
            yield _order(shop, site, branch, leaf, day, dice)
        day += timedelta(days=1)


def _season(leaf: Leaf, month: int) -> float:
    return max(1 + leaf.summer * math.cos((month - 7) / 6 * math.pi), 0.05)


def _order(shop: Shop, site: str, branch: Branch, leaf: Leaf, day: date, dice: Dice) -> PastOrder:
    cast = shop.cast
    place = cast.sites[site]
    at = datetime(
        day.year, day.month, day.day, 8, dice.between(0, 59), dice.between(0, 59), tzinfo=ZoneInfo(place.time_zone)
    )
    at = cast.later(site, at, dice.spread(0, 8))
    need_by = cast.working_day(site, at.date() + timedelta(days=dice.between(4, 9)))
    offers = cast.goods(leaf.prefix, site, dice, dice.one_of((1, 2, 3, 4), (4, 4, 2, 1)))
    lines = tuple(_line(shop, offer, leaf, need_by, at, dice) for offer in offers)
    amount = total(line_amount(x.quantity, x.unit_price, place.currency) for x in lines)
    small = amount * (shop.rate if place.currency == "EUR" else 1) < TOUCHLESS * Decimal("0.97")
    approved = at if small else cast.later(site, at, dice.skewed(4, 0.8))
    need = PastNeed(
        cast.requesters[site], cast.centres[f"{site}-{'FAC' if branch.code == 'FACI' else 'OPS'}"],
        f"{TITLES[branch.code]}, {leaf.name.lower()}", at, approved,
    )  # fmt: skip
    receipts = _receipts(
        cast, site, lines, need_by, approved, _lateness(cast, offers[0].supplier.code, need_by, dice), dice
    )
    closed = cast.later(site, receipts[-1].received_at, 9 * dice.between(4, 9)) if receipts else None
    return PastOrder(
        offers[0].supplier, place, approved, lines, receipts, answered_at=cast.later(site, approved, dice.skewed(2, 0.7)),
        closed_at=closed if closed and closed < cast.now else None, need=need,
    )  # fmt: skip


def _line(shop: Shop, offer: CatalogueItem, leaf: Leaf, need_by: date, at: datetime, dice: Dice) -> PastLine:
    contract = shop.contracts.get((offer.supplier_id, offer.item_id))
    price = offer.unit_price * (Decimal("0.92") if contract else 1)
    if shop.cast.now - at > RISE:
        price *= Decimal("0.97")
    factor = next((Decimal(count) for unit, count in leaf.packs if unit == offer.unit.code), Decimal(1))
    return PastLine(
        quantity=Decimal(dice.between(*leaf.orders)), unit=offer.unit, unit_price=price.quantize(Decimal("0.01")),
        need_by=need_by, item=offer.item, base_factor=factor, supplier_part=offer.supplier_part, contract_id=contract,
        catalogue_item_id=offer.pk,
    )  # fmt: skip


def _lateness(cast: Cast, supplier: str, need_by: date, dice: Dice) -> int:
    storm = STORM[1] <= (cast.now.date() - need_by).days <= STORM[0]
    usual = dice.between(3, 8) if supplier in LATE else dice.one_of((-1, 0, 0, 0, 0, 0, 1, 2))
    return usual + (dice.between(3, 9) if storm else 0)


def _receipts(
    cast: Cast, site: str, lines: tuple[PastLine, ...], need_by: date, ordered: datetime, late: int, dice: Dice
) -> tuple[PastReceipt, ...]:
    day = cast.working_day(site, need_by + timedelta(days=late))
    opens, _ = cast.hours(site).window(day)
    at = max(opens + timedelta(minutes=dice.between(0, 420)), cast.later(site, ordered, 4))
    who, partly = cast.receivers[site], dice.happens(0.12)
    first = [(max(Decimal(1), line.quantity // 2) if partly else line.quantity) for line in lines]
    damaged = Decimal(1) if dice.happens(0.03) and first[0] > 1 else Decimal(0)
    counts = tuple(PastCount(n, came, damaged if n == 0 else Decimal(0)) for n, came in enumerate(first))
    rest = tuple(PastCount(n, x.quantity - first[n]) for n, x in enumerate(lines) if x.quantity > first[n])
    key = f"{site}-{at:%y%m%d%H%M%S}-{dice.between(1000, 9999)}"
    found = [PastReceipt(key, at, counts, who, f"DN{dice.between(10_000, 99_999)}")]
    if rest and not dice.happens(0.1):
        found.append(PastReceipt(f"{key}-2", cast.later(site, at, 9 * dice.between(2, 6)), rest, who))
    return tuple(one for one in found if one.received_at < cast.now)


def _bills(cast: Cast, past: PastOrder, order: PurchaseOrder) -> Iterator[PastBill]:
    dice, site = Dice(f"bill {order.number}"), past.site.code
    for serial, receipt in enumerate(past.receipts):
        at = cast.later(site, receipt.received_at, dice.spread(1, 14))
        dearer = dice.happens(0.05)
        asked = cast.later(site, at, dice.skewed(8, 0.8)) if dearer else at
        released = asked + timedelta(minutes=1)
        if released + timedelta(hours=2) > cast.now:
            continue
        lines = tuple(
            PastBillLine(
                (count.place + 1) * 10,
                count.quantity - count.damaged,
                _price(past.lines[count.place].unit_price, dearer),
            )
            for count in receipt.counts
        )
        number = number_of(order, serial)
        due = datetime.combine(at.date() + timedelta(days=order.payment_terms_days), at.timetz())
        paid = due + timedelta(days=dice.between(-3, 4))
        yield PastBill(
            order_id=order.pk, supplier_number=number, lines=lines, tax_percent=TAX[order.currency][0], received_at=at,
            released_at=released, posted_at=released + timedelta(minutes=dice.between(5, 55)),
            voucher=f"ERP-{zlib.crc32(number.encode()):08X}", paid_at=paid if paid < cast.now else None, source="peppol",
            let_pass=LetPass(cast.people["demo.payables.lead"], dice.one_of(WHY_DEARER), asked) if dearer else None,
            entered_by=cast.people["v.singh"] if dice.happens(0.15) else None,
        )  # fmt: skip


def _price(price: Decimal, dearer: bool) -> Decimal:  # noqa: FBT001 - one word of the bill
    return (price * Decimal("1.045")).quantize(Decimal("0.01")) if dearer else price
