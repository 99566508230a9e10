from django.urls import path

from suppliers.web import pages

urlpatterns = [
    path("suppliers/", pages.supplier_list, name="suppliers"),
    path("suppliers/<str:code>/", pages.supplier_detail, name="supplier"),
    path("suppliers/<str:code>/do/<slug:verb>/", pages.supplier_act, name="supplier_act"),
    path("contracts/", pages.contract_list, name="contracts"),
    path("contracts/<str:number>/", pages.contract_detail, name="contract"),
]
