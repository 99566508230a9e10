"""About sixty suppliers, what they offer and what is agreed with them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from config.demo.chance import Dice
from config.demo.goods import list_prices
from config.demo.people import DEMO_PEOPLE
from config.demo.range_of_goods import Branch, Leaf, leaves
from foundation.models import Category, ExchangeRate, Item, Region, Site, UnitOfMeasure, User
from suppliers.models import (
    CatalogueItem,
    CatalogueState,
    Contract,
    ContractKind,
    ContractPrice,
    ContractState,
    SourcingPreference,
    SpendAuthorisation,
    Supplier,
    SupplierIdentifier,
    SupplierState,
    SupplierUser,
)
from suppliers.services import open_main_sites

# (code, name) of suppliers with a part in the story; the rest are made from words.
NAMED = {"HARROW": "Harrow Packaging Ltd", "DELTA": "Delta Fixings Ltd", "HARROP": "Harrow Packaging Limited"}
FIRST = ("Aire", "Brook", "Calder", "Dale", "Elm", "Forge", "Granite", "Humber", "Iron", "Kestrel", "Lumen", "Mersey",
         "Noble", "Orchard", "Pennine", "Quarry", "Ridge", "Severn", "Tamar", "Union", "Vale", "Wharf")  # fmt: skip
SECOND = {"PACK": "Packaging", "FAST": "Fixings", "SAFE": "Safety", "MRO": "Supplies", "HAND": "Handling"}
EURO_FIRST = ("Albers", "Bergmann", "Colpaert", "Dumont", "Engels", "Fabre", "Goossens", "Hartwig", "Janssens", "Keller",
              "Laurent", "Maertens", "Noordam", "Oster", "Peeters", "Roux", "Schmitz", "Thiel")  # fmt: skip
RATE = Decimal("0.85")
BOUGHT_FROM = ("active", "restricted", "blocked", "offboarded")
# Leaves of the spend tree whose contract ran out or is still being written.
# Of 400 offers, one is still being entered and three are no longer to be had; never a first choice.
OUT_OF_RANGE = {
    101: CatalogueState.DRAFT, 201: CatalogueState.WITHDRAWN, 203: CatalogueState.WITHDRAWN,
    301: CatalogueState.WITHDRAWN,
}  # fmt: skip
CONTRACT_STATES = {"BEAR": ContractState.EXPIRED, "SCAN": ContractState.EXPIRED, "ELEC": ContractState.DRAFT}


def engage(people: dict[str, User], today: date, at: datetime) -> dict[str, Supplier]:
    """Write suppliers, catalogue, contracts, preferences and rates. Returns suppliers by code."""
    _rates(today)
    suppliers = _suppliers(at)
    _sign_in(people, suppliers)
    offers = _catalogue(suppliers, today)
    _contracts(suppliers, offers, people, today, at)
    _preferences(suppliers)
    return suppliers


def _rates(today: date) -> None:
    dice = Dice("rates")
    first = today - timedelta(days=420)
    ExchangeRate.objects.bulk_create(
        ExchangeRate(
            currency="EUR", base_currency="GBP", date=first + timedelta(days=7 * week),
            rate=RATE + Decimal(dice.between(-120, 120)) / 10_000, source="demo",
        )
        for week in range(61)
    )  # fmt: skip


def _suppliers(at: datetime) -> dict[str, Supplier]:
    dice = Dice("suppliers")
    made: list[Supplier] = []
    for number, (code, name) in enumerate(NAMED.items()):
        made.append(_supplier(code, name, "GB", "GBP", 1000 + number, at))
    branches = sorted({branch.code for branch, _ in leaves()})
    for number, word in enumerate(FIRST):
        branch = branches[number % len(branches)]
        made.append(
            _supplier(
                f"{word.upper()[:5]}{number:02d}",
                f"{word} {SECOND.get(branch, 'Trading')} Ltd",
                "GB",
                "GBP",
                2000 + number,
                at,
            )
        )
    for number, word in enumerate(EURO_FIRST):
        country = ("NL", "BE", "DE", "FR")[number % 4]
        ending = {"NL": "B.V.", "BE": "NV", "DE": "GmbH", "FR": "SARL"}[country]
        branch = branches[number % len(branches)]
        made.append(
            _supplier(
                f"{word.upper()[:5]}{number:02d}",
                f"{word} {SECOND.get(branch, 'Trading')} {ending}",
                country,
                "EUR",
                3000 + number,
                at,
            )
        )
    for number in range(14):
        made.append(
            _supplier(
                f"SVC{number:02d}", f"{dice.one_of(FIRST)} Services {number + 1} Ltd", "GB", "GBP", 4000 + number, at
            )
        )
    others = ("requested", "requested", "restricted", "blocked", "offboarded", "requested", "requested", "requested")
    for supplier, state in zip(made[-len(others) :], others, strict=True):
        supplier.__dict__["state"] = state
    Supplier.objects.bulk_create(made)
    open_main_sites(suppliers=made, at=at)
    SupplierIdentifier.objects.bulk_create(
        SupplierIdentifier(supplier=s, scheme="vat", value=s.tax_id) for s in made if s.code != "HARROP"
    )
    SpendAuthorisation.objects.bulk_create(  # they were here before authorisations were kept
        SpendAuthorisation(supplier=s, state="in_force", since=at) for s in made if s.state in BOUGHT_FROM
    )
    return {s.code: s for s in made}


def _supplier(code: str, name: str, country: str, currency: str, number: int, at: datetime) -> Supplier:
    same = 1000 if code == "HARROP" else number  # the duplicate carries the tax number of Harrow
    return Supplier(
        code=code, name=name, state=SupplierState.ACTIVE, country=country, currency=currency,
        tax_id=f"{country}{100_000_000 + same * 7919}", payment_terms_days=(30, 30, 45, 60)[number % 4],
        order_channel="portal", order_email=f"orders@{code.lower()}.example", acknowledge_hours=(8, 8, 16)[number % 3],
        address=f"Unit {number % 40 + 1}, {name.split(' ', maxsplit=1)[0]} Way", created_at=at, changed_at=at,
        minimum_order_amount=Decimal(750) if currency == "GBP" else None,
        state_reason="Same tax number as Harrow Packaging Ltd" if code == "HARROP" else "",
    )  # fmt: skip


def _sign_in(people: dict[str, User], suppliers: dict[str, Supplier]) -> None:
    SupplierUser.objects.bulk_create(
        SupplierUser(supplier=suppliers[code], user=people[p.username], role=p.role)
        for p in DEMO_PEOPLE
        for code in (p.supplier, p.also)
        if code
    )


def sellers(suppliers: dict[str, Supplier], branch: Branch, leaf: Leaf) -> list[Supplier]:
    """Return who sells a leaf: two in pounds, two in euros, with Harrow first in packaging and Delta in fixings."""
    dice = Dice(f"sellers {leaf.code}")
    pounds = [
        s
        for s in suppliers.values()
        if s.currency == "GBP" and s.state == "active" and not s.code.startswith(("SVC", "HARRO", "DELTA"))
    ]
    euros = [s for s in suppliers.values() if s.currency == "EUR" and s.state == "active"]
    first = {"PACK": "HARROW"}.get(branch.code) or {"FAST": "DELTA"}.get(leaf.code)
    chosen = [suppliers[first]] if first else []
    chosen += dice.some_of(pounds, 2 - len(chosen) + (1 if first else 0))
    return [*chosen[:2], *dice.some_of(euros, 2)]


def _catalogue(suppliers: dict[str, Supplier], today: date) -> list[CatalogueItem]:
    dice, prices = Dice("catalogue"), list_prices()
    units = {u.code: u for u in UnitOfMeasure.objects.all()}
    items = {i.code: i for i in Item.objects.all()}
    rows: list[CatalogueItem] = []
    for branch, leaf in leaves():
        who = sellers(suppliers, branch, leaf)
        codes = [c for c in items if c.startswith(f"{leaf.prefix}-")]
        unit, factor = leaf.packs[0] if leaf.packs else (leaf.unit, 1)
        for code in sorted(codes):
            for supplier in who:
                base = prices[code] * factor * (Decimal(1) if supplier.currency == "GBP" else 1 / RATE)
                rows.append(
                    CatalogueItem(
                        supplier=supplier, item=items[code], supplier_part=f"{supplier.code[:3]}{code.replace('-', '')}",
                        unit=units[unit], unit_price=dice.money(base, 0.06), currency=supplier.currency,
                        minimum_quantity=Decimal(1), multiple=Decimal(1), lead_time_days=dice.between(2, 9),
                        valid_from=today - timedelta(days=400),
                        state=OUT_OF_RANGE.get(len(rows) % 400, CatalogueState.ACTIVE),
                    )
                )  # fmt: skip
    return CatalogueItem.objects.bulk_create(rows, batch_size=2000)


def _contracts(
    suppliers: dict[str, Supplier], offers: list[CatalogueItem], people: dict[str, User], today: date, at: datetime
) -> None:
    by_pair: dict[tuple[int, str], list[CatalogueItem]] = {}
    for offer in offers:
        by_pair.setdefault((offer.supplier_id, offer.item.code.partition("-")[0]), []).append(offer)
    made: list[Contract] = []
    prices: list[ContractPrice] = []
    who = people["demo.supplier.manager"]
    for number, (branch, leaf) in enumerate(leaves()):
        for supplier in (sellers(suppliers, branch, leaf)[0], sellers(suppliers, branch, leaf)[2]):
            state = CONTRACT_STATES.get(leaf.code, ContractState.ACTIVE)
            contract = Contract(
                number=f"CON-{len(made) + 101}", supplier=supplier, title=f"{leaf.name} {today.year}", currency=supplier.currency,
                state=state, valid_from=today - timedelta(days=370),
                valid_to=today + timedelta(days=30 + 17 * (number % 14)) if state != ContractState.EXPIRED else today - timedelta(days=20),
                ceiling_amount=Decimal(400_000) if number % 3 == 0 else None, kind=ContractKind.TIERED, created_at=at, created_by=who, changed_at=at, changed_by=who,
            )  # fmt: skip
            made.append(contract)
            for offer in by_pair.get((supplier.pk, leaf.prefix), []):
                tiers = ((Decimal(0), Decimal("0.92")), (Decimal(20), Decimal("0.88")))
                prices += [
                    ContractPrice(
                        contract=contract,
                        item=offer.item,
                        unit=offer.unit,
                        from_quantity=start,
                        unit_price=(offer.unit_price * share).quantize(Decimal("0.01")),
                    )
                    for start, share in tiers
                ]
    made.append(
        Contract(
            number=f"CON-{len(made) + 101}", supplier=suppliers["HARROW"], title=f"Printed tape {today.year - 1}",
            currency="GBP", state=ContractState.TERMINATED, valid_from=today - timedelta(days=390),
            valid_to=today + timedelta(days=40), created_at=at, created_by=who, changed_at=at + timedelta(days=200),
            changed_by=who,
        )
    )  # fmt: skip
    Contract.objects.bulk_create(made)
    ContractPrice.objects.bulk_create(prices, batch_size=2000)


def _preferences(suppliers: dict[str, Supplier]) -> None:
    categories = {c.code: c for c in Category.objects.all()}
    europe = Region.objects.get(code="EUROPE")
    rows = []
    for branch, leaf in leaves():
        who = sellers(suppliers, branch, leaf)
        rows.append(SourcingPreference(category=categories[leaf.code], supplier=who[0], rank=1))
        rows.append(SourcingPreference(category=categories[leaf.code], supplier=who[1], rank=2))
        rows.append(SourcingPreference(category=categories[leaf.code], region=europe, supplier=who[2], rank=1))
    leeds = Site.objects.get(code="LDS")
    rows.append(SourcingPreference(category=rows[0].category, site=leeds, supplier=suppliers["HARROW"], rank=1))
    SourcingPreference.objects.bulk_create(rows)
