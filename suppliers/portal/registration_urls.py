"""The addresses of a company that registers."""

from django.urls import path

from suppliers.portal import invitation, registration

urlpatterns = [
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("supplier/registration/", registration.registration, name="portal_registration"),
    path("supplier/registration/send/", registration.registration_send, name="portal_registration_send"),
    path("supplier/registration/<slug:step>/", registration.registration_step, name="portal_registration_step"),
]
