from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce

from policies.decisions.budgets import Bar, bar_of


class BudgetPeriod(models.IntegerChoices):
    """How long a budget lasts, in months."""

    MONTH = 1, "Month"
    QUARTER = 3, "Quarter"
    YEAR = 12, "Year"


class BudgetKind(models.TextChoices):
    """What has become of money: asked for, promised to a supplier, billed (RQ-6)."""

    COMMITTED = "committed", "Committed"
    OBLIGATED = "obligated", "Obligated"
    SPENT = "spent", "Spent"


def _one(column: Any) -> Func:
    """Make a range of one number, so that equality can stand in an exclusion constraint without an extension."""
    return Func(column, column, models.Value("[]"), function="int8range")


def _balance(help_text: str) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=18, decimal_places=4, default=0, help_text=f"base currency; {help_text}")


def period_name(starts: date, months: int) -> str:
    """Return a period as people call it: 2026, 2026/27, Q2 2026, Apr 2026."""
    year, month = starts.year, starts.month
    if months == BudgetPeriod.YEAR:
        return str(year) if month == 1 else f"{year}/{(year + 1) % 100:02}"
    if months == BudgetPeriod.QUARTER and month % 3 == 1:
        return f"Q{month // 3 + 1} {year}"
    return f"{starts:%b %Y}" + ("" if months == BudgetPeriod.MONTH else " (3 months)")


def budget_name(cost_centre: str, category: str, starts: date, months: int) -> str:
    """Return how people call a budget, such as `LDS-OPS Packaging Q2 2026`."""
    return " ".join(part for part in (cost_centre, category, period_name(starts, months)) if part)


class Budget(models.Model):
    """What a cost centre may spend on a category's subtree, or on everything, in a period (RQ-6).

    Amounts are in the enterprise base currency, as every policy threshold (MQ-1). The three balances are written by the
    database alone, from the entries.
    """

    cost_centre = models.ForeignKey("foundation.CostCentre", on_delete=models.PROTECT, related_name="budgets")
    category = models.ForeignKey(
        "foundation.Category", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="with its subtree; empty = everything no narrower budget takes",
    )  # fmt: skip
    starts = models.DateField(help_text="first day of a month")
    months = models.PositiveSmallIntegerField(choices=BudgetPeriod.choices)
    ends = models.GeneratedField(
        expression=models.expressions.RawSQL("(starts + make_interval(months => months::int))::date", ()),
        output_field=models.DateField(),
        db_persist=True,
    )
    amount = models.DecimalField(max_digits=18, decimal_places=4, help_text="base currency")
    committed = _balance("requisitions submitted and not ordered")
    obligated = _balance("ordered and not billed")
    spent = _balance("billed and cleared, less credited")
    is_active = models.BooleanField(default=True, help_text="a withdrawn budget takes nothing")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["cost_centre", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lt=10**12), name="budget_amount_range"),
            models.CheckConstraint(condition=Q(months__in=[1, 3, 12], starts__day=1), name="budget_period"),
            ExclusionConstraint(
                name="budget_no_overlap",
                expressions=[
                    (_one(F("cost_centre_id")), RangeOperators.OVERLAPS),
                    (_one(Coalesce(F("category_id"), models.Value(0))), RangeOperators.OVERLAPS),
                    (Func(F("starts"), F("ends"), function="daterange", output_field=DateRangeField()),
                     RangeOperators.OVERLAPS),
                ],
                condition=Q(is_active=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return budget_name(self.cost_centre.code, self.category.name if self.category else "", self.starts, self.months)

    @property
    def period(self) -> str:
        """Return the period as people call it: 2026, Q2 2026, Apr 2026."""
        return period_name(self.starts, self.months)

    @property
    def bar(self) -> Bar:
        """Return how much of it is taken, as a bar."""
        return bar_of(self.amount, spent=self.spent, obligated=self.obligated, committed=self.committed)


class BudgetEntry(models.Model):
    """One movement of a budget, append-only: a document line took money, or gave it back.

    `turn` counts the movements of one line in one budget and kind, so that two writers cannot both write the next.
    """

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=BudgetKind.choices)
    source = models.CharField(max_length=12, help_text="requisition or order")
    document_id = models.BigIntegerField()
    line_id = models.BigIntegerField()
    turn = models.PositiveIntegerField()
    amount = models.DecimalField(max_digits=18, decimal_places=4, help_text="base currency; negative gives back")
    why = models.CharField(max_length=40, help_text="what happened to the document")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "budget entries"
        constraints = [
            models.UniqueConstraint(fields=["source", "line_id", "kind", "budget", "turn"], name="budget_entry_turn"),
            models.CheckConstraint(condition=~Q(amount=0), name="budget_entry_moves"),
            models.CheckConstraint(
                condition=Q(source="requisition", kind="committed")
                | Q(source="order", kind__in=["obligated", "spent"]),
                name="budget_entry_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.source} {self.document_id}"
