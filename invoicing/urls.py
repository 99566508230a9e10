from django.urls import path

from invoicing.api import views as api
from invoicing.portal import invoices as portal
from invoicing.web import entry
from invoicing.web import invoices as web

urlpatterns = [
    path("invoices/", web.invoice_list, name="invoices"),
    path("invoices/new/", entry.invoice_new, name="invoice_new"),
    path("invoices/<str:number>/", web.invoice_detail, name="invoice"),
    path("invoices/<str:number>/messages/", web.invoice_messages, name="invoice_messages"),
    path("invoices/<str:number>/match/", web.invoice_match, name="invoice_match"),
    path("invoices/<str:number>/holds/<int:hold_id>/release/", web.invoice_release_hold, name="invoice_release_hold"),
    path("invoices/<str:number>/void/", web.invoice_void, name="invoice_void"),
    path("api/v1/invoices/", api.InvoiceList.as_view(), name="api_invoices"),
    path("api/v1/invoices/<str:number>/", api.InvoiceItem.as_view(), name="api_invoice"),
    path("supplier/invoices/", portal.invoice_list, name="portal_invoices"),
    path("supplier/invoices/new/", portal.invoice_new, name="portal_invoice_new"),
    path("supplier/invoices/<str:number>/", portal.invoice_detail, name="portal_invoice"),
    path("supplier/invoices/<str:number>/messages/", portal.invoice_messages, name="portal_invoice_messages"),
]
