from django.urls import path

from procurement.web import approve_less, catalogue, queue, requisition_editor, requisitions

urlpatterns = [
    path("requisitions/", requisitions.requisition_list, name="requisitions"),
    path("requisitions.csv", requisitions.requisition_csv, name="requisition_csv"),
    path("requisitions/new/", requisition_editor.requisition_new, name="requisition_new"),
    path("requisitions/<str:number>/", requisitions.requisition_detail, name="requisition"),
    path("requisitions/<str:number>/edit/", requisition_editor.requisition_edit, name="requisition_edit"),
    path("requisitions/<str:number>/check/", requisitions.requisition_check, name="requisition_check"),
    path("requisitions/<str:number>/approve-less/", approve_less.approve_less, name="approve_less"),
    path("requisitions/<str:number>/do/<slug:verb>/", requisitions.requisition_act, name="requisition_act"),
    path("catalog/", catalogue.catalogue, name="catalogue"),
    path("queue/", queue.buyer_queue, name="queue"),
    path("queue/combined/<str:code>/<str:supplier>/", queue.place_now, name="place_now"),
    path("queue/<int:line_id>/quote/", queue.quote, name="quote_line"),
    path("queue/<int:line_id>/source/", queue.assign, name="assign_source"),
]
