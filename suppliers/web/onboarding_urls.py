"""The addresses of who takes suppliers on board."""

from django.urls import path

from suppliers.web import onboarding, spend

urlpatterns = [
    path("suppliers/onboarding/", onboarding.board, name="onboarding"),
    path("suppliers/invite/", onboarding.invite, name="supplier_invite"),
    path("suppliers/<str:code>/onboarding/", onboarding.of_supplier, name="supplier_onboarding"),
    path("suppliers/<str:code>/onboarding/do/<slug:verb>/", onboarding.onboarding_do, name="supplier_onboarding_do"),
    path("suppliers/<str:code>/onboarding/checks/<int:check_id>/", onboarding.check_do, name="supplier_check_do"),
    path("suppliers/<str:code>/spend/", spend.spend, name="supplier_spend"),
    path("suppliers/<str:code>/spend/<int:authorisation_id>/end/", spend.spend_end, name="supplier_spend_end"),
    path(
        "suppliers/<str:code>/spend/requests/<int:request_id>/withdraw/",
        spend.spend_withdraw,
        name="supplier_spend_withdraw",
    ),
]
