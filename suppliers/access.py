"""Who sees suppliers and contracts: everybody with a duty at a site reads them; supplier managers change them."""

from django.db.models import QuerySet

from foundation import access
from foundation.models import Role, User
from foundation.roles import VIEW
from foundation.verdict import Verdict
from suppliers.models import CatalogueItem, Contract, Supplier


def visible_suppliers(user: User) -> QuerySet[Supplier]:
    """Return all suppliers for people who may see documents of any site, else none."""
    return Supplier.objects.all() if access.holds_anywhere(user, VIEW) else Supplier.objects.none()


def visible_contracts(user: User) -> QuerySet[Contract]:
    """Return all contracts for people who may see documents of any site, else none."""
    return Contract.objects.all() if access.holds_anywhere(user, VIEW) else Contract.objects.none()


def visible_offers(user: User) -> QuerySet[CatalogueItem]:
    """Return every supplier's offers for people who may see documents of any site, else none."""
    return CatalogueItem.objects.all() if access.holds_anywhere(user, VIEW) else CatalogueItem.objects.none()


def can_maintain(user: User) -> Verdict:
    """Judge changing a supplier's standing."""
    return access.can_in_role(user, "change suppliers", Role.SUPPLIER_MANAGER)
