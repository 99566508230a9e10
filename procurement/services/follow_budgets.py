from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from foundation.journal import use_case
from policies.services import post_positions
from procurement.models import PurchaseOrderLine
from procurement.selectors.budgets import OF_CENTRES, OF_DOCUMENTS


def follow_budgets(*, requisitions: Iterable[int] = (), orders: Iterable[int] = (), why: str, at: datetime) -> None:
    """Let budgets hold what these documents say now (RQ-6); called when they are stored, under their locks.

    One statement. Callers leave it out for cost centres without a budget, where it would write nothing.
    """
    values = {"requisitions": list(requisitions), "orders": list(orders)}
    post_positions(positions=OF_DOCUMENTS, values=values, why=why, at=at)


def follow_order(order_id: int, lines: Iterable[PurchaseOrderLine], *, why: str, at: datetime) -> None:
    """Let budgets hold what a locked, stored order says now, when a line that moved is of a cost centre with budgets."""
    if any(line.cost_centre.is_budgeted for line in lines if line.cost_centre):
        follow_budgets(orders=[order_id], why=why, at=at)


@use_case
def recount_budgets(*, cost_centre_ids: Iterable[int], at: datetime) -> int:
    """Count cost centres anew after their budgets changed; returns how many movements that took.

    Waits for everybody who holds a requisition or an order and keeps others off meanwhile: who began before the budget
    was there has counted nothing in it.
    """
    with connection.cursor() as cursor:
        cursor.execute("lock table procurement_requisition, procurement_purchaseorder in exclusive mode")
    return post_positions(positions=OF_CENTRES, values={"centres": list(cost_centre_ids)}, why="budget_changed", at=at)
