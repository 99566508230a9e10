"""Budgets for tests of every room."""

from datetime import date
from decimal import Decimal
from typing import Any

from foundation.models import CostCentre
from foundation.relay import drain
from policies.models import Budget
from policies.services import BudgetRow, create_budget
from tests.factories import NOW, Company
from tests.policies.factories import with_switches

START = date(2026, 1, 1)


def a_budget(
    made: Company, amount: str, *, category: str = "", starts: date = START, months: int = 12, site: str = "LDS"
) -> Budget:
    """Let the finance director set a budget of the site's cost centre; documents are counted at once."""
    code = CostCentre.objects.get(site__code=site).code
    row = BudgetRow(1, code, category, starts, months, Decimal(amount))
    budget = create_budget(row=row, reason="Plan 2026", actor=made.frank, at=NOW)
    drain()
    return budget


def held(budget: Budget) -> str:
    """Return what a budget says: committed obligated spent."""
    budget.refresh_from_db()
    return " ".join(f"{x.normalize():f}" for x in (budget.committed, budget.obligated, budget.spent))


def policy(**switches: Any) -> None:
    """Switch the ordering policy in force."""
    with_switches("sourcing", **switches)
