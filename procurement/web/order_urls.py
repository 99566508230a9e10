from django.urls import path

from procurement.web import changes, found_goods, off_contract, orders, receiving

urlpatterns = [
    path("orders/", orders.order_list, name="orders"),
    path("orders.csv", orders.order_csv, name="order_csv"),
    path("orders/<str:number>/", orders.order_detail, name="order"),
    path("orders/<str:number>/messages/", orders.order_messages, name="order_messages"),
    path("orders/<str:number>/rev/<int:revision>/", orders.order_version, name="order_version"),
    path("orders/<str:number>/do/<slug:verb>/", orders.order_act, name="order_act"),
    path("orders/<str:number>/change/", changes.change_form, name="change_order"),
    path("order-changes/<str:number>/", changes.order_change, name="order_change"),
    path("order-changes/<str:number>/withdraw/", changes.withdraw, name="withdraw_order_change"),
    path("orders/<str:number>/answers/<int:answer_id>/", orders.decide_answer, name="decide_answer"),
    path("off-contract/", off_contract.off_contract, name="off_contract"),
    path("receiving/", receiving.expected_list, name="receiving"),
    path("receiving/found/", found_goods.found_goods, name="found_goods"),
    path("receiving/<str:number>/", receiving.receive, name="receive"),
    path("receiving/<str:number>/reverse/", receiving.reverse, name="reverse_receipt"),
]
