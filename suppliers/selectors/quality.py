"""What is missing or doubtful in the records of suppliers: each flaw is one condition, counted and listed alike (SU-3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from foundation.models import Category
from suppliers.decisions.master_data import EVERYWHERE, FIELDS
from suppliers.models import (
    CatalogueItem,
    CatalogueState,
    DuplicateProposal,
    SiteUse,
    Supplier,
    SupplierSite,
    SupplierState,
    SupplierUser,
)
from suppliers.selectors.master_data import rules

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


_EMPTY: Mapping[str, Q] = {
    "tax_id": Q(tax_id=""), "address": Q(address=""), "order_email": Q(order_email=""),
    "remit_to": ~Q(Exists(SupplierSite.objects.filter(supplier=OuterRef("pk"), payments=SiteUse.DEFAULT))),
}  # fmt: skip
_REQUIRED = "required_"


def flaws() -> Mapping[str, Flaw]:
    """Return what can be wrong with a record, what the rules of the fields require included (SU-5); two statements."""
    return {**FLAWS, **_required()}


def flaw_named(code: str) -> Flaw | None:
    """Return a flaw by its code."""
    return FLAWS.get(code) or (_required().get(code) if code.startswith(_REQUIRED) else None)


def _required() -> Mapping[str, Flaw]:
    named = {field: rule.required_in for field, rule in rules().items() if rule.required_in and field in _EMPTY}
    paths = dict(
        Category.objects.filter(code__in={code for codes in named.values() for code in codes}).values_list(
            "code", "path"
        )
    )
    found = {}
    for field, codes in named.items():
        condition = _EMPTY[field]
        if EVERYWHERE not in codes:
            condition &= Q(_selling([paths[code] for code in codes if code in paths]))
        where = "everywhere" if EVERYWHERE in codes else f"in {', '.join(codes)}"
        words = f"No {FIELDS[field].label.lower()}, needed {where}"
        found[f"{_REQUIRED}{field}"] = Flaw(
            f"{_REQUIRED}{field}", words, "Ask for it and change the record.", condition
        )
    return found


def _selling(paths: Sequence[str]) -> Exists:
    """Say whether a supplier offers something in one of these branches of the spend tree."""
    within = Q(pk__in=[])
    for path in paths:
        within |= Q(item__category__path__startswith=path)
    return Exists(CatalogueItem.objects.filter(within, supplier=OuterRef("pk"), state=CatalogueState.ACTIVE))


def flawed(flaw: Flaw, suppliers: "QuerySet[Supplier]") -> "QuerySet[Supplier]":
    """Return the suppliers in use that have a flaw."""
    return suppliers.filter(flaw.condition, state__in=IN_USE)


def quality(suppliers: "QuerySet[Supplier]", known: Mapping[str, Flaw]) -> tuple[int, dict[str, int]]:
    """Count suppliers in use, and how many of them have each of the flaws, in one statement."""
    counts = {code: Count("pk", filter=flaw.condition) for code, flaw in known.items()}
    found = suppliers.filter(state__in=IN_USE).order_by().aggregate(in_use=Count("pk"), **counts)
    return found.pop("in_use"), found
