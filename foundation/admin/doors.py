"""Master data in the Django admin: support staff look here, and change it on the pages, which go through the services.

Nothing is written through these doors, whoever asks; superusers without the role see nothing here.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from foundation import access
from foundation.models import (
    Category,
    CostCentre,
    ExchangeRate,
    Holiday,
    Item,
    ItemUnit,
    LegalEntity,
    Organisation,
    Region,
    Site,
    UnitOfMeasure,
    User,
    WorkCalendar,
)


def _may_look(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and bool(access.can_read_ground(request.user))


class Window(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """A kind of master data to look at; `page` is the address by code where it is changed."""

    actions = None
    page: ClassVar[str] = ""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_look(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return _may_look(request)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Lead to the page where a row is changed."""
        return reverse(self.page, args=[obj.code]) if obj is not None and self.page else None


class Part(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """Rows that belong to another, to look at."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return _may_look(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


class PackPart(Part):
    """Packs of an item."""

    model = ItemUnit


class HolidayPart(Part):
    """Days off of a calendar."""

    model = Holiday


@admin.register(Item)
class ItemWindow(Window):
    """Items with their packs."""

    page = "item"
    inlines = [PackPart]
    list_display = ["code", "name", "category", "base_unit", "gtin", "is_active"]
    list_filter = ["is_active", "category"]
    list_select_related = ["category", "base_unit"]
    search_fields = ["code", "name", "gtin"]
    show_full_result_count = False


@admin.register(Category)
class CategoryWindow(Window):
    """The tree of spend."""

    page = "category"
    list_display = ["path", "name", "unspsc", "contract_binding"]
    search_fields = ["code", "name", "unspsc"]


@admin.register(UnitOfMeasure)
class UnitWindow(Window):
    """Units and their general factors."""

    page = "unit"
    list_display = ["code", "name", "symbol", "dimension", "multiple"]
    search_fields = ["code", "name"]


@admin.register(CostCentre)
class CostCentreWindow(Window):
    """Cost centres and their owners."""

    page = "cost_centre"
    list_display = ["code", "name", "site", "owner", "is_active"]
    list_filter = ["is_active", "site"]
    list_select_related = ["site", "owner"]
    search_fields = ["code", "name"]


@admin.register(ExchangeRate)
class ExchangeRateWindow(Window):
    """Exchange rates, the newest day first."""

    list_display = ["currency", "base_currency", "date", "rate", "source", "entered_at", "entered_by"]
    list_filter = ["currency"]
    list_select_related = ["entered_by"]
    ordering = ["-date", "-pk"]
    show_full_result_count = False

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return f"{reverse('rates')}?currency={obj.currency}" if obj is not None else None


@admin.register(WorkCalendar)
class WorkCalendarWindow(Window):
    """Working weeks and days off."""

    page = "calendar"
    inlines = [HolidayPart]
    list_display = ["code", "name", "weekdays", "opens", "closes", "country", "subdivision"]
    search_fields = ["code", "name"]


@admin.register(Site)
class SiteWindow(Window):
    """Our sites."""

    page = "site"
    list_display = ["code", "name", "region", "legal_entity", "currency", "is_active"]
    list_filter = ["is_active", "region"]
    list_select_related = ["region", "legal_entity"]
    search_fields = ["code", "name"]


@admin.register(Region)
class RegionWindow(Window):
    """Regions."""

    page = "region"
    list_display = ["code", "name"]
    search_fields = ["code", "name"]


@admin.register(LegalEntity)
class LegalEntityWindow(Window):
    """Companies of ours."""

    page = "entity"
    list_display = ["code", "name", "country", "currency", "tax_id"]
    search_fields = ["code", "name", "tax_id"]


@admin.register(Organisation)
class OrganisationWindow(Window):
    """The enterprise."""

    list_display = ["name", "base_currency"]
