from django.urls import path

from suppliers.web import quotation_awards, quotations

urlpatterns = [
    path("quotations/", quotations.quotations, name="quotations"),
    path("quotations/new/", quotations.quotation_new, name="quotation_new"),
    path("quotations/<str:number>/", quotations.quotation, name="quotation"),
    path("quotations/<str:number>/change/", quotations.quotation_change, name="quotation_change"),
    path("quotations/<str:number>/do/<slug:verb>/", quotations.quotation_do, name="quotation_do"),
    path("quotations/<str:number>/papers/", quotations.quotation_paper_add, name="quotation_paper_add"),
    path("quotations/<str:number>/papers/<int:paper_id>/", quotations.quotation_paper, name="quotation_paper"),
    path(
        "quotations/<str:number>/questions/<int:question_id>/", quotations.quotation_question, name="quotation_question"
    ),
    path("quotations/<str:number>/award/", quotation_awards.quotation_award, name="quotation_award"),
    path("quotations/<str:number>/contract/", quotation_awards.quotation_contract, name="quotation_contract"),
    path("quotations/<str:number>/comparison.xlsx", quotation_awards.quotation_xlsx, name="quotation_xlsx"),
]
