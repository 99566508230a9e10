"""Who acts for a supplier, and who of them looks after the others (SU-4)."""

from collections.abc import Sequence

from suppliers.models import CompanyRole, SupplierUser

_SHOWN = (
    "id", "supplier_id", "user_id", "is_active", "role", "known_as", "user__id", "user__username", "user__first_name",
    "user__last_name", "user__email", "user__is_active",
)  # fmt: skip


def people_of_company(supplier_id: int) -> Sequence[SupplierUser]:
    """Return the people who act for a company, by name as the company calls them; machines are left out."""
    rows = SupplierUser.objects.filter(supplier_id=supplier_id, is_active=True, user__is_active=True)
    found = rows.exclude(user__email="").select_related("user").only(*_SHOWN)[:200]
    return sorted(found, key=lambda held: held.shown.casefold())


def administrators_besides(held: SupplierUser) -> int:
    """Return how many other people look after a company: who signs in no more and machines do not."""
    rows = SupplierUser.objects.filter(
        supplier=held.supplier_id, is_active=True, role=CompanyRole.ADMINISTRATOR, user__is_active=True
    )
    return rows.exclude(user__email="").exclude(pk=held.pk).count()
