"""Forms of budgets, and the table they are brought in from."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from foundation.errors import InvalidError
from foundation.models import Category, CostCentre
from foundation.web.numbers import NumberField, read_number
from foundation.web.tables import Cells, TableForm
from policies.models import BudgetPeriod
from policies.services import BudgetRow

COLUMNS = ("cost_centre", "category", "starts", "months", "amount")
NEEDED = ("cost_centre", "starts", "months", "amount")


class BudgetForm(forms.Form):
    """Another amount for a budget."""

    amount = NumberField(label="Amount", help_text="In the base currency, net.")
    reason = forms.CharField(max_length=300, label="Reason", help_text="For whoever checks it later.")


class NewBudgetForm(BudgetForm):
    """A new budget."""

    cost_centre = forms.ModelChoiceField(
        CostCentre.objects.none(), label="Cost centre", empty_label="Choose", to_field_name="code"
    )
    category = forms.ModelChoiceField(
        Category.objects.order_by("path"), required=False, label="Category", empty_label="Everything",
        to_field_name="code", help_text="With all below it. A narrower budget takes its lines first.",
    )  # fmt: skip
    months = forms.TypedChoiceField(choices=BudgetPeriod.choices, coerce=int, label="Period")
    starts = forms.DateField(
        label="From", help_text="The first day of a month.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    field_order = ("cost_centre", "category", "months", "starts", "amount", "reason")

    def __init__(self, centres: QuerySet[CostCentre], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["cost_centre"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above; for the type checker
        field.queryset = centres

    def row(self) -> BudgetRow:
        """Return what was written, as the service takes it."""
        data = self.cleaned_data
        category = data["category"].code if data["category"] else ""
        return BudgetRow(1, data["cost_centre"].code, category, data["starts"], data["months"], data["amount"])


class BudgetTableForm(TableForm):
    """A table of budgets."""

    reason = forms.CharField(max_length=300, label="Reason", help_text="For whoever checks it later.")


class CopyForm(forms.Form):
    """Which year's budgets to take over into the next, and by how much they change."""

    year = forms.IntegerField(min_value=2000, max_value=2098, label="Budgets of")
    percent = forms.DecimalField(
        min_value=-100, max_value=1000, decimal_places=2, required=False, label="Change by percent",
        help_text="3 raises each by 3 %, -5 lowers it.",
    )  # fmt: skip


class WithdrawForm(forms.Form):
    """The end of a budget."""

    reason = forms.CharField(max_length=300, label="Reason")


def read_row(line: int, cells: Cells) -> BudgetRow:
    """Read a row of the table.

    :raises InvalidError: names the column and what was written.
    """
    starts = _read(cells, "starts", date.fromisoformat, "Write the day like 2027-01-01.")
    months = _read(cells, "months", int, "Write 1 for a month, 3 for a quarter or 12 for a year.")
    amount = _read(cells, "amount", read_number, "Write an amount such as 12000.50.")
    return BudgetRow(line, cells["cost_centre"], cells.get("category", ""), starts, months, amount)


def _read(cells: Cells, name: str, how: Any, cure: str) -> Any:
    try:
        return how(cells[name].strip())
    except (ValueError, ValidationError) as error:
        raise InvalidError(f"{name}_unfit", cure, field=name, value=cells[name]) from error
