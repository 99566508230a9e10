"""What is written about items and their packs."""

from typing import Any

from django import forms

from foundation.models import Category, UnitOfMeasure
from foundation.selectors import category_choices
from foundation.services import ItemDetails, Pack
from foundation.web.numbers import NumberField

Choices = list[tuple[str, str]]
STATES = (("", "May be ordered"), ("out", "Off sale"), ("all", "All"))


def unit_choices() -> Choices:
    """Return (code, name) of every unit by name; one statement."""
    rows = UnitOfMeasure.objects.order_by("name").values_list("code", "name")
    return [(code, f"{name} ({code})") for code, name in rows]


class ItemForm(forms.Form):
    """What may change at an item."""

    name = forms.CharField(max_length=200, label="Name")
    category = forms.ChoiceField(label="Category")
    base_unit = forms.ChoiceField(label="Counted in", help_text="stays once a document names the item")
    gtin = forms.CharField(max_length=14, required=False, label="Barcode", help_text="GTIN: 8, 12, 13 or 14 digits")
    description = forms.CharField(
        max_length=4_000, required=False, label="Description", widget=forms.Textarea(attrs={"rows": 3})
    )
    is_active = forms.BooleanField(required=False, initial=True, label="May be ordered")

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "category", category_choices())
        offer(self, "base_unit", units)

    def details(self) -> ItemDetails:
        """Return what was written, as the service takes it."""
        data = dict(self.cleaned_data)
        data.pop("code", None)
        data["category"] = Category.objects.get(code=data["category"])
        data["base_unit"] = UnitOfMeasure.objects.get(code=data["base_unit"])
        return ItemDetails(**data)


class NewItemForm(ItemForm):
    """A new item."""

    code = forms.CharField(max_length=32, label="Code", help_text="letters, digits and hyphens; it stays")
    field_order = ("name", "code", "category", "base_unit", "gtin")


class PackForm(forms.Form):
    """A pack: what one unit of it holds."""

    unit = forms.ChoiceField(label="One")
    number = NumberField(label="Holds")
    holds = forms.ChoiceField(label="Of")

    def __init__(self, *args: Any, item: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        base = item.base_unit
        offer(self, "unit", [(code, name) for code, name in units if code != base.code])
        inner = [(pack["code"], pack["name"]) for pack in item.pack_rows]
        holds = self.fields["holds"]
        assert isinstance(holds, forms.ChoiceField)  # noqa: S101 - declared above; for the type checker
        holds.choices = [(base.code, base.name), *inner]

    def pack(self) -> Pack:
        """Return what was written, as the service takes it."""
        codes = {self.cleaned_data["unit"], self.cleaned_data["holds"]}
        units = {unit.code: unit for unit in UnitOfMeasure.objects.filter(code__in=codes)}
        return Pack(units[self.cleaned_data["unit"]], self.cleaned_data["number"], units[self.cleaned_data["holds"]])


def offer(form: forms.Form, name: str, choices: Choices) -> None:
    """Offer what there is to choose, with nothing chosen."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above; for the type checker
    field.choices = [("", "Choose"), *choices]
