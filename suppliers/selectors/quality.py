"""What is missing or doubtful in the records of suppliers: each flaw is one condition, counted and listed alike (SU-3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from suppliers.models import CatalogueItem, DuplicateProposal, Supplier, SupplierState, SupplierUser

IN_USE = (SupplierState.QUALIFIED, SupplierState.ACTIVE, SupplierState.RESTRICTED)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something to mend: how it is told, what to do, and which suppliers in use it is true of."""

    code: str
    words: str
    cure: str
    condition: Q


def _of(model: "type[SupplierUser | CatalogueItem]", **more: object) -> Exists:
    return Exists(model._default_manager.filter(supplier=OuterRef("pk"), **more))  # noqa: SLF001 - Django's own way


def _proposed(end: str) -> Exists:
    rows = DuplicateProposal.objects.filter(state=DuplicateProposal.State.OPEN, is_confirmed=True)
    return Exists(rows.filter(**{end: OuterRef("pk")}))


_SAME_TAX = Exists(
    Supplier.objects.filter(tax_id=OuterRef("tax_id"), state__in=IN_USE).exclude(tax_id="").exclude(pk=OuterRef("pk"))
)
FLAWS: Mapping[str, Flaw] = {
    flaw.code: flaw
    for flaw in (
        Flaw("no_tax_number", "No tax number", "Ask for it: bills cannot be checked against it.", Q(tax_id="")),
        Flaw("same_tax_number", "A tax number another supplier has", "One of the two is wrong, or a duplicate.", Q(_SAME_TAX)),
        Flaw("duplicate", "Likely a duplicate", "Decide on the pair under Duplicates.", Q(_proposed("first")) | Q(_proposed("second"))),
        Flaw("no_address", "No address", "Take it from the last bill and ask.", Q(address="")),
        Flaw("no_order_address", "No mail address for orders", "Nobody is told of a new order.", Q(order_email="")),
        Flaw("nobody", "Nobody signs in for it", "Invite a person of theirs.", ~Q(_of(SupplierUser, is_active=True))),
        Flaw("no_offers", "Nothing in the catalogue", "Ask for a price list, or end the relation.", ~Q(_of(CatalogueItem))),
    )
}  # fmt: skip


def flawed(flaw: Flaw, suppliers: "QuerySet[Supplier]") -> "QuerySet[Supplier]":
    """Return the suppliers in use that have a flaw."""
    return suppliers.filter(flaw.condition, state__in=IN_USE)


def quality(suppliers: "QuerySet[Supplier]") -> tuple[int, dict[str, int]]:
    """Count suppliers in use, and how many of them have each flaw, in one statement."""
    counts = {code: Count("pk", filter=flaw.condition) for code, flaw in FLAWS.items()}
    found = suppliers.filter(state__in=IN_USE).order_by().aggregate(in_use=Count("pk"), **counts)
    return found.pop("in_use"), found
