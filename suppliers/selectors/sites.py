"""Where a supplier takes orders and where it is paid; without a location of its own the company's record says it."""

from dataclasses import asdict, dataclass

from django.db.models import Q

from suppliers.models import BankAccount, SiteUse, Supplier, SupplierSite


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


def remit_to(supplier_id: int) -> str:
    """Return the code of the location a supplier is paid at: of the account in force, else the default; empty = none."""
    account = BankAccount.objects.filter(supplier=supplier_id, ended_at=None, change__remit_to__isnull=False)
    code = account.values_list("change__remit_to__code", flat=True).first()
    if code is not None:
        return code
    rows = SupplierSite.objects.filter(supplier=supplier_id, payments=SiteUse.DEFAULT)
    return rows.values_list("code", flat=True).first() or ""
