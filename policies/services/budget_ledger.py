"""The budget ledger follows documents by difference: what a line should hold now, less what it was given (RQ-6)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from foundation.journal import use_case
from policies.selectors.budgets import due_sql

POST = """
with {due},
held as materialized (
  select id from policies_budget where id in (select budget_id from due) order by id for no key update)
insert into policies_budgetentry (budget_id, kind, source, document_id, line_id, turn, amount, why, at)
select due.budget_id, kind, source, document_id, line_id, turn, amount, %(why)s, %(at)s
  from due join held on held.id = due.budget_id
 order by due.budget_id, source, line_id, kind"""


@use_case
def post_positions(*, positions: str, values: Mapping[str, Any], why: str, at: datetime) -> int:
    """Write the movements by which budgets come to hold what documents say, and nothing else; returns how many.

    `positions` is the owning room's own statement (a constant, `values` its parameters) with one row for each line and
    kind it speaks of: source, line_id, kind, document_id, cost_centre_id, path, day, amount in base currency. The room
    holds the lock of the documents. Told twice, it writes once. Balances follow in the database; a budget's row is
    locked in the order of keys.
    """
    with connection.cursor() as cursor:
        cursor.execute(POST.format(due=due_sql(positions)), {**values, "why": why, "at": at})
        return int(cursor.rowcount)
