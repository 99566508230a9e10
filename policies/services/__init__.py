from policies.services.budget_ledger import post_positions
from policies.services.budgets import (
    BudgetRow,
    change_budget,
    create_budget,
    import_budgets,
    seen_of_budget,
    withdraw_budget,
)
from policies.services.drafts import import_draft, roll_forward
from policies.services.imports import bring_in_file, make_draft_of_file
from policies.services.install_defaults import install_default_policies
from policies.services.publish_by_law import publish_by_law
from policies.services.publishable import check_publishable
from policies.services.rows import (
    delete_duty_pair,
    delete_route,
    delete_tolerance,
    save_duty_pair,
    save_route,
    save_switches,
    save_tolerance,
)
from policies.services.rules import StageInput, check_row, delete_rule, move_rule, save_rule
from policies.services.save_grid import RowInput, save_grid
from policies.services.versions import (
    analyse_draft,
    create_draft,
    discard_draft,
    publish_version,
    put_in_force,
    withdraw_version,
)

__all__ = [
    "BudgetRow", "RowInput", "StageInput", "analyse_draft", "bring_in_file", "change_budget", "check_publishable", "check_row", "create_budget", "create_draft", "delete_duty_pair", "delete_route", "delete_rule", "delete_tolerance",
    "discard_draft", "import_budgets", "import_draft", "install_default_policies", "make_draft_of_file", "move_rule", "post_positions", "publish_by_law", "publish_version", "put_in_force", "roll_forward", "save_duty_pair", "save_grid",
    "save_route", "save_rule", "save_switches", "save_tolerance", "seen_of_budget",
    "withdraw_budget", "withdraw_version",
]  # fmt: skip
