from django.urls import include, path

from procurement.web import score_pages

urlpatterns = [
    path("", include("procurement.web.requisition_urls")),
    path("", include("procurement.web.order_urls")),
    path("", include("procurement.portal.urls")),
    path("suppliers/<str:code>/score/", score_pages.supplier_scorecard, name="supplier_scorecard"),
    path(
        "suppliers/<str:code>/score/<slug:measure>/<slug:part>/",
        score_pages.supplier_score_lines,
        name="supplier_score_lines",
    ),
    path("api/v1/", include("procurement.api.urls")),
]
