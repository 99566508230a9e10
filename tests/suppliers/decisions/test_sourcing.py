"""SO-1: which supplier an item comes from. Wanted: 10 cases at Leeds. Offers and preferences as a buyer lists them."""

from decimal import Decimal
from itertools import permutations

import pytest

from suppliers.decisions.sourcing import ENTERPRISE, REGION, SITE, Need, Offer, Preference, choose

NUMBERS = {"acme": 1, "bolt": 2, "cord": 3}
LEVELS = {"site": SITE, "region": REGION, "enterprise": ENTERPRISE}


def offer(row: str) -> Offer:
    """Read: supplier, source, price, then words such as `blocked`, `from=20`, `unit=EA`, `sites=HUL`, `left=40`."""
    code, source, price, *words = row.split()
    said = dict(word.partition("=")[::2] for word in words)
    return Offer(
        NUMBERS[code], code, code.capitalize(), "blocked" if "blocked" in said else "active", source,
        said.get("unit", "XCS"), Decimal(price), "GBP", Decimal(said.get("from", "0")),
        frozenset(said["sites"].split(",")) if "sites" in said else frozenset(),
        contract_number="C-1" if source == "contract" else "", left=Decimal(said["left"]) if "left" in said else None,
    )  # fmt: skip


def preference(row: str) -> Preference:
    code, level, rank, *words = row.split()
    return Preference(NUMBERS[code], LEVELS[level], int(rank), "never" in words, "item" in words)


@pytest.mark.parametrize(
    ("_case", "binding", "offers", "preferences", "chosen"),
    [
        #                                         supplier source    price
        ("the only one",                    True,  ["acme catalogue 5"],                              [], "acme 5"),
        ("a contract binds",                True,  ["acme contract 4", "bolt catalogue 3"],           ["bolt site 1"], "acme 4"),
        ("not binding: the preferred one",  False, ["acme contract 4", "bolt catalogue 3"],           ["bolt site 1"], "bolt 3"),
        ("nobody preferred: the contract",  False, ["acme contract 4", "bolt catalogue 3"],           [], "acme 4"),
        ("its contract beats its list",     False, ["acme contract 4", "acme catalogue 3"],           [], "acme 4"),
        ("site before region",              True,  ["acme catalogue 5", "bolt catalogue 3"],          ["acme site 2", "bolt region 1"], "acme 5"),
        ("region before enterprise",        True,  ["acme catalogue 5", "bolt catalogue 3"],          ["acme region 2", "bolt enterprise 1"], "acme 5"),
        ("a wider block holds",             True,  ["acme catalogue 5", "bolt catalogue 3"],          ["bolt site 1", "bolt enterprise 9 never"], "acme 5"),
        ("an item is let through there",    True,  ["acme catalogue 5", "bolt catalogue 3"],          ["bolt enterprise 1 item", "bolt enterprise 9 never"], "bolt 3"),
        ("a site lets nothing through",     True,  ["acme catalogue 5", "bolt catalogue 3"],          ["bolt site 1 item", "bolt enterprise 9 never"], "acme 5"),
        ("then rank",                       True,  ["acme catalogue 5", "bolt catalogue 3"],          ["acme site 1", "bolt site 2"], "acme 5"),
        ("the item before its category",    True,  ["acme catalogue 5", "bolt catalogue 3"],          ["acme site 2 item", "bolt site 1"], "acme 5"),
        ("then the lower price",            True,  ["acme catalogue 5", "bolt catalogue 3"],          [], "bolt 3"),
        ("then the code",                   True,  ["bolt catalogue 3", "acme catalogue 3"],          [], "acme 3"),
        ("a tier needs its quantity",       True,  ["acme contract 4", "acme contract 3 from=11"],    [], "acme 4"),
        ("what is left is enough",          True,  ["acme contract 4 left=40", "acme catalogue 5"],   [], "acme 4"),
        ("too little is left of it",        True,  ["acme contract 4 left=39.99", "acme catalogue 5"], [], "acme 5"),
        ("the tier itself is reached",      True,  ["acme contract 4", "acme contract 3 from=10"],    [], "acme 3"),
    ],
)  # fmt: skip
def test_source(_case: str, binding: bool, offers: list[str], preferences: list[str], chosen: str) -> None:
    need = Need("LDS", Decimal(10), "XCS", contract_binding=binding)
    ranked = [preference(row) for row in preferences]

    found = {choose(need, order, ranked).offer for order in permutations([offer(row) for row in offers])}

    assert [f"{o.supplier_code} {o.unit_price}" for o in found if o] == [chosen]


@pytest.mark.parametrize(
    ("_case", "row", "never", "code"),
    [
        ("no new orders",          "acme catalogue 3 blocked",     [], "supplier_not_active"),
        ("never at this site",     "acme catalogue 3",             ["acme site 1 never"], "blocked_here"),
        ("for other sites",        "acme contract 3 sites=HUL",    [], "other_sites"),
        ("per another unit",       "acme catalogue 3 unit=EA",     [], "other_unit"),
        ("from a larger quantity", "acme contract 3 from=10.0001", [], "below_tier"),
        ("nothing left of it",     "acme contract 3 left=0",      [], "ceiling_reached"),
    ],
)  # fmt: skip
def test_who_falls_out_is_named_with_the_reason(_case: str, row: str, never: list[str], code: str) -> None:
    need = Need("LDS", Decimal(10), "XCS", contract_binding=True)
    ranked = [preference(words) for words in never]

    alone = choose(need, [offer(row)], ranked)
    beside = choose(need, [offer(row), offer("bolt catalogue 9")], ranked)

    assert (alone.offer, alone.waiting_reason) == (None, "no_usable_supplier")
    assert [r.code for r in alone.rejections] == [r.code for r in beside.rejections] == [code]
    assert beside.offer is not None
    assert beside.offer.supplier_code == "bolt"


def test_nobody_offers_it() -> None:
    found = choose(Need("LDS", Decimal(10), "XCS", contract_binding=True), [], [])

    assert (found.offer, found.waiting_reason, found.rejections) == (None, "no_offer", ())


def test_not_preferred_is_said_of_anybody_but_the_first() -> None:
    need = Need("LDS", Decimal(10), "XCS", contract_binding=True)
    ranked = [preference("acme site 1"), preference("bolt site 2")]

    first = choose(need, [offer("acme catalogue 5"), offer("bolt catalogue 3")], ranked)
    second = choose(need, [offer("acme catalogue 5 blocked"), offer("bolt catalogue 3")], ranked)

    assert (first.is_preferred, second.is_preferred) == (True, False)
    assert first.reason == "Preferred at this site, rank 1; price from the catalogue."
