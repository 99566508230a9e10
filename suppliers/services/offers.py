"""One offer of the catalogue by hand: its numbers and terms, what is different at a site, and its end (SO-1)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import audit
from foundation.errors import ConflictError, InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import Site, User
from foundation.validators import known_gtin
from suppliers import access
from suppliers.models import CatalogueItem, CatalogueState, OfferAtSite
from suppliers.selectors.price_lists import tolerance_at

MOST_DAYS = 730
_LARGEST = Decimal(10) ** 9
_ACCURACY = {"unit_price": Decimal("0.000001"), "minimum_quantity": Decimal("0.0001"), "multiple": Decimal("0.0001")}
_FIELDS = ("supplier_part", "gtin", "unit_price", "minimum_quantity", "multiple", "lead_time_days")


@dataclass(frozen=True, slots=True)
class OfferDetails:
    """What an offer says: price net per unit in its currency; minimum and multiple in its unit; days of the calendar."""

    supplier_part: str
    gtin: str
    unit_price: Decimal
    minimum_quantity: Decimal
    multiple: Decimal
    lead_time_days: int


@dataclass(frozen=True, slots=True)
class SiteTerms:
    """What is different at a site; nothing means as everywhere. `order_days` as OfferAtSite writes them."""

    minimum_quantity: Decimal | None = None
    multiple: Decimal | None = None
    lead_time_days: int | None = None
    order_days: str = ""


@use_case
def change_offer(
    *, offer_id: int, expected_version: int, details: OfferDetails, actor: User, at: datetime
) -> CatalogueItem:
    """Change an offer; a price only as far as one person may move it, and from today on.

    :raises NotPermittedError: the actor brings no prices in.
    :raises StaleError: it changed since it was opened.
    :raises ConflictError: it is not offered any more.
    :raises InvalidError: a value cannot be used, nothing changes, or the price moves too far for one person.
    """
    offer = _lock(offer_id, expected_version)
    require(access.can_bring_prices(actor))
    _require_offered(offer)
    _check(details)
    before = {name: getattr(offer, name) for name in _FIELDS}
    after = {name: getattr(details, name) for name in _FIELDS} | {
        "gtin": known_gtin(details.gtin), "supplier_part": " ".join(details.supplier_part.split()),
    }  # fmt: skip
    changed = [name for name in _FIELDS if before[name] != after[name]]
    if not changed:
        raise InvalidError("nothing_changes", "This says what the offer says. Change something first.")
    if "unit_price" in changed:
        _require_near(offer.unit_price, details.unit_price, at)
        offer.priced_from, offer.price_list = at.date(), None
    for name in changed:
        setattr(offer, name, after[name])
    offer.version += 1
    offer.save(update_fields=[*changed, "priced_from", "price_list", "version"])
    _record(offer, "change_offer", {n: before[n] for n in changed}, {n: after[n] for n in changed}, actor, at)
    return offer


@use_case
def withdraw_offer(
    *, offer_id: int, expected_version: int, reason: str, actor: User, at: datetime
) -> CatalogueItem:  # fmt: skip
    """Offer an item of a supplier no longer; what is ordered goes on, and a later price list may offer it anew.

    :raises NotPermittedError: the actor brings no prices in.
    :raises StaleError: it changed since it was opened.
    :raises ConflictError: it is not offered any more.
    :raises InvalidError: no reason.
    """
    offer = _lock(offer_id, expected_version)
    require(access.can_bring_prices(actor))
    _require_offered(offer)
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why it is offered no longer.", field="reason")
    offer.withdraw()
    offer.version += 1
    offer.save(update_fields=["state", "version"])
    audit.record_fact(
        "suppliers.catalogueitem", offer.pk, offer.supplier_part, "withdraw_offer", actor=actor, at=at,
        reason=reason.strip()[:300], after=offer.state,
    )  # fmt: skip
    return offer


@use_case
def set_offer_at_site(
    *, offer_id: int, expected_version: int, site: str, terms: SiteTerms, actor: User, at: datetime
) -> CatalogueItem:
    """Say what is different about an offer at a site; terms without anything make it as everywhere.

    :raises NotPermittedError: the actor brings no prices in.
    :raises StaleError: it changed since it was opened.
    :raises NotFoundError: there is no such site.
    :raises ConflictError: it is not offered any more.
    :raises InvalidError: a value cannot be used.
    """
    offer = _lock(offer_id, expected_version)
    require(access.can_bring_prices(actor))
    _require_offered(offer)
    place = Site.objects.filter(code=site).first()
    if place is None:
        raise NotFoundError("not_found", "There is no such site.")
    _check_terms(terms)
    held = OfferAtSite.objects.filter(offer=offer, site=place).first()
    before = {name: getattr(held, name) if held else None for name in SiteTerms.__slots__}
    after = {name: getattr(terms, name) for name in SiteTerms.__slots__}
    if terms == SiteTerms():
        OfferAtSite.objects.filter(offer=offer, site=place).delete()
    else:
        OfferAtSite.objects.update_or_create(offer=offer, site=place, defaults=after)
    offer.version += 1
    offer.save(update_fields=["version"])
    labelled = [{f"{name} at {place.code}": value for name, value in side.items()} for side in (before, after)]
    _record(offer, "change_offer_at_site", labelled[0], labelled[1], actor, at)
    return offer


def _lock(offer_id: int, expected_version: int) -> CatalogueItem:
    rows = CatalogueItem.objects.select_for_update(of=("self",), no_key=True).select_related("supplier", "item")
    offer = rows.filter(pk=offer_id).first()
    if offer is None:
        raise NotFoundError("not_found", "There is no such offer.")
    if offer.version != expected_version:
        raise StaleError("changed_since_opened", "The offer changed since you opened it. Open it again.")
    return offer


def _require_offered(offer: CatalogueItem) -> None:
    if offer.state != CatalogueState.ACTIVE:
        raise ConflictError("not_offered", f"{offer} is {offer.get_state_display().lower()}.")


def _require_near(old: Decimal, new: Decimal, at: datetime) -> None:
    tolerance = tolerance_at(at)
    if not tolerance.allows(old, new):
        raise InvalidError(
            "price_moves_too_far",
            f"One person may raise a price by {tolerance.rise_percent.normalize():f} % and lower it by"
            f" {tolerance.fall_percent.normalize():f} %. Send it as a price list; a second person decides.",
            field="unit_price", value=f"{new:f}",
        )  # fmt: skip


def _check(details: OfferDetails) -> None:
    for name, step in _ACCURACY.items():
        _require_number(name, getattr(details, name), step)
    _require_days(details.lead_time_days)
    if len(details.supplier_part) > 40:  # noqa: PLR2004 - the column's width
        raise InvalidError(
            "part_unfit",
            "A part number has at most 40 letters.",
            field="supplier_part",
            value=details.supplier_part[:60],
        )


def _check_terms(terms: SiteTerms) -> None:
    for name in ("minimum_quantity", "multiple"):
        if getattr(terms, name) is not None:
            _require_number(name, getattr(terms, name), _ACCURACY[name])
    if terms.lead_time_days is not None:
        _require_days(terms.lead_time_days)
    days = terms.order_days
    if days != "".join(sorted(set(days))) or set(days) - set("1234567"):
        raise InvalidError("days_unfit", "Choose days of the week.", field="order_days", value=days[:20])


def _require_number(name: str, number: Decimal, step: Decimal) -> None:
    if not number.is_finite() or not 0 < number < _LARGEST or number != number.quantize(step):
        places = -int(step.as_tuple().exponent)
        raise InvalidError(
            f"{name}_unfit",
            f"Write a number above zero with at most {places} decimals.",
            field=name,
            value=f"{number:f}",
        )


def _require_days(days: int) -> None:
    if not 0 <= days <= MOST_DAYS:
        raise InvalidError(
            "lead_time_unfit", f"Write whole days, at most {MOST_DAYS}.", field="lead_time_days", value=str(days)
        )


def _record(
    offer: CatalogueItem, action: str, before: dict[str, Any], after: dict[str, Any], actor: User, at: datetime
) -> None:
    def told(side: dict[str, Any]) -> dict[str, Any]:
        return {n: f"{v.normalize():f}" if isinstance(v, Decimal) else v for n, v in side.items()}

    audit.record_fact(
        "suppliers.catalogueitem", offer.pk, offer.supplier_part, action, actor=actor, at=at, before=told(before),
        after=told(after),
    )  # fmt: skip
