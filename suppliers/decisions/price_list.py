"""What a supplier's price list says, cell by cell, and how far a price moved. Source: SEMANTICS SO-1, MQ-2 and MQ-3.

Numbers are read strictly: the list says which sign its decimals have, and what could be read in two ways is refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

ITEM, GTIN, PART, UNIT, PRICE, CURRENCY, MINIMUM, MULTIPLE, LEAD = (
    "item", "gtin", "supplier_part", "unit", "unit_price", "currency", "minimum_quantity", "multiple",
    "lead_time_days",
)  # fmt: skip
FIELDS: Mapping[str, str] = {
    PART: "Supplier's part number", ITEM: "Our item code", GTIN: "Barcode (GTIN)", UNIT: "Unit", PRICE: "Price per unit",
    CURRENCY: "Currency", MINIMUM: "Minimum quantity", MULTIPLE: "Order multiple", LEAD: "Lead time in days",
}  # fmt: skip
NAMES_ITEM = (ITEM, GTIN, PART)  # one of them says what it is
POINT, COMMA = ".", ","
# Headings as suppliers write them, without blanks and signs.
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    ITEM: ("item", "itemcode", "ouritem", "ourcode", "ouritemcode", "sku", "buyerpart", "customerpart", "yourcode"),
    GTIN: ("gtin", "ean", "barcode", "upc", "gtin13", "gtin14", "eancode"),
    PART: (
        "supplierpart", "part", "partnumber", "partno", "article", "articlenumber", "artno", "product", "productcode",
        "vendorpart", "mpn", "code", "reference", "supplierpartnumber", "supplierspartnumber",
    ),
    UNIT: ("unit", "uom", "unitofmeasure", "pack", "per", "salesunit", "priceunit", "ouom"),
    PRICE: ("unitprice", "price", "netprice", "newprice", "listprice", "priceperunit", "cost", "net"),
    CURRENCY: ("currency", "curr", "ccy"),
    MINIMUM: ("minimumquantity", "minimum", "moq", "minqty", "minorder", "minimumorder", "minorderqty"),
    MULTIPLE: ("multiple", "ordermultiple", "step", "packmultiple", "orderstep"),
    LEAD: ("leadtimedays", "leadtime", "leaddays", "deliverydays", "leadtimeindays", "days"),
}  # fmt: skip
_GROUPED = {
    POINT: re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"),
    COMMA: re.compile(r"(?:\d{1,3}(?:[.\u00a0\u202f ]\d{3})+|\d+)(?:,\d+)?"),
}
_MOST_DIGITS = 9  # before the sign
_MOST_DAYS = 730
_LONGEST_PART = 40
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row: the field, what was written, and the cure."""

    field: str
    value: str
    cure: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row as read; texts name items and units as the supplier does. Nothing means that the list does not say."""

    line: int
    item: str
    gtin: str
    part: str
    unit: str
    unit_price: Decimal | None  # net per unit, in the currency of the list
    minimum: Decimal | None
    multiple: Decimal | None
    lead_time_days: int | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a price may move before a second person agrees; percent of the price in force, 5 means 5 %."""

    rise_percent: Decimal
    fall_percent: Decimal

    def allows(self, old: Decimal, new: Decimal) -> bool:
        """Judge a change; the limit itself is allowed, and from nothing nothing can be measured."""
        if not old:
            return new == old
        moved = (new - old) / old * 100
        return -self.fall_percent <= moved <= self.rise_percent


def guess_columns(head: Sequence[str]) -> dict[str, int]:
    """Return which column holds what, by its heading; the first that fits, and no column twice."""
    keys = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in head]
    found: dict[str, int] = {}
    for field, known in _HEADINGS.items():
        place = next((keys.index(key) for key in known if key in keys), None)
        if place is not None and place not in found.values():
            found[field] = place
    return found


def missing_columns(places: Mapping[str, int]) -> str:
    """Say what a list cannot do without, or nothing."""
    if PRICE not in places:
        return "Say which column holds the price."
    if not any(field in places for field in NAMES_ITEM):
        return "Say which column names the item: the supplier's part number, our code or the barcode."
    twice = [field for field, place in places.items() if list(places.values()).count(place) > 1]
    if twice:
        return f"One column cannot be both: {' and '.join(FIELDS[field].lower() for field in twice)}."
    return ""


def read_row(line: int, cells: Sequence[str], places: Mapping[str, int], *, sign: str, currency: str) -> ListRow:
    """Return a row as read, with all its faults; `sign` divides whole from parts, `currency` is the list's."""
    said = {field: cells[place].strip() if place < len(cells) else "" for field, place in places.items()}
    faults: list[Fault] = []
    price = _number(said, PRICE, sign, 6, faults)
    if price is None and not faults:
        faults.append(Fault(PRICE, "", "Write a price."))
    elif price == 0:
        faults.append(Fault(PRICE, said[PRICE], "A price is above zero. Leave out what is not sold."))
    named = said.get(CURRENCY, "").upper()
    if named and named != currency:
        faults.append(
            Fault(CURRENCY, named, f"This list is in {currency}. Send prices in {named[:3]} as another list.")
        )
    part = said.get(PART, "")
    if len(part) > _LONGEST_PART:
        faults.append(Fault(PART, part, f"A part number has at most {_LONGEST_PART} letters."))
    if not any(said.get(field) for field in NAMES_ITEM):
        faults.append(Fault(PART if PART in places else ITEM, "", "Say which item it is."))
    return ListRow(
        line, said.get(ITEM, "").upper(), said.get(GTIN, ""), part, said.get(UNIT, ""), price,
        _above_zero(said, MINIMUM, sign, faults), _above_zero(said, MULTIPLE, sign, faults),
        _days(said.get(LEAD, ""), faults), tuple(faults),
    )  # fmt: skip


def _number(said: Mapping[str, str], field: str, sign: str, decimals: int, faults: list[Fault]) -> Decimal | None:
    text = said.get(field, "")
    if not text:
        return None
    other = COMMA if sign == POINT else POINT
    if not _GROUPED[sign].fullmatch(text):
        like = "1234.5" if sign == POINT else "1234,5"
        faults.append(
            Fault(field, text, f"Not a number with a {_called(sign)} before its decimals. Write it like {like}.")
        )
        return None
    whole, _, part = text.replace(other, "").translate(_BLANKS).partition(sign)
    if len(whole.lstrip("0")) > _MOST_DIGITS or len(part.rstrip("0")) > decimals:
        faults.append(Fault(field, text, f"Use at most {_MOST_DIGITS} digits and {decimals} decimals."))
        return None
    return Decimal(f"{whole}.{part or 0}")


_BLANKS = {ord(blank): None for blank in "\u00a0\u202f "}


def _called(sign: str) -> str:
    return "point" if sign == POINT else "comma"


def _above_zero(said: Mapping[str, str], field: str, sign: str, faults: list[Fault]) -> Decimal | None:
    number = _number(said, field, sign, 4, faults)
    if number == 0:
        faults.append(Fault(field, said[field], "Write a quantity above zero, or leave it empty."))
        return None
    return number


def _days(text: str, faults: list[Fault]) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= _MOST_DAYS):  # noqa: PLR2004 - digits
        faults.append(Fault(LEAD, text, f"Write whole days, at most {_MOST_DAYS}."))
        return None
    return int(text)


def guess_sign(samples: Sequence[str]) -> str:
    """Return the sign before decimals that more of the sample prices can be read with; a point when both can."""
    fits = {sign: sum(1 for text in samples if known.fullmatch(text.strip())) for sign, known in _GROUPED.items()}
    return COMMA if fits[COMMA] > fits[POINT] else POINT
