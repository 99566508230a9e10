"""What a merge of two suppliers would move, and who stands for whom (SU-3)."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from foundation.documents import content_hash
from suppliers.models import (
    CatalogueItem,
    CatalogueState,
    Contract,
    SourcingPreference,
    Supplier,
    SupplierIdentifier,
    SupplierUser,
)


@dataclass(frozen=True, slots=True)
class Moving:
    """Rows of the duplicate that would belong to the survivor, by id; `kept` offers stay: the survivor has its own."""

    contracts: tuple[int, ...]
    offers: tuple[int, ...]
    preferences: tuple[int, ...]
    identifiers: tuple[int, ...]
    kept_offers: int
    kept_preferences: int
    people: int
    seen: str

    def ids(self) -> dict[str, list[int]]:
        """Return the ids by kind, as they are stored."""
        return {
            "contracts": list(self.contracts), "offers": list(self.offers), "preferences": list(self.preferences),
            "identifiers": list(self.identifiers),
        }  # fmt: skip


def moving(duplicate: Supplier, survivor: Supplier) -> Moving:
    """Return what would move, with a hash that changes when it does."""
    same = CatalogueItem.objects.filter(
        supplier=survivor, item=OuterRef("item"), unit=OuterRef("unit"), state=CatalogueState.ACTIVE
    )
    mine = CatalogueItem.objects.filter(supplier=duplicate).order_by("pk")
    offers = list(mine.annotate(twin=Exists(same)).values_list("pk", "state", "twin"))
    going = tuple(pk for pk, state, twin in offers if not (twin and state == CatalogueState.ACTIVE))
    both = SourcingPreference.objects.filter(supplier__in=[duplicate, survivor]).order_by("pk")
    taken = {_place(p) for p in both if p.supplier_id == survivor.pk}
    preferences = [p for p in both if p.supplier_id == duplicate.pk]
    free = tuple(p.pk for p in preferences if _place(p) not in taken)
    contracts = _ids(Contract.objects.filter(supplier=duplicate))
    identifiers = _ids(SupplierIdentifier.objects.filter(supplier=duplicate))
    people = SupplierUser.objects.filter(supplier=duplicate, is_active=True).exclude(user__email="").count()
    seen = content_hash([
        duplicate.pk, duplicate.version, survivor.pk, survivor.version, contracts, going, list(free), identifiers, people,
    ])  # fmt: skip
    kept = len(offers) - len(going), len(preferences) - len(free)
    return Moving(contracts, going, free, identifiers, *kept, people, seen)


def _place(preference: SourcingPreference) -> tuple[int | None, ...]:
    return preference.item_id, preference.category_id, preference.site_id, preference.region_id


def _ids(rows: "QuerySet[Contract] | QuerySet[SupplierIdentifier]") -> tuple[int, ...]:
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


def standing(supplier: Supplier) -> Supplier:
    """Return the record that stands for a supplier: itself, unless it was merged."""
    return supplier.merged_into or supplier


def records_of(supplier_id: int) -> "QuerySet[Supplier]":
    """Return a supplier's record and those merged into it, for documents that are shown or billed together."""
    return Supplier.objects.filter(pk=supplier_id) | Supplier.objects.filter(merged_into=supplier_id)
