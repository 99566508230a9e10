"""Approved lines that wait for the buyer: nobody offers them, their price rose, or their supplier was blocked meanwhile."""

from collections.abc import Callable, Generator
from datetime import datetime
from decimal import Decimal

from config.demo.trade import acts
from config.demo.trade.cast import Cast
from config.demo.trade.play import Story
from config.demo.trade.unapproved import Wish, write
from procurement.models import Requisition
from suppliers.models import CatalogueItem, Supplier
from suppliers.services import move_supplier


def _approve(cast: Cast, requisition: Requisition, at: datetime) -> Generator[datetime, None, datetime]:
    while step := acts.asked(requisition):
        at = cast.later(requisition.ship_to.code, at, 1)
        yield at
        acts.decide(requisition, step, at=at)
    return at


def _free_text_approved(cast: Cast, at: datetime) -> Story:
    """Two approved lines have no source: the buyer must find one."""
    for wish in (
        Wish(
            "MAN",
            "c.marsden",
            "Dock door seal",
            text=("Dock door 6: side seal, made to measure", "TYRE", "1190"),
            need_in=15,
        ),
        Wish(
            "LDS",
            "b.hargreaves",
            "Thermal camera hire",
            text=("Thermal camera, hire for one week", "MAIN", "1050"),
            need_in=12,
        ),
    ):
        requisition = acts.submit(write(cast, wish, at), at=at)
        at = yield from _approve(cast, requisition, at)


def _drift(cast: Cast, wish: Wish, at: datetime) -> Story:
    """The list price rises between the request and its approval."""
    requisition = acts.submit(write(cast, wish, at), at=at)
    for line in requisition.lines.all():
        offer = CatalogueItem.objects.get(pk=line.catalogue_item_id or 0)
        offer.unit_price = (offer.unit_price * Decimal("1.06")).quantize(Decimal("0.01"))
        offer.save(update_fields=["unit_price"])
    yield from _approve(cast, requisition, at)


def _drifted(cast: Cast, at: datetime) -> Story:
    yield from _drift(cast, Wish("LDS", "b.hargreaves", "Ring scanners, pick floor", (("TS", 7),), need_in=14), at)


def _drifted_too(cast: Cast, at: datetime) -> Story:
    yield from _drift(cast, Wish("LON", "y.demir", "Bearings for conveyor 3", (("MB", 14),), need_in=10), at)


def _blocked_meanwhile(cast: Cast, at: datetime) -> Story:
    """A supplier is blocked while its line waits for approval."""
    wish = Wish("BRS", "t.pryce", "Bench and vice", (("TR", 5),), need_in=16)
    requisition = acts.submit(write(cast, wish, at), at=at)
    block(cast, requisition.lines.all()[0].supplier_id, "Certificate of insurance ran out", at=at)
    yield from _approve(cast, requisition, at)


def block(cast: Cast, supplier_id: int | None, why: str, *, at: datetime) -> Supplier:
    """Block a supplier, by the supplier manager; returns it."""
    supplier = Supplier.objects.get(pk=supplier_id or 0)
    return move_supplier(
        supplier_id=supplier.pk, expected_version=supplier.version, move="block",
        actor=cast.people["demo.supplier.manager"], reason=why, at=at,
    )  # fmt: skip


# Hours ago, and what happened then.
TALES: tuple[tuple[float, Callable[[Cast, datetime], Story]], ...] = (
    (24.0, _free_text_approved),
    (20.0, _drifted),
    (22.0, _drifted_too),
    (19.0, _blocked_meanwhile),
)
