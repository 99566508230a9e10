"""The ground's own pages: the way in, search, a person's settings."""

from django.urls import path

from foundation.api import views as api
from foundation.web import item_files, items, master, pages, people, sites

urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", pages.search, name="search"),
    path("me/", pages.me, name="me"),
    path("help/", pages.help_page, name="help"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/new/", people.person_new, name="person_new"),
    path("settings/people/<int:person_id>/", people.person, name="person"),
    path("settings/people/<int:person_id>/save/", people.person_save, name="person_save"),
    path("settings/people/<int:person_id>/duties/", people.person_grant, name="person_grant"),
    path("settings/people/<int:person_id>/duties/<int:assignment_id>/", people.person_revoke, name="person_revoke"),
    path("settings/people/<int:person_id>/do/<slug:verb>/", people.person_do, name="person_do"),
    path("settings/sites/", sites.sites, name="sites"),
    path("settings/sites/new/", sites.site_new, name="site_new"),
    path("settings/sites/<str:code>/", sites.site, name="site"),
    path("settings/master/", master.master, name="master"),
    path("settings/master/items/", items.items, name="items"),
    path("settings/master/items/items.csv", items.items_csv, name="items_csv"),
    path("settings/master/items/new/", items.item_new, name="item_new"),
    path("settings/master/items/import/", item_files.items_import, name="items_import"),
    path("settings/master/items/<str:code>/", items.item, name="item"),
    path("settings/master/items/<str:code>/packs/", items.item_pack, name="item_pack"),
    path("settings/master/items/<str:code>/packs/<str:unit>/drop/", items.item_pack_drop, name="item_pack_drop"),
    path("api/v1/items/", api.ItemList.as_view(), name="api_items"),
    path("api/v1/items/<str:code>/", api.ItemDetail.as_view(), name="api_item"),
    path("api/v1/units/", api.UnitList.as_view(), name="api_units"),
    path("api/v1/sites/", api.SiteList.as_view(), name="api_sites"),
    path("api/v1/sites/<str:code>/", api.SiteDetail.as_view(), name="api_site"),
]
