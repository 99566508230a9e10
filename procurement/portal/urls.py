from django.urls import path

from procurement.portal import orders, scorecard

urlpatterns = [
    path("supplier/scorecard/", scorecard.scorecard, name="portal_scorecard"),
    path("supplier/scorecard/<slug:code>/<slug:part>/", scorecard.score_lines, name="portal_score_lines"),
    path("supplier/", orders.home, name="portal_home"),
    path("supplier/orders/", orders.order_list, name="portal_orders"),
    path("supplier/orders/<str:number>/", orders.order_detail, name="portal_order"),
    path("supplier/orders/<str:number>/messages/", orders.order_messages, name="portal_order_messages"),
    path("supplier/orders/<str:number>/answer/", orders.answer, name="portal_answer"),
    path("supplier/orders/<str:number>/answered/<str:answer_number>/", orders.answered, name="portal_answered"),
]
