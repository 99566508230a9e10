"""What a partner's words mean to us: its supplier, units, items and currencies. Nothing is guessed.

A connection's profile keeps what people taught it under `means`: {"unit": {theirs: ours}, "item": {theirs: ours}}.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from foundation.models import ExchangeRate, Item, LegalEntity, Site, UnitOfMeasure
from foundation.selectors import base_currency
from integration import canonical
from integration.models import Connection
from procurement.models import PurchaseOrderLine
from suppliers.models import CatalogueItem, Supplier, SupplierIdentifier
from suppliers.selectors import standing

TEACHABLE = ("supplier_unknown", "unit_unknown", "item_unknown", "currency_unknown")


class MissingError(Exception):
    """Something the message names is not known yet; it waits for the cure. `value` is the partner's word."""

    def __init__(self, code: str, sentence: str, value: str = "") -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.value = code, sentence, value


def means(connection: Connection, kind: str, word: str) -> str:
    """Return our word for a partner's, or its own when nobody taught another."""
    return str(connection.profile.get("means", {}).get(kind, {}).get(word, word))


def supplier_of(connection: Connection, party: canonical.Party) -> Supplier:
    """Return whom a document is from: the connection's supplier, else whoever has one of the ids it states.

    :raises MissingError: nobody here has any of them.
    """
    if connection.supplier is not None:
        return standing(connection.supplier)
    stated = [identifier for identifier in party.ids if identifier.scheme and identifier.value]
    for identifier in stated:
        known = SupplierIdentifier.objects.filter(scheme=identifier.scheme, value=identifier.value)
        row = known.select_related("supplier").first()
        if row is not None:
            return standing(row.supplier)
        by_tax = Supplier.objects.filter(tax_id=identifier.value).first() if identifier.scheme == "vat" else None
        if by_tax is not None:
            return standing(by_tax)
    ids = ", ".join(f"{i.scheme} {i.value}" for i in stated) or "no id with a scheme"
    first = f"{stated[0].scheme}:{stated[0].value}" if stated else ""
    raise MissingError(
        "supplier_unknown",
        f"No supplier of ours is {party.name or 'unnamed'} ({ids}). Say who it is, then replay.",
        first,
    )


def require_currency(currency: str) -> None:
    """Refuse a currency we keep no rate of: nobody could say what the bill is worth.

    :raises MissingError: names it.
    """
    if currency == base_currency() or ExchangeRate.objects.filter(currency=currency).exists():
        return
    if LegalEntity.objects.filter(currency=currency).exists() or Site.objects.filter(currency=currency).exists():
        return
    raise MissingError(
        "currency_unknown",
        f"Nothing here is in {currency}, and there is no rate for it. Enter one, then replay.",
        currency,
    )


def our_units(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Return our unit of each code.

    :raises MissingError: names the first code that neither our list nor the connection knows.
    """
    ours = {code: means(connection, "unit", code) for code in codes}
    known = set(UnitOfMeasure.objects.filter(code__in=ours.values()).values_list("code", flat=True))
    for theirs, code in ours.items():
        if code not in known:
            raise MissingError(
                "unit_unknown", f"{theirs} is no unit of ours. Say what the partner means by it, then replay.", theirs
            )
    return ours


@dataclass(frozen=True, slots=True)
class Named:
    """The ids a line gives its goods: our code, the supplier's part, the GTIN; each may be empty."""

    item: str
    part: str
    gtin: str

    def words(self) -> list[str]:
        """Return what is stated."""
        return [word for word in (self.part, self.item, self.gtin) if word]


class Goods:
    """Finds our items by what one supplier calls them; three questions to the database for a whole document."""

    def __init__(self, connection: Connection, supplier: Supplier, names: Iterable[Named]) -> None:
        stated = list(names)
        self._taught: dict[str, str] = connection.profile.get("means", {}).get("item", {})
        codes = {name.item for name in stated} | set(self._taught.values())
        self._codes = set(Item.objects.filter(code__in=codes).values_list("code", flat=True))
        gtins = {name.gtin for name in stated} - {""}
        self._gtins = _unambiguous(Item.objects.filter(gtin__in=gtins).values_list("gtin", "code") if gtins else ())
        parts = {name.part for name in stated} - {""}
        offers = CatalogueItem.objects.filter(supplier=supplier, supplier_part__in=parts)
        self._parts = _unambiguous(offers.values_list("supplier_part", "item__code") if parts else ())

    def code_of(self, name: Named) -> str:
        """Return our item's code, empty when nothing stated leads to one."""
        taught = next((self._taught[word] for word in name.words() if word in self._taught), "")
        stated = next((code for code in (taught, name.item) if code in self._codes), "")
        return stated or self._parts.get(name.part, "") or self._gtins.get(name.gtin, "")


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what each word leads to; a word that leads to two things leads to none."""
    found: dict[str, set[str]] = {}
    for word, code in pairs:
        found.setdefault(word, set()).add(code)
    return {word: codes.pop() for word, codes in found.items() if len(codes) == 1}


def require_item(name: Named, code: str, ordered: Iterable[PurchaseOrderLine], line: str) -> None:
    """Refuse a line whose every id leads nowhere: neither to an item nor to a line of the order.

    :raises MissingError: names the line and the id.
    """
    words = name.words()
    on_order = {x.supplier_part for x in ordered} - {""}
    if not words or code or on_order & set(words):
        return
    raise MissingError(
        "item_unknown",
        f"Line {line}: {words[0]} is no item we know of this supplier. Say which of ours it is, then replay.",
        words[0],
    )
