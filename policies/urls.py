from django.urls import path

from policies.web import pages

urlpatterns = [
    path("settings/", pages.home, name="policies_home"),
    path("settings/<slug:page>/", pages.versions, name="policies"),
    path("settings/<slug:page>/draft/", pages.draft, name="policy_draft"),
    path("settings/<slug:page>/<int:number>/", pages.version, name="policy"),
    path("settings/<slug:page>/<int:number>/do/<slug:verb>/", pages.version_act, name="policy_act"),
    path("settings/approvals/<int:number>/rows/new/", pages.rule_edit, name="rule_new"),
    path("settings/approvals/<int:number>/rows/<int:rule_id>/", pages.rule_edit, name="rule"),
    path("settings/approvals/<int:number>/rows/<int:rule_id>/<slug:verb>/", pages.rule_act, name="rule_act"),
    path("settings/tolerances/<int:number>/save/", pages.tolerance_save, name="tolerance_save"),
]
