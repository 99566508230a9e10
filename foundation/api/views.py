"""The machines' door to what documents name: items, units and our sites. Read only, for clients of our own."""

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation import access
from foundation.api.serializers import ItemFilters, ItemOutput, SiteFilters, SiteOutput, UnitOutput
from foundation.machine.door import Door, found, shown, told
from foundation.machine.fields import Filters
from foundation.machine.pagination import KeysetPagination
from foundation.models import CostCentre, Item, ItemUnit, Site, UnitOfMeasure, User
from foundation.roles import VIEW


def _items(user: User) -> QuerySet[Item]:
    """Return the items, for whoever may see documents of any site."""
    rows = Item.objects.all() if access.holds_anywhere(user, VIEW) else Item.objects.none()
    packs = Prefetch("units", ItemUnit.objects.select_related("unit").order_by("pk"))
    return rows.select_related("category", "base_unit").prefetch_related(packs)


def _units(user: User) -> QuerySet[UnitOfMeasure]:
    return UnitOfMeasure.objects.all() if access.holds_anywhere(user, VIEW) else UnitOfMeasure.objects.none()


def _sites(user: User) -> QuerySet[Site]:
    rows = access.sites_with(user, VIEW)
    return rows.select_related("region", "legal_entity").prefetch_related(
        Prefetch("cost_centres", CostCentre.objects.filter(is_active=True))
    )


class ItemList(Door):
    """Items: list them."""

    pagination_class = KeysetPagination

    @extend_schema(parameters=[ItemFilters], responses=ItemOutput(many=True))
    def get(self, request: Request) -> Response:
        """List items with their packs, newest first, by position."""
        return self.page(request, ItemFilters, _items, ItemOutput)


class ItemDetail(Door):
    """One item."""

    @extend_schema(responses=ItemOutput)
    def get(self, request: Request, code: str) -> Response:
        """Return one item with its packs."""
        with self.as_caller(request) as user:
            return told(shown(ItemOutput(found(_items(user), "item", code=code))))


class UnitList(Door):
    """Units: list them."""

    pagination_class = KeysetPagination

    @extend_schema(parameters=[Filters], responses=UnitOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the units of measure, by position."""
        return self.page(request, Filters, _units, UnitOutput)


class SiteList(Door):
    """Sites: list them."""

    pagination_class = KeysetPagination

    @extend_schema(parameters=[SiteFilters], responses=SiteOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the sites whose documents the caller may see, by position."""
        return self.page(request, SiteFilters, _sites, SiteOutput)


class SiteDetail(Door):
    """One site."""

    @extend_schema(responses=SiteOutput)
    def get(self, request: Request, code: str) -> Response:
        """Return one site with its cost centres."""
        with self.as_caller(request) as user:
            return told(shown(SiteOutput(found(_sites(user), "site", code=code))))
