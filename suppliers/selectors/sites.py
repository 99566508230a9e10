"""Where a supplier takes orders and where it is paid; without a location of its own the company's record says it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Value
from django.db.models.functions import Concat, JSONObject

from suppliers.models import BankAccount, SiteUse, Supplier, SupplierIdentifier, SupplierSite

_SHOWN = ("code", "name", "orders", "payments", "address", "email", "is_active")


@dataclass(frozen=True, slots=True)
class Place:
    """A location as a document names it; `code` is empty for the company itself."""

    code: str
    name: str
    address: str
    email: str
    contact: str = ""
    edi_id: str = ""

    def kept(self) -> dict[str, str]:
        """Return it as a version of an order stores it."""
        return asdict(self)


def place_of(supplier: Supplier, site: SupplierSite | None) -> Place:
    """Return a location, what is empty filled from the company's record."""
    if site is None:
        return Place("", supplier.name, supplier.address, supplier.order_email)
    address, email = site.address or supplier.address, site.email or supplier.order_email
    return Place(site.code, site.name, address, email, site.contact, site.edi_id)


def order_from(supplier: Supplier, *, ship_to_id: int, currency: str) -> Place:
    """Return where an order for a site of ours goes: who serves it by name, else the default, else the company."""
    rows = SupplierSite.objects.filter(Q(currency="") | Q(currency=currency), supplier=supplier, is_active=True)
    named = Q(serves=ship_to_id, orders=SiteUse.YES)
    return place_of(supplier, rows.filter(named | Q(orders=SiteUse.DEFAULT)).order_by("-orders", "code").first())


def sites_and_numbers(supplier_id: int) -> tuple[Sequence[dict[str, Any]], Sequence[str]]:
    """Return a supplier's locations, those in use first, and its numbers at partners; one statement."""
    shown = JSONObject(**{name: name for name in _SHOWN})
    sites = SupplierSite.objects.filter(supplier=OuterRef("pk")).order_by("-is_active", "code").values(one=shown)
    numbers = SupplierIdentifier.objects.filter(supplier=OuterRef("pk")).order_by("scheme", "value")
    written = numbers.values(one=Concat("scheme", Value(":"), "value"))
    rows = Supplier.objects.filter(pk=supplier_id).order_by()
    found: tuple[Sequence[dict[str, Any]], Sequence[str]] = rows.values_list(
        ArraySubquery(sites), ArraySubquery(written)
    ).get()
    return found


def remit_to(supplier_id: int) -> str:
    """Return the code of the location a supplier is paid at: of the account in force, else the default; empty = none."""
    account = BankAccount.objects.filter(supplier=supplier_id, ended_at=None, change__remit_to__isnull=False)
    code = account.values_list("change__remit_to__code", flat=True).first()
    if code is not None:
        return code
    rows = SupplierSite.objects.filter(supplier=supplier_id, payments=SiteUse.DEFAULT)
    return rows.values_list("code", flat=True).first() or ""
