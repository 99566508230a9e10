"""What a person types on the requisition page, read into the services' input."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from foundation.models import CostCentre, Site
from foundation.web.numbers import NumberField
from foundation.web.typed import whole
from procurement.models import SpendKind
from procurement.selectors.item_book import ItemBook, item_book
from procurement.services import LineInput
from procurement.validators import MAX_LINES, validate_price, validate_quantity

NAMES = ("item_code", "description", "category", "spend_kind", "quantity", "unit", "unit_price")
Row = dict[str, str]


class HeadForm(forms.Form):
    """Site, cost centre, day, urgency."""

    site = forms.ModelChoiceField(Site.objects.none(), label="Deliver to", empty_label=None)
    cost_centre = forms.ModelChoiceField(CostCentre.objects.none(), label="Cost centre", empty_label=None)
    need_by = forms.DateField(label="Needed by", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    title = forms.CharField(max_length=120, required=False, label="Title")
    is_urgent = forms.BooleanField(required=False, label="Urgent")
    urgent_reason = forms.CharField(max_length=200, required=False, label="Why it is urgent")
    note = forms.CharField(max_length=2000, required=False, label="Note", widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites: list[Site] = list(sites)
        centres = CostCentre.objects.filter(site__in=self.sites, is_active=True).select_related("owner")
        self.centres: list[CostCentre] = list(centres)
        self._offer("site", sites, self.sites)
        self._offer("cost_centre", centres, self.centres)

    def _offer(self, name: str, rows: Any, found: Sequence[Any]) -> None:
        """Let a field take `rows`, which were read already: drawing it reads nothing more."""
        field: Any = self.fields[name]
        field.queryset = rows
        field.choices = [(row.pk, str(row)) for row in found]


class LineForm(forms.Form):
    """One line: an item by its code, or free text with a category."""

    item_code = forms.CharField(max_length=32, required=False, label="Item")
    description = forms.CharField(max_length=300, required=False, label="What is needed")
    category = forms.ChoiceField(required=False, label="Category")
    spend_kind = forms.ChoiceField(
        choices=[c for c in SpendKind.choices if c[0] != SpendKind.CATALOGUE], required=False, label="Kind"
    )
    quantity = NumberField(label="Quantity", validators=[validate_quantity], required=False)
    unit = forms.ChoiceField(label="Unit", required=False)
    unit_price = NumberField(label="Price per unit", required=False, validators=[validate_price])

    def __init__(self, *args: Any, book: ItemBook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = book.units_of(str(self["item_code"].value() or ""))
        self.fields["unit"].choices = units  # type: ignore[attr-defined]  # set at run time, unknown to the stubs
        self.fields["category"].choices = [("", "Choose"), *book.categories]  # type: ignore[attr-defined]  # set at run time, unknown to the stubs

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
            if not data.get("category") and "category" not in self.errors:
                self.add_error("category", "Choose a category.")
        return data

    def is_blank(self) -> bool:
        """Say whether nothing was typed; a blank line is left out."""
        return not any(self[name].value() for name in ("item_code", "description", "quantity"))

    def line(self) -> LineInput:
        """Return what the service takes."""
        data = self.cleaned_data
        return LineInput(
            quantity=data["quantity"],
            unit_code=data["unit"],
            item_code=data["item_code"],
            description=data["description"],
            category_code=data["category"],
            spend_kind=data["spend_kind"] or SpendKind.NON_STOCK,
            unit_price=data["unit_price"],
        )


LineFormSet = forms.formset_factory(LineForm, extra=0, max_num=MAX_LINES, absolute_max=MAX_LINES, validate_max=True)


def typed_rows(data: Mapping[str, Any]) -> list[Row]:
    """Return the lines of a posted page as they were typed, at most as many as a requisition holds."""
    total = min(whole(str(data.get("lines-TOTAL_FORMS", ""))) or 0, MAX_LINES)
    return [{name: str(data.get(f"lines-{i}-{name}", "")) for name in NAMES} for i in range(total)]


def line_forms(rows: Sequence[Row], *, judge: bool, book: ItemBook | None = None) -> tuple[Any, ItemBook]:
    """Return the line forms of typed rows with the book of their items.

    With `judge` they carry what was typed and can be validated; without, they show it and say nothing against it.
    """
    book = book or item_book(row.get("item_code", "") for row in rows)
    options: dict[str, Any] = {"prefix": "lines", "form_kwargs": {"book": book}}
    if not judge:
        return LineFormSet(initial=rows, **options), book
    data = {f"lines-{i}-{name}": row.get(name, "") for i, row in enumerate(rows) for name in NAMES}
    data |= {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0"}
    return LineFormSet(data, **options), book
