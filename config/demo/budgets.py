"""Budgets of every cost centre for last year and this one, and of a few categories by the quarter: most with room, some nearly used, one over."""

from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from config.demo.trade.cast import Cast
from foundation.models import CostCentre
from policies.services import BudgetRow, import_budgets
from procurement.models import PurchaseOrderLine

LEAST, STEP = Decimal(5_000), Decimal(500)
USUAL, TIGHT = Decimal("1.3"), Decimal("1.12")  # of what the last twelve months cost
QUARTERS = 4  # cost centres with a budget of their costliest category this quarter
# What is planned besides the usual: the year's and the quarter's, base currency. The large requests of the weeks fall in it.
PROJECTS = {"BHM-OPS": Decimal(180_000), "LDS-OPS": Decimal(20_000), "BRS-OPS": Decimal(5_000)}
ROLL_OUTS = {"RTM-OPS": Decimal(100_000), "GLA-OPS": Decimal(20_000)}
NEARLY, OVER = Decimal("1.02"), Decimal("0.9")  # of what the quarter cost up to now


def set_budgets(cast: Cast, at: datetime) -> None:
    """Let the finance director bring in the year's plan, as it would be without the four weeks to come."""
    rows = [*_years(at.date()), *_quarters(at.date())]
    import_budgets(rows=rows, reason="Plan of the year", dry_run=False, actor=cast.people["demo.finance"], at=at)


def _years(today: date) -> list[BudgetRow]:
    cost = Sum(F("line_amount") * F("base_rate"))
    spent: dict[Any, Any] = dict(
        PurchaseOrderLine.objects.exclude(cost_centre=None).values_list("cost_centre").annotate(cost=cost)
    )
    rows = []
    for place, (pk, code) in enumerate(CostCentre.objects.order_by("code").values_list("pk", "code")):
        usual = _rounded(spent.get(pk, Decimal(0)) * (TIGHT if place % 5 == 0 else USUAL))
        rows += [
            BudgetRow(0, code, "", date(today.year - 1, 1, 1), 12, usual),
            BudgetRow(0, code, "", date(today.year, 1, 1), 12, usual + PROJECTS.get(code, Decimal(0))),
        ]
    return rows


def _quarters(today: date) -> list[BudgetRow]:
    starts = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    of_quarter = Coalesce(Sum(F("line_amount") * F("base_rate"), filter=Q(need_by__gte=starts)), Decimal(0))
    costly = (
        PurchaseOrderLine.objects.exclude(cost_centre=None)
        .values_list("cost_centre__code", "category__code")
        .annotate(cost=of_quarter)
        .order_by("-cost", "cost_centre__code")
    )
    chosen: dict[str, BudgetRow] = {}
    for code, category, cost in costly[:60]:
        if code not in chosen and len(chosen) < QUARTERS:
            amount = _rounded(cost * (NEARLY if chosen else OVER), Decimal(50)) + ROLL_OUTS.get(code, Decimal(0))
            chosen[code] = BudgetRow(0, code, category, starts, 3, amount)
    return list(chosen.values())


def _rounded(amount: Decimal, step: Decimal = STEP) -> Decimal:
    least = LEAST if step == STEP else step
    return max((amount / step).to_integral_value(ROUND_CEILING) * step, least)
