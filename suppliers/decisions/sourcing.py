"""Which supplier an item comes from at a site on a day. Source: SEMANTICS SO-1.

Candidates the site may not use fall out with a reason. In contract-binding categories only suppliers with a price in
force remain while there is one. Preference orders them: site before region before enterprise, then rank. A contract
price beats the same supplier's catalogue price. Ties go to the lower price, then the supplier's code.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

SITE, REGION, ENTERPRISE, UNRANKED = 0, 1, 2, 3
CONTRACT, CATALOGUE = "contract", "catalogue"
_BLOCKED = ("for this site", "in this region", "everywhere")


@dataclass(frozen=True, slots=True)
class Offer:
    """A price one supplier offers: from a contract (with its tier) or from the catalogue."""

    supplier_id: int
    supplier_code: str
    supplier_name: str
    supplier_state: str
    source: str
    unit: str
    unit_price: Decimal  # net per `unit`, in `currency`
    currency: str
    from_quantity: Decimal = Decimal(0)  # tier start, in `unit`
    site_codes: frozenset[str] = frozenset()  # empty = every site
    contract_id: int | None = None
    contract_number: str = ""
    catalogue_item_id: int | None = None
    supplier_part: str = ""
    minimum: Decimal = Decimal(0)
    multiple: Decimal = Decimal(0)
    lead_time_days: int = 0
    left: Decimal | None = None  # of the contract's ceiling, in `currency`; nothing when it has none
    is_authorised: bool = True  # spending on it is approved here (SU-1)


@dataclass(frozen=True, slots=True)
class Preference:
    """A supplier's place for an item or category at a level (SITE, REGION, ENTERPRISE); blocked means never here."""

    supplier_id: int
    level: int
    rank: int
    is_blocked: bool = False
    for_item: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """What is wanted: quantity in `unit`, at a site, of an item in a category that may bind to contracts."""

    site: str
    quantity: Decimal
    unit: str
    contract_binding: bool
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a supplier was not chosen."""

    supplier_id: int
    supplier_name: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sourcing:
    """The source, with the reason, and every rejection; no offer means the line waits with `waiting_reason`."""

    offer: Offer | None
    reason: str
    rejections: tuple[Rejection, ...]
    waiting_reason: str = ""
    is_preferred: bool = True
    contract_exists: bool = False


def choose(need: Need, offers: Iterable[Offer], preferences: Iterable[Preference]) -> Sourcing:
    """Return the source of a need; the order of the offers never matters."""
    ranks = _best_preferences(preferences)
    usable: dict[int, list[Offer]] = {}
    rejected: dict[int, Rejection] = {}
    for offer in sorted(offers, key=lambda o: (o.supplier_code, o.source, o.from_quantity, o.unit, o.unit_price)):
        refusal = _refuse(need, offer, ranks.get(offer.supplier_id))
        if refusal is None:
            usable.setdefault(offer.supplier_id, []).append(offer)
        else:
            rejected.setdefault(offer.supplier_id, refusal)
    best = {supplier: _best_of(group) for supplier, group in usable.items()}
    contract_exists = any(offer.source == CONTRACT for offer in best.values())
    if need.contract_binding and contract_exists:
        bound = ", ".join(sorted(offer.supplier_name for offer in best.values() if offer.source == CONTRACT))
        for supplier in [s for s, offer in best.items() if offer.source != CONTRACT]:
            out = best.pop(supplier)
            rejected[supplier] = _no(out, "contract_binds", f"no contract price in force; {bound} has one")
    for supplier in best:
        rejected.pop(supplier, None)
    if not best:
        reason = "no_usable_supplier" if rejected else "no_offer"
        return Sourcing(None, "", _sorted(rejected), waiting_reason=reason)
    ordered = sorted(best.values(), key=lambda offer: _place(offer, ranks))
    chosen = ordered[0]
    for other in ordered[1:]:
        rejected[other.supplier_id] = _no(other, "ranked_lower", _lower(chosen, other))
    first_ranked = min((key for key in ranks.values() if not key.is_blocked), key=_order, default=None)
    preferred = first_ranked is None or first_ranked.supplier_id == chosen.supplier_id
    return Sourcing(
        chosen, _why(chosen, ranks), _sorted(rejected), is_preferred=preferred, contract_exists=contract_exists
    )


def _best_preferences(preferences: Iterable[Preference]) -> dict[int, Preference]:
    """Return each supplier's most specific preference: a nearer level first, an item before its category.

    A block from a wider level holds whatever a nearer one says; at its own level an item may be let through its category.
    """
    best: dict[int, Preference] = {}
    blocks: dict[int, Preference] = {}
    rows = sorted(preferences, key=_order)
    for preference in rows:
        best.setdefault(preference.supplier_id, preference)
        if preference.is_blocked and not any(_lifts(other, preference) for other in rows):
            blocks[preference.supplier_id] = preference
    return best | blocks


def _lifts(preference: Preference, block: Preference) -> bool:
    """Say whether a preference lets an item of a blocked category through: as wide as the block, or wider."""
    return (
        preference.supplier_id == block.supplier_id and not preference.is_blocked and preference.for_item
        and not block.for_item and preference.level >= block.level
    )  # fmt: skip


def _order(preference: Preference) -> tuple[int, bool, int, bool]:
    return (preference.level, not preference.for_item, preference.rank, not preference.is_blocked)


def _refuse(  # noqa: PLR0911 - one answer a reason, in the order people ask
    need: Need, offer: Offer, preference: Preference | None
) -> Rejection | None:
    if offer.supplier_state != "active":
        return _no(offer, "supplier_not_active", f"the supplier is {offer.supplier_state}")
    if not offer.is_authorised:
        return _no(offer, "not_authorised", "may not sell this to the site")
    if preference is not None and preference.is_blocked:
        return _no(offer, "blocked_here", f"blocked {_BLOCKED[preference.level]}")
    if offer.site_codes and need.site not in offer.site_codes:
        return _no(offer, "other_sites", "the contract covers other sites")
    if offer.unit != need.unit:
        return _no(offer, "other_unit", f"offered per {offer.unit}, not per {need.unit}")
    if offer.source == CONTRACT and need.quantity < offer.from_quantity:
        return _no(offer, "below_tier", f"the price holds from {offer.from_quantity.normalize():f}")
    needed = need.quantity * offer.unit_price
    if offer.left is not None and (offer.left <= 0 or needed > offer.left):
        has = (
            f"{offer.left:.2f} {offer.currency} of its ceiling left, this needs {needed:.2f}" if offer.left > 0 else ""
        )
        return _no(offer, "ceiling_reached", f"{offer.contract_number} has {has or 'used up its ceiling'}")
    return None


def _best_of(group: Sequence[Offer]) -> Offer:
    """Return a supplier's best offer: contract before catalogue, the highest tier reached, then the lower price."""
    return min(group, key=lambda o: (o.source != CONTRACT, -o.from_quantity, o.unit_price, o.contract_number))


def _place(offer: Offer, ranks: dict[int, Preference]) -> tuple[int, bool, int, bool, Decimal, str]:
    preference = ranks.get(offer.supplier_id)
    level, for_category, rank = (
        (preference.level, not preference.for_item, preference.rank) if preference else (UNRANKED, True, 0)
    )
    return (level, for_category, rank, offer.source != CONTRACT, offer.unit_price, offer.supplier_code)


def _why(offer: Offer, ranks: dict[int, Preference]) -> str:
    preference = ranks.get(offer.supplier_id)
    price = f"contract {offer.contract_number}" if offer.source == CONTRACT else "the catalogue"
    if preference is None:
        return f"Nobody is preferred here; the best price is in {price}."
    where = ("this site", "this region", "every site")[preference.level]
    return f"Preferred at {where}, rank {preference.rank}; price from {price}."


def _lower(chosen: Offer, other: Offer) -> str:
    """Say who comes first and what each asks, in one unit and currency, as the site buys."""
    return (
        f"{chosen.supplier_name} comes first here; asks {other.unit_price.normalize():f} {other.currency},"
        f" {chosen.supplier_name} {chosen.unit_price.normalize():f}"
    )


def _no(offer: Offer, code: str, reason: str) -> Rejection:
    return Rejection(offer.supplier_id, offer.supplier_name, code, reason)


def _sorted(rejected: dict[int, Rejection]) -> tuple[Rejection, ...]:
    return tuple(sorted(rejected.values(), key=lambda r: (r.supplier_name, r.supplier_id)))
