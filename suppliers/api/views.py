"""The machines' door to suppliers, catalogues and contracts: read only. A supplier's client sees its own."""

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.machine.door import Door, found, shown, told
from foundation.machine.pagination import KeysetPagination
from foundation.models import User
from suppliers import access
from suppliers.api.door import PartnerDoor
from suppliers.api.serializers import (
    CatalogueFilters,
    CatalogueOutput,
    ContractDetail,
    ContractFilters,
    ContractOutput,
    SupplierDetail,
    SupplierFilters,
    SupplierOutput,
)
from suppliers.models import CatalogueItem, Contract, ContractPrice, Supplier
from suppliers.selectors import standing

OURS_ALONE = {"risk", "risk_reason"}  # what a supplier does not read of itself


class SupplierDoor(PartnerDoor):
    """Suppliers."""

    def visible(self, user: User) -> QuerySet[Supplier]:
        """Return the suppliers the caller may see; a supplier sees itself."""
        return Supplier.objects.filter(pk=self.own.pk) if self.own else access.visible_suppliers(user)


class SupplierList(SupplierDoor):
    """Suppliers: list them."""

    pagination_class = KeysetPagination

    @extend_schema(parameters=[SupplierFilters], responses=SupplierOutput(many=True))
    def get(self, request: Request) -> Response:
        """List suppliers, newest first, by position."""
        return self.page(request, SupplierFilters, self.visible, SupplierOutput)


class SupplierItem(SupplierDoor):
    """One supplier."""

    @extend_schema(responses=SupplierDetail)
    def get(self, request: Request, code: str) -> Response:
        """Return one supplier with its state and terms; the number of a merged one leads to who stands for it."""
        with self.as_caller(request) as user:
            known = found(self.visible(user).select_related("merged_into"), "supplier", code=code)
            body = shown(SupplierDetail(known if self.own else standing(known)))
            if self.own:
                body = {name: value for name, value in body.items() if name not in OURS_ALONE}
            return told(body)


class CatalogueList(PartnerDoor):
    """Offers: list them."""

    pagination_class = KeysetPagination

    def visible(self, user: User) -> QuerySet[CatalogueItem]:
        """Return the offers the caller may see; a supplier sees its own."""
        rows = CatalogueItem.objects.filter(supplier=self.own) if self.own else access.visible_offers(user)
        return rows.select_related("supplier", "item", "unit")

    @extend_schema(parameters=[CatalogueFilters], responses=CatalogueOutput(many=True))
    def get(self, request: Request) -> Response:
        """List offers of suppliers for our items, newest first, by position."""
        return self.page(request, CatalogueFilters, self.visible, CatalogueOutput)


def _contracts(user: User) -> QuerySet[Contract]:
    return access.visible_contracts(user).select_related("supplier")


class ContractList(Door):
    """Contracts: list them."""

    pagination_class = KeysetPagination

    @extend_schema(parameters=[ContractFilters], responses=ContractOutput(many=True))
    def get(self, request: Request) -> Response:
        """List contracts, newest first, by position."""
        return self.page(request, ContractFilters, _contracts, ContractOutput)


class ContractItem(Door):
    """One contract."""

    @extend_schema(responses=ContractDetail)
    def get(self, request: Request, number: str) -> Response:
        """Return one contract with its prices."""
        prices = Prefetch("prices", ContractPrice.objects.select_related("item", "unit").order_by("pk"))
        with self.as_caller(request) as user:
            contract = found(_contracts(user).prefetch_related(prices), "contract", number=number)
            return told(shown(ContractDetail(contract)))
