from django.urls import include, path

urlpatterns = [
    path("", include("procurement.web.requisition_urls")),
    path("", include("procurement.web.order_urls")),
    path("", include("procurement.portal.urls")),
    path("api/v1/", include("procurement.api.urls")),
]
