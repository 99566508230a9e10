from django.urls import path

from intelligence.web import pages

urlpatterns = [
    path("insights/", pages.insights, name="insights"),
    path("insights/<slug:slug>/", pages.insight, name="insight"),
]
