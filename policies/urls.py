from django.urls import path

from policies.web import bring, budgets, export, grid, matrix, overview, rows, rule, version

urlpatterns = [
    path("settings/", overview.overview, name="policies_home"),
    path("settings/approvals/<int:number>/grid/", grid.grid, name="policy_grid"),
    path("settings/approvals/<int:number>/grid/check/", grid.check, name="policy_grid_check"),
    path("settings/approvals/<int:number>/rows/new/", rule.rule, name="rule_new"),
    path("settings/approvals/<int:number>/rows/<int:rule_id>/", rule.rule, name="rule"),
    path("settings/approvals/<int:number>/rows/<int:rule_id>/<slug:verb>/", matrix.move, name="rule_move"),
    path("settings/budgets/", budgets.budgets, name="budgets"),
    path("settings/budgets/budgets.csv", budgets.budgets_csv, name="budgets_csv"),
    path("settings/budgets/new/", budgets.budget_new, name="budget_new"),
    path("settings/budgets/import/", budgets.budgets_import, name="budgets_import"),
    path("settings/budgets/<int:budget_id>/", budgets.budget, name="budget"),
    path("settings/budgets/<int:budget_id>/withdraw/", budgets.budget_withdraw, name="budget_withdraw"),
    path("settings/<slug:page>/", overview.versions, name="policies"),
    path("settings/<slug:page>/draft/", overview.draft, name="policy_draft"),
    path("settings/<slug:page>/bring-in/", bring.bring_in, name="policy_bring_in"),
    path("settings/<slug:page>/<int:number>/", version.version, name="policy"),
    path("settings/<slug:page>/<int:number>/changes/", version.changes, name="policy_changes"),
    path("settings/<slug:page>/<int:number>/history/", version.history, name="policy_history"),
    path("settings/<slug:page>/<int:number>/export.<slug:form>", export.export, name="policy_export"),
    path("settings/<slug:page>/<int:number>/publish/", version.publish, name="policy_publish"),
    path("settings/<slug:page>/<int:number>/analyse/", version.analyse_now, name="policy_analyse"),
    path("settings/<slug:page>/<int:number>/withdraw/", version.withdraw, name="policy_withdraw"),
    path("settings/<slug:page>/<int:number>/discard/", version.discard, name="policy_discard"),
    path("settings/<slug:page>/<int:number>/roll-forward/", version.bring_back, name="policy_roll_forward"),
    path("settings/<slug:page>/<int:number>/switches/", rows.switches, name="policy_switches"),
    path("settings/<slug:page>/<int:number>/row/new/", rows.row, name="policy_row_new"),
    path("settings/<slug:page>/<int:number>/row/<int:row_id>/", rows.row, name="policy_row"),
    path("settings/<slug:page>/<int:number>/row/<int:row_id>/remove/", rows.remove, name="policy_row_remove"),
]
