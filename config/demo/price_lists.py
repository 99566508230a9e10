"""Price lists of suppliers: one in force, one too dear for one person, one with rows to mend."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from config.demo.trade.cast import Cast
from foundation.jobs import run
from procurement.selectors.purchases import bought_of
from suppliers.models import CatalogueItem, PriceList, PriceListSource, Supplier
from suppliers.selectors.sequences import Place, seen_of_sequence
from suppliers.services import (
    ReceivedFile,
    SiteTerms,
    Wanted,
    match_columns,
    receive_price_list,
    set_offer_at_site,
    set_sequence,
    settle_price_list,
)

CENT = Decimal("0.01")
YEAR = timedelta(days=365)
SPOILED = 7  # each so many rows say no price
MOST = 60  # rows of a list
HEAD = "Part number,EAN,Unit,New price,MOQ,Lead time (days)"
Price = Callable[[int, CatalogueItem], str]


def send_price_lists(cast: Cast) -> None:
    """Bring three lists in and let the first two go as far as one person may."""
    second, first, third = _suppliers(cast)
    mild = _received(cast, first, lambda n, o: _times(o, "1.02" if n % 3 else "0.99"), hours=50, note="Yearly round")
    steep = _received(
        cast, second, lambda n, o: _times(o, "1.09" if n % 4 else "1.03"), hours=5, note="Pulp and energy surcharge"
    )
    _received(
        cast, third, lambda n, o: "on request" if n % SPOILED == 0 else _times(o, "1.01"), hours=2, spoiled=True,
        note="New terms from the sales office",
    )  # fmt: skip
    for price_list, hours in ((mild, 49), (steep, 4)):
        settle_price_list(
            price_list_id=price_list.pk, expected_version=price_list.version,
            actor=cast.people["demo.supplier.manager"], at=cast.now - timedelta(hours=hours),
        )  # fmt: skip
    _far_away(cast, first)
    _who_comes_first(cast, first, second)
    mild.refresh_from_db()
    run(mild.job_id or 0)


def _suppliers(cast: Cast) -> Sequence[Supplier]:
    """Return three active suppliers in pounds of whom the most items are bought at catalogue prices."""
    busy = Supplier.objects.filter(state="active", currency="GBP", catalogue__state="active").distinct()
    bought = {s: len(bought_of(s.pk, cast.now - YEAR)) for s in busy}
    return sorted(bought, key=lambda s: (-bought[s], s.code))[:3]


def _far_away(cast: Cast, supplier: Supplier) -> None:
    """Let an offer come sooner and on set days at Leeds, and later and in fives at Manchester."""
    for site, terms in (
        ("LDS", SiteTerms(lead_time_days=2, order_days="24")),
        ("MAN", SiteTerms(minimum_quantity=Decimal(5), lead_time_days=9)),
    ):
        offer = supplier.catalogue.filter(state="active").order_by("pk")[0]
        set_offer_at_site(
            offer_id=offer.pk, expected_version=offer.version, site=site, terms=terms,
            actor=cast.people["demo.supplier.manager"], at=cast.now - timedelta(days=2),
        )  # fmt: skip


def _who_comes_first(cast: Cast, one: Supplier, other: Supplier) -> None:
    """Let two sites order the same two suppliers differently for what both of them sell."""
    items = one.catalogue.filter(state="active").values("item")
    shared = other.catalogue.filter(state="active", item__in=items).select_related("item").order_by("pk").first()
    item = shared.item if shared else one.catalogue.filter(state="active").select_related("item").order_by("pk")[0].item
    for site, ordered in (("LDS", (one, other)), ("MAN", (other, one))):
        set_sequence(
            item=item.code, category="", place=Place(site=site), seen=seen_of_sequence([]),
            wanted=Wanted(tuple(supplier.code for supplier in ordered)), actor=cast.managers[site],
            at=cast.now - timedelta(days=1),
        )  # fmt: skip


def _received(
    cast: Cast, supplier: Supplier, price: Price, *, hours: int, note: str, spoiled: bool = False
) -> PriceList:  # fmt: skip
    at: datetime = cast.now - timedelta(hours=hours)
    bought = {item for item, _unit in bought_of(supplier.pk, cast.now - YEAR)}
    on_offer = supplier.catalogue.filter(state="active").select_related("unit", "item").order_by("pk")
    offers = sorted(on_offer, key=lambda offer: offer.item_id not in bought)[:MOST]
    rows = [
        f"{o.supplier_part},{o.item.gtin},{o.unit.code},{price(n, o)},{o.minimum_quantity:f},{o.lead_time_days}"
        for n, o in enumerate(offers)
    ]
    if spoiled:
        rows += ["X-9000,,EA,4.10,1,3", f"{offers[0].supplier_part},4006381333932,{offers[0].unit.code},9.90,1,3"]
    sent = ReceivedFile(
        f"{supplier.code.lower()}-prices.csv", "\n".join([HEAD, *rows]).encode(), "GBP", at.date(), note
    )
    elena = cast.people["demo.supplier.manager"]
    price_list = receive_price_list(
        supplier_id=supplier.pk, sent=sent, source=PriceListSource.PAGE, actor=elena, at=at
    )  # fmt: skip
    price_list = match_columns(
        price_list_id=price_list.pk, expected_version=price_list.version, columns=price_list.columns,
        sign=price_list.decimal_sign, actor=elena, at=at,
    )  # fmt: skip
    run(price_list.job_id or 0)
    price_list.refresh_from_db()
    return price_list


def _times(offer: CatalogueItem, factor: str) -> str:
    return f"{(offer.unit_price * Decimal(factor)).quantize(CENT):f}"
