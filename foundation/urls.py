"""The ground's own pages: the way in, search, a person's settings."""

from django.urls import path

from foundation.api import views as api
from foundation.web import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", pages.search, name="search"),
    path("me/", pages.me, name="me"),
    path("help/", pages.help_page, name="help"),
    path("api/v1/items/", api.ItemList.as_view(), name="api_items"),
    path("api/v1/items/<str:code>/", api.ItemDetail.as_view(), name="api_item"),
    path("api/v1/units/", api.UnitList.as_view(), name="api_units"),
    path("api/v1/sites/", api.SiteList.as_view(), name="api_sites"),
    path("api/v1/sites/<str:code>/", api.SiteDetail.as_view(), name="api_site"),
]
