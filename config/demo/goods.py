"""Units, the spend tree and about two thousand items with their packs."""

from decimal import Decimal
from itertools import product

from config.demo.chance import Dice
from config.demo.range_of_goods import SERVICES, TREE, Branch, Leaf, leaves
from foundation.models import Category, Item, ItemUnit, UnitOfMeasure

# UN/ECE Recommendation 20, and 21 with its X: code, name, symbol, dimension, multiple.
UNITS = (
    ("EA", "each", "ea", "", "1"), ("C62", "one", "one", "", "1"), ("H87", "piece", "pc", "", "1"),
    ("PR", "pair", "pair", "", "1"), ("SET", "set", "set", "", "1"), ("XBX", "box", "box", "", "1"),
    ("XCS", "case", "case", "", "1"), ("XCT", "carton", "carton", "", "1"), ("XPK", "pack", "pack", "", "1"),
    ("XPX", "pallet", "pallet", "", "1"), ("XRO", "roll", "roll", "", "1"), ("DZN", "dozen", "doz", "", "1"),
    ("GRM", "gram", "g", "mass", "1"), ("KGM", "kilogram", "kg", "mass", "1000"),
    ("TNE", "tonne", "t", "mass", "1000000"), ("MLT", "millilitre", "ml", "volume", "1"),
    ("LTR", "litre", "l", "volume", "1000"), ("MTQ", "cubic metre", "m³", "volume", "1000000"),
    ("MMT", "millimetre", "mm", "length", "1"), ("CMT", "centimetre", "cm", "length", "10"),
    ("MTR", "metre", "m", "length", "1000"), ("MTK", "square metre", "m²", "area", "1"),
    ("MIN", "minute", "min", "time", "1"), ("HUR", "hour", "h", "time", "60"), ("DAY", "day", "day", "", "1"),
    ("KWH", "kilowatt hour", "kWh", "energy", "1"),
)  # fmt: skip


def stock() -> None:
    """Write units, categories and items."""
    UnitOfMeasure.objects.bulk_create(
        UnitOfMeasure(code=code, name=name, symbol=symbol, dimension=dimension, multiple=Decimal(multiple))
        for code, name, symbol, dimension, multiple in UNITS
    )
    categories = _grow_tree()
    units = {unit.code: unit for unit in UnitOfMeasure.objects.all()}
    items: list[Item] = []
    packs: list[ItemUnit] = []
    for _, leaf in leaves():
        for number, name in enumerate(names(leaf), start=1):
            item = Item(
                code=f"{leaf.prefix}-{10_000 + number}",
                name=name,
                category=categories[leaf.code],
                base_unit=units[leaf.unit],
                gtin=_gtin(leaf.prefix, number),
            )
            items.append(item)
            packs += [ItemUnit(item=item, unit=units[unit], factor=Decimal(count)) for unit, count in leaf.packs]
    Item.objects.bulk_create(items)
    ItemUnit.objects.bulk_create(packs)


def names(leaf: Leaf) -> list[str]:
    """Return the names of a leaf's items, always in the same order."""
    return [f"{kind}, {size}, {make}" for kind, size, make in product(leaf.kinds, leaf.sizes, leaf.makes)]


def list_prices() -> dict[str, Decimal]:
    """Return the usual price of each item by code: GBP per base unit, net."""
    dice = Dice("list prices")
    prices = {}
    for _, leaf in leaves():
        first = Decimal(leaf.price)
        for number, (kind, size, _make) in enumerate(product(leaf.kinds, leaf.sizes, leaf.makes), start=1):
            steps = leaf.kinds.index(kind) * 22 + leaf.sizes.index(size) * 14
            prices[f"{leaf.prefix}-{10_000 + number}"] = dice.money(first * (100 + steps) / 100, 0.08)
    return prices


def _grow_tree() -> dict[str, Category]:
    found: dict[str, Category] = {}
    for branch in (*TREE, SERVICES):
        root = _branch(branch)
        found[branch.code] = root
        for leaf in branch.leaves:
            found[leaf.code] = Category.objects.create(
                code=leaf.code, name=leaf.name, parent=root, path=f"{root.path}{leaf.code}/", unspsc=leaf.unspsc,
                contract_binding=branch.contract_binding,
            )  # fmt: skip
    return found


def _branch(branch: Branch) -> Category:
    return Category.objects.create(
        code=branch.code,
        name=branch.name,
        path=f"{branch.code}/",
        unspsc=branch.unspsc,
        contract_binding=branch.contract_binding,
    )


def _gtin(prefix: str, number: int) -> str:
    """Return a GTIN-13 with its check digit from the prefix GS1 keeps for use inside a company."""
    body = f"200{ord(prefix[0]) - 64:02d}{ord(prefix[1]) - 64:02d}{number:05d}"
    total = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(body))
    return f"{body}{-total % 10}"
