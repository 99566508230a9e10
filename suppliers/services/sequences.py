"""Who comes first for an item or a category at a site, in a region or everywhere (SO-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation import audit
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import Category, Item, Region, Site, User
from suppliers import access
from suppliers.models import SourcingPreference, Supplier
from suppliers.selectors.sequences import Place, seen_of_sequence, sequence_of, wider_blocks

MOST = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to ask first, by code and in order, and whom never."""

    ordered: tuple[str, ...]
    blocked: tuple[str, ...] = ()


@use_case
def set_sequence(
    *, item: str, category: str, place: Place, wanted: Wanted, seen: str, actor: User, at: datetime
) -> list[SourcingPreference]:
    """Set the whole sequence of an item or a category at a place; empty takes it away, and what is wider holds again.

    A site orders its own suppliers; what is blocked for it from above stays blocked.

    :raises NotPermittedError: the place is not the actor's to order.
    :raises NotFoundError: no such item, category, site or region.
    :raises StaleError: somebody changed the sequence since it was opened.
    :raises InvalidError: a supplier is unknown, named twice, or blocked from above.
    """
    subject = _subject(item, category)
    site, region = _place(place)
    require(access.can_set_sequence(actor, site=site, region=region))
    rows = sequence_of(**subject, site=site, region=region)
    locked = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if seen_of_sequence(locked) != seen:
        raise StaleError("changed_since_opened", "Somebody changed this sequence since you opened it. Open it again.")
    suppliers = _suppliers(wanted)
    _require_free(wanted, wider_blocks(**subject, site=site, region=region))
    before = _told(locked)
    rows.delete()
    fresh = [
        SourcingPreference(**subject, site=site, region=region, supplier=suppliers[code], rank=rank)
        for rank, code in enumerate(wanted.ordered, start=1)
    ]
    fresh += [
        SourcingPreference(**subject, site=site, region=region, supplier=suppliers[code], rank=MOST, is_blocked=True)
        for code in wanted.blocked
    ]
    SourcingPreference.objects.bulk_create(fresh)
    what = subject["item"] or subject["category"]
    where = site.code if site else region.code if region else "everywhere"
    audit.record_fact(
        "suppliers.sequence", what.pk, f"{what.code} {where}"[:40], "set_sequence", actor=actor, at=at, before=before,
        after={"order": list(wanted.ordered), "never": list(wanted.blocked)},
    )  # fmt: skip
    return fresh


def _subject(item: str, category: str) -> dict[str, Any]:
    if bool(item) == bool(category):
        raise InvalidError("subject_unfit", "Choose an item or a category, one of the two.", field="item", value=item)
    found: Any = Item.objects.filter(code=item).first() if item else Category.objects.filter(code=category).first()
    if found is None:
        raise NotFoundError("not_found", "There is no such item or category.")
    return {"item": found if item else None, "category": None if item else found}


def _place(place: Place) -> tuple[Site | None, Region | None]:
    site = Site.objects.select_related("region").filter(code=place.site).first() if place.site else None
    region = Region.objects.filter(code=place.region).first() if place.region and not place.site else None
    if (place.site and site is None) or (place.region and not place.site and region is None):
        raise NotFoundError("not_found", "There is no such site or region.")
    return site, region


def _suppliers(wanted: Wanted) -> dict[str, Supplier]:
    codes = [*wanted.ordered, *wanted.blocked]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice or len(codes) > MOST:
        raise InvalidError(
            "sequence_unfit",
            f"Name each supplier once, {MOST} at most.",
            field="suppliers",
            value=twice or str(len(codes)),
        )
    found = {s.code: s for s in Supplier.objects.filter(code__in=codes)}
    unknown = next((code for code in codes if code not in found), None)
    if unknown is not None:
        raise InvalidError(
            "supplier_unknown", f"There is no supplier {unknown[:16]}.", field="suppliers", value=unknown[:16]
        )
    return found


def _require_free(wanted: Wanted, blocked: Sequence[tuple[str, str]]) -> None:
    for code, words in blocked:
        if code in wanted.ordered:
            raise InvalidError(
                "blocked_above", f"{code} is blocked {words}. Leave it out, or ask who keeps the suppliers.",
                field="suppliers", value=code,
            )  # fmt: skip


def _told(rows: Sequence[SourcingPreference]) -> dict[str, list[str]]:
    ordered = sorted(rows, key=lambda row: row.rank)
    return {
        "order": [row.supplier.code for row in ordered if not row.is_blocked],
        "never": [row.supplier.code for row in ordered if row.is_blocked],
    }
