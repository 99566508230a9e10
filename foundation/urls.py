"""The ground's own pages: the way in, search, a person's settings."""

from django.urls import path

from foundation.web import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("search/", pages.search, name="search"),
    path("me/", pages.me, name="me"),
    path("help/", pages.help_page, name="help"),
]
