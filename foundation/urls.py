"""The ground's own pages: the way in, search, a person's settings."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
