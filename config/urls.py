"""Every door of the house. A route that is missing from the permission matrix fails the build."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from foundation.web.accounts import admin_sign_in

admin.site.login = admin_sign_in  # type: ignore[method-assign]  # Django has no other way to say so

urlpatterns = [
    path("", include("foundation.urls")),
    path("", include("policies.urls")),
    path("", include("workflow.urls")),
    path("", include("suppliers.urls")),
    path("", include("procurement.urls")),
    path("", include("invoicing.urls")),
    path("", include("integration.urls")),
    path("", include("intelligence.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("config.health")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("foundation.web.demo_urls")))

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler429 = "config.errors.too_many"
handler500 = "config.errors.server_error"
