from django.urls import path

from procurement.portal import orders as portal
from procurement.web import orders, receiving

urlpatterns = [
    path("orders/", orders.order_list, name="orders"),
    path("orders.csv", orders.order_csv, name="order_csv"),
    path("orders/<str:number>/", orders.order_detail, name="order"),
    path("orders/<str:number>/rev/<int:revision>/", orders.order_version, name="order_version"),
    path("orders/<str:number>/do/<slug:verb>/", orders.order_act, name="order_act"),
    path("orders/<str:number>/answers/<int:answer_id>/", orders.decide_answer, name="decide_answer"),
    path("receiving/", receiving.expected, name="receiving"),
    path("receiving/<str:number>/", receiving.receive, name="receive"),
    path("receiving/<str:number>/reverse/", receiving.reverse, name="reverse_receipt"),
    path("supplier/", portal.home, name="portal_home"),
    path("supplier/orders/", portal.order_list, name="portal_orders"),
    path("supplier/orders/<str:number>/", portal.order_detail, name="portal_order"),
    path("supplier/orders/<str:number>/answer/", portal.answer, name="portal_answer"),
    path("supplier/orders/<str:number>/answered/<str:answer_number>/", portal.answered, name="portal_answered"),
]
