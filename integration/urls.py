from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from integration.api import views as api
from integration.api.tokens import LimitedTokenView
from integration.web import clients, deliveries, pages, upload

urlpatterns = [
    path("integration/", pages.message_list, name="messages"),
    path("integration/messages/<int:message_id>/", pages.message_detail, name="message"),
    path("integration/messages/<int:message_id>/replay/", pages.replay, name="replay_message"),
    path("integration/messages/<int:message_id>/teach/", pages.teach, name="teach_message"),
    path("integration/messages/<int:message_id>/set-aside/", pages.set_aside, name="set_message_aside"),
    path("integration/upload/", upload.upload, name="upload_message"),
    path("integration/messages/<int:message_id>/raw/", deliveries.message_body, name="message_body"),
    path("integration/deliveries/", deliveries.delivery_list, name="deliveries"),
    path("integration/deliveries/<int:delivery_id>/", deliveries.delivery_detail, name="delivery"),
    path("integration/deliveries/<int:delivery_id>/raw/", deliveries.delivery_body, name="delivery_body"),
    path("integration/deliveries/<int:delivery_id>/resend/", pages.resend, name="resend_delivery"),
    path("integration/clients/", clients.client_list, name="api_clients"),
    path("integration/clients/new/", clients.client_new, name="api_client_new"),
    path("integration/clients/<int:client_id>/", clients.client_detail, name="api_client"),
    path("integration/clients/<int:client_id>/rotate/", clients.client_rotate, name="api_client_rotate"),
    path("integration/clients/<int:client_id>/revoke/", clients.client_revoke, name="api_client_revoke"),
    path("integration/clients/<int:client_id>/duties/", clients.client_grant, name="api_client_grant"),
    path(
        "integration/clients/<int:client_id>/duties/<int:assignment_id>/remove/",
        clients.client_ungrant,
        name="api_client_ungrant",
    ),
    path("api/v1/messages/<slug:code>/", api.Messages.as_view(), name="api_messages"),
    path("api/v1/messages/<slug:code>/<int:message_id>/", api.MessageVerdict.as_view(), name="api_message"),
    path("api/oauth/token/", LimitedTokenView.as_view(), name="api_token"),
    path(
        "api/schema/", SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[]), name="api_schema"
    ),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="api_schema", permission_classes=[], authentication_classes=[], http_method_names=["get", "head"]
        ),
        name="api_docs",
    ),
]
