from django.urls import path

from procurement.api import acknowledgments, orders, receipts, requisitions

urlpatterns = [
    path("requisitions/", requisitions.RequisitionList.as_view(), name="api_requisitions"),
    path("requisitions/<str:number>/", requisitions.RequisitionItem.as_view(), name="api_requisition"),
    path("requisitions/<str:number>/submit/", requisitions.RequisitionSubmit.as_view(), name="api_requisition_submit"),
    path(
        "requisitions/<str:number>/withdraw/",
        requisitions.RequisitionWithdraw.as_view(),
        name="api_requisition_withdraw",
    ),
    path("requisitions/<str:number>/cancel/", requisitions.RequisitionCancel.as_view(), name="api_requisition_cancel"),
    path("orders/", orders.OrderList.as_view(), name="api_orders"),
    path("orders/<str:number>/", orders.OrderItem.as_view(), name="api_order"),
    path("orders/<str:number>/issue/", orders.OrderIssue.as_view(), name="api_order_issue"),
    path("orders/<str:number>/hold/", orders.OrderHold.as_view(), name="api_order_hold"),
    path("orders/<str:number>/unhold/", orders.OrderUnhold.as_view(), name="api_order_unhold"),
    path("orders/<str:number>/cancel/", orders.OrderCancel.as_view(), name="api_order_cancel"),
    path("orders/<str:number>/reopen/", orders.OrderReopen.as_view(), name="api_order_reopen"),
    path("orders/<str:number>/close/", orders.OrderClose.as_view(), name="api_order_close"),
    path("acknowledgments/", acknowledgments.AcknowledgmentList.as_view(), name="api_acknowledgments"),
    path("acknowledgments/<str:number>/", acknowledgments.AcknowledgmentItem.as_view(), name="api_acknowledgment"),
    path(
        "acknowledgments/<str:number>/accept/",
        acknowledgments.AcknowledgmentAccept.as_view(),
        name="api_acknowledgment_accept",
    ),
    path(
        "acknowledgments/<str:number>/refuse/",
        acknowledgments.AcknowledgmentRefuse.as_view(),
        name="api_acknowledgment_refuse",
    ),
    path("receipts/", receipts.ReceiptList.as_view(), name="api_receipts"),
    path("receipts/<str:number>/", receipts.ReceiptItem.as_view(), name="api_receipt"),
    path("receipts/<str:number>/reverse/", receipts.ReceiptReverse.as_view(), name="api_receipt_reverse"),
]
