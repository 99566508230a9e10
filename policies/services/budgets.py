"""Budgets are set, changed and withdrawn by finance (RQ-6); what counts in them follows by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from foundation import audit, outbox
from foundation.documents import content_hash
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import Category, CostCentre, User
from foundation.money import minor_units
from foundation.quantity import plain
from foundation.selectors import base_currency
from foundation.services import count_in_budgets
from foundation.services.keeping import in_turn, require_seen
from foundation.services.tables import Import, RowFault
from policies import access
from policies.events import BudgetChanged
from policies.models import Budget, BudgetPeriod

MOST_ROWS = 2_000
_OLDEST, _LATEST = date(2000, 1, 1), date(2099, 12, 1)
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A budget as written; `line` is its line in a table, codes as typed, amount in base currency."""

    line: int
    cost_centre: str
    category: str  # empty: everything no narrower budget takes
    starts: date
    months: int
    amount: Decimal


def seen_of_budget(*, budget: Budget) -> str:
    """Return a fingerprint of what was on screen, to be sent back with a change."""
    return content_hash(_facts(budget))


@use_case
def create_budget(*, row: BudgetRow, reason: str, actor: User, at: datetime) -> Budget:
    """Set a budget; documents of its cost centre are counted anew, those that are under way too.

    :raises NotPermittedError: the actor does not keep budgets.
    :raises InvalidError: a value cannot be used, it overlaps another budget, or the reason is missing.
    """
    require(access.can_keep_budgets(actor))
    in_turn()
    why = _reason(reason)
    centre, category = _place(row, actor)
    budget = _open(row, centre, category, actor=actor, at=at)
    audit.record(budget, "create_budget", actor=actor, at=at, reason=why, after=_facts(budget))
    _recount(budget, [centre.pk], actor, at)
    return budget


@use_case
def change_budget(*, budget_id: int, seen: str, amount: Decimal, reason: str, actor: User, at: datetime) -> Budget:
    """Give a budget another amount, below what is used too: then it is over, and says so.

    :raises NotPermittedError: the actor does not keep budgets.
    :raises NotFoundError: there is no such budget in force.
    :raises StaleError: somebody changed it since the page was opened.
    :raises InvalidError: the amount cannot be used, or the reason is missing.
    """
    require(access.can_keep_budgets(actor))
    budget = _locked(budget_id, seen, actor)
    _change(budget, _amount(amount), _reason(reason), actor, at)
    return budget


@use_case
def withdraw_budget(*, budget_id: int, seen: str, reason: str, actor: User, at: datetime) -> Budget:
    """Take a budget out; what it held goes to the wider budget that takes it now, or to none. It stays readable.

    :raises NotPermittedError: the actor does not keep budgets.
    :raises NotFoundError: there is no such budget in force.
    :raises StaleError: somebody changed it since the page was opened.
    :raises InvalidError: the reason is missing.
    """
    require(access.can_keep_budgets(actor))
    budget = _locked(budget_id, seen, actor)
    why = _reason(reason)
    budget.is_active, budget.changed_at, budget.version = False, at, budget.version + 1
    budget.save(update_fields=["is_active", "changed_at", "version"])
    audit.record(budget, "withdraw_budget", actor=actor, at=at, reason=why, amount=plain(budget.amount))
    _recount(budget, [budget.cost_centre_id], actor, at)
    return budget


@use_case
def import_budgets(*, rows: Sequence[BudgetRow], reason: str, dry_run: bool, actor: User, at: datetime) -> Import:
    """Set many budgets from a table, or change the amounts of those that are there. One fault and none comes in.

    `dry_run` only judges. At most 2,000 rows.

    :raises NotPermittedError: the actor does not keep budgets.
    :raises InvalidError: too many rows, or the reason is missing.
    """
    require(access.can_keep_budgets(actor))
    in_turn()
    why = _reason(reason)
    if len(rows) > MOST_ROWS:
        raise InvalidError("too_many_rows", f"The table has over {MOST_ROWS} rows. Send it in parts.", field="table")
    done, opened = Import(), []
    with transaction.atomic():  # a savepoint: rows are judged against the rows before them
        for row in rows:
            try:
                opened += _bring(row, why, done, actor, at)
            except InvalidError as error:
                column, value = str(error.details.get("field", "")), str(error.details.get("value", ""))
                done.faults.append(RowFault(row.line, column, value[:80], error.message))
        if dry_run or done.faults:
            transaction.set_rollback(True)
        elif opened:
            _recount(opened[0], sorted({budget.cost_centre_id for budget in opened}), actor, at)
    return done


def _bring(row: BudgetRow, why: str, done: Import, actor: User, at: datetime) -> list[Budget]:
    """Bring in one row; returns the budget it opens."""
    centre, category = _place(row, actor)
    there = Budget.objects.select_for_update(no_key=True).filter(
        cost_centre=centre, category=category, starts=row.starts, months=row.months, is_active=True
    )
    budget = there.first()
    if budget is None:
        budget = _open(row, centre, category, actor=actor, at=at)
        audit.record(budget, "create_budget", actor=actor, at=at, reason=why, after=_facts(budget))
        done.new.append(str(budget))
        return [budget]
    changed = _change(budget, _amount(row.amount), why, actor, at)
    (done.changed if changed else done.same).append(str(budget))
    return []


def _place(row: BudgetRow, actor: User) -> tuple[CostCentre, Category | None]:
    centre = access.visible_centres(actor).filter(code=row.cost_centre.strip().upper()).first()
    if centre is None:
        raise InvalidError(
            "cost_centre_unknown", "There is no such cost centre.", field="cost_centre", value=row.cost_centre
        )
    code = row.category.strip().upper()
    category = Category.objects.filter(code=code).first() if code else None
    if code and category is None:
        raise InvalidError("category_unknown", "There is no such category.", field="category", value=row.category)
    return centre, category


def _open(row: BudgetRow, centre: CostCentre, category: Category | None, *, actor: User, at: datetime) -> Budget:
    if row.months not in BudgetPeriod.values:
        raise InvalidError(
            "period_unfit",
            "Write 1 for a month, 3 for a quarter or 12 for a year.",
            field="months",
            value=str(row.months),
        )
    if row.starts.day != 1 or not _OLDEST <= row.starts <= _LATEST:
        raise InvalidError(
            "start_unfit", "A budget begins on the first day of a month.", field="starts", value=str(row.starts)
        )
    month = row.starts.month - 1 + row.months
    ends = date(row.starts.year + month // 12, month % 12 + 1, 1)
    others = Budget.objects.filter(cost_centre=centre, category=category, is_active=True)
    other = others.filter(starts__lt=ends, ends__gt=row.starts).select_related("cost_centre", "category").first()
    if other is not None:
        raise InvalidError(
            "budget_overlap", f"It overlaps {other}. Change that one, or withdraw it first.", field="starts",
            value=str(row.starts),
        )  # fmt: skip
    count_in_budgets(cost_centre=centre)
    return Budget.objects.create(
        cost_centre=centre, category=category, starts=row.starts, months=row.months, amount=_amount(row.amount),
        created_at=at, created_by=actor, changed_at=at,
    )  # fmt: skip


def _change(budget: Budget, amount: Decimal, why: str, actor: User, at: datetime) -> bool:
    before = _facts(budget)
    if budget.amount == amount:
        return False
    budget.amount, budget.changed_at, budget.version = amount, at, budget.version + 1
    budget.save(update_fields=["amount", "changed_at", "version"])
    audit.record(budget, "change_budget", actor=actor, at=at, reason=why, before=before, after=_facts(budget))
    return True


def _locked(budget_id: int, seen: str, actor: User) -> Budget:
    rows = Budget.objects.select_for_update(of=("self",), no_key=True).select_related("cost_centre", "category")
    budget = rows.filter(pk=budget_id, is_active=True, cost_centre__in=access.visible_centres(actor)).first()
    if budget is None:
        raise NotFoundError("not_found", "There is no such budget in force.")
    require_seen(budget, _facts(budget), seen)
    return budget


def _amount(amount: Decimal) -> Decimal:
    units = minor_units(base_currency())
    if not amount.is_finite() or not 0 <= amount < _LARGEST or amount != round(amount, units):
        raise InvalidError(
            "amount_unfit", f"Write an amount from 0 with at most {units} decimals.", field="amount", value=str(amount)
        )
    return amount


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why, for whoever checks it later.", field="reason")
    return reason.strip()[:300]


def _recount(budget: Budget, centres: Sequence[int], actor: User, at: datetime) -> None:
    outbox.publish(
        BudgetChanged(
            subject_id=budget.pk,
            subject_number=str(budget),
            at=at,
            version=budget.version,
            actor_id=actor.pk,
            cost_centre_ids=tuple(centres),
        )
    )


def _facts(budget: Budget) -> dict[str, Any]:
    return {
        "budget": str(budget),
        "amount": plain(budget.amount),
        "in_force": budget.is_active,
        "version": budget.version,
    }
