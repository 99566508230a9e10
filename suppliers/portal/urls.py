from django.urls import path

from suppliers.portal import quotations

urlpatterns = [
    path("supplier/quotations/", quotations.quotation_list, name="portal_quotations"),
    path("supplier/quotations/<str:number>/", quotations.quotation, name="portal_quotation"),
    path("supplier/quotations/<str:number>/decline/", quotations.decline, name="portal_quotation_decline"),
    path("supplier/quotations/<str:number>/ask/", quotations.ask, name="portal_quotation_ask"),
    path("supplier/quotations/<str:number>/papers/<int:paper_id>/", quotations.paper, name="portal_quotation_paper"),
]
