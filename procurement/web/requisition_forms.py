"""What a person types on the requisition page, read into the services' input."""

from typing import Any

from django import forms

from foundation.models import Category, CostCentre, Site, UnitOfMeasure
from procurement.models import SpendKind
from procurement.services import LineInput
from procurement.validators import validate_price, validate_quantity

EMPTY_LINES = 1


class HeadForm(forms.Form):
    """Site, cost centre, day, urgency."""

    site = forms.ModelChoiceField(Site.objects.none(), label="Deliver to")
    cost_centre = forms.ModelChoiceField(CostCentre.objects.none(), label="Cost centre")
    need_by = forms.DateField(label="Needed by", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    title = forms.CharField(
        max_length=120,
        required=False,
        label="Title",
        help_text="Shown to approvers; the first item is used when empty.",
    )
    is_urgent = forms.BooleanField(required=False, label="Urgent")
    urgent_reason = forms.CharField(max_length=200, required=False, label="Why it is urgent")
    note = forms.CharField(max_length=2000, required=False, label="Note", widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["cost_centre"].queryset = CostCentre.objects.filter(site__in=sites)  # type: ignore[attr-defined]


class LineForm(forms.Form):
    """One line: an item by its code, or free text with a category."""

    item_code = forms.CharField(max_length=32, required=False, label="Item")
    description = forms.CharField(max_length=300, required=False, label="Description")
    category = forms.ModelChoiceField(Category.objects.all(), required=False, to_field_name="code", label="Category")
    spend_kind = forms.ChoiceField(
        choices=[c for c in SpendKind.choices if c[0] != SpendKind.CATALOGUE], required=False, label="Kind"
    )
    quantity = forms.DecimalField(label="Quantity", validators=[validate_quantity], required=False, localize=False,
                                  widget=forms.TextInput(attrs={"inputmode": "decimal"}))  # fmt: skip
    unit = forms.ModelChoiceField(UnitOfMeasure.objects.all(), to_field_name="code", label="Unit", required=False)
    unit_price = forms.DecimalField(label="Price", required=False, validators=[validate_price],
                                    widget=forms.TextInput(attrs={"inputmode": "decimal"}))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse a line that says something but not how much."""
        data: dict[str, Any] = super().clean() or {}
        if self.is_blank():
            return data
        if data.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", "Enter a quantity.")
        if not data.get("unit") and "unit" not in self.errors:
            self.add_error("unit", "Choose a unit.")
        if not data.get("item_code"):
            if not data.get("description"):
                self.add_error("description", "Say what is needed.")
            if not data.get("category"):
                self.add_error("category", "Choose a category.")
        return data

    def is_blank(self) -> bool:
        """Say whether nothing was typed; a blank line is left out."""
        data = self.cleaned_data
        return not data.get("item_code") and not data.get("description") and data.get("quantity") is None

    def line(self) -> LineInput:
        """Return what the service takes."""
        data = self.cleaned_data
        return LineInput(
            quantity=data["quantity"],
            unit_code=data["unit"].code,
            item_code=data["item_code"],
            description=data["description"],
            category_code=data["category"].code if data["category"] else "",
            spend_kind=data["spend_kind"] or SpendKind.NON_STOCK,
            unit_price=data["unit_price"],
        )


LineFormSet = forms.formset_factory(LineForm, extra=0, max_num=500, absolute_max=500, validate_max=True)
