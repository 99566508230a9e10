"""Suppliers of a history that was kept elsewhere."""

from collections.abc import Mapping
from datetime import datetime

from foundation import audit
from foundation.journal import use_case
from foundation.models import User
from suppliers.models import FieldOrigin, Supplier
from suppliers.selectors.merging import standing
from suppliers.services.write_supplier_site import open_main_sites


@use_case
def take_over_suppliers(
    *, names: Mapping[str, str], country: str, currency: str, source: str, actor: User, at: datetime
) -> dict[str, Supplier]:
    """Add suppliers that are neither known by code nor by name, and return all of them by the given code.

    A supplier taken over is requested only: it gets orders and money after its onboarding, like any other (SU-1).
    """
    known = {supplier.code: supplier for supplier in Supplier.objects.filter(code__in=names)}
    by_name = {supplier.name.upper(): supplier for supplier in Supplier.objects.only("pk", "code", "name").iterator()}
    for code, name in names.items():
        if code not in known and name.upper() in by_name:
            known[code] = by_name[name.upper()]
    added = Supplier.objects.bulk_create(
        Supplier(
            code=code, name=name, country=country, currency=currency, state_reason=f"Taken over from {source}"[:200],
            created_at=at, changed_at=at,
        )
        for code, name in names.items()
        if code not in known
    )  # fmt: skip
    open_main_sites(suppliers=added, at=at)
    FieldOrigin.objects.bulk_create(
        FieldOrigin(supplier=supplier, field="name", source="import", document=source[:120], by=actor, at=at)
        for supplier in added
    )
    audit.record_rows(
        audit.row("suppliers.supplier", supplier.pk, supplier.code, "take_over", actor=actor, at=at, source=source)
        for supplier in added
    )
    found = Supplier.objects.in_bulk({supplier.pk for supplier in (*known.values(), *added)})
    return {code: standing(found[supplier.pk]) for code, supplier in (known | {s.code: s for s in added}).items()}
