"""Forms of price lists: the file with its day, and which column holds what."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from foundation.intake import uploads
from suppliers.decisions.price_list import COMMA, FIELDS, POINT, PRICE
from suppliers.models import PriceList, Supplier
from suppliers.services import ReceivedFile
from suppliers.services.receive_price_list import NO_PRICES

_NONE = ""


class SentForm(forms.Form):
    """A price list as it is sent."""

    file = forms.FileField(label="File", widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}))
    currency = forms.CharField(max_length=3, label="Currency", help_text="Such as GBP.")
    valid_from = forms.DateField(
        label="First day of the prices", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        required=False, max_length=300, label="Why the prices change", help_text="For whoever approves them."
    )

    def sent(self) -> ReceivedFile:
        """Return what was sent, as the service takes it."""
        data = self.cleaned_data
        file = data["file"]
        content = file.read(uploads.MAX_BYTES + 1)
        return ReceivedFile(file.name, content, data["currency"], data["valid_from"], data["note"])


class NewListForm(SentForm):
    """A price list of any supplier."""

    supplier = forms.ModelChoiceField(
        Supplier.objects.none(), label="Supplier", empty_label="Choose", to_field_name="code"
    )
    field_order = ("supplier",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["supplier"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above; for the type checker
        field.queryset = Supplier.objects.exclude(state__in=NO_PRICES).order_by("name")


class ColumnsForm(forms.Form):
    """Which column of the file holds what."""

    def __init__(self, price_list: PriceList, given: QueryDict | None) -> None:
        known = {field: str(place) for field, place in price_list.columns.items()}
        super().__init__(given, initial={**known, "sign": price_list.decimal_sign})
        choices = [(_NONE, "not in this file"), *((str(n), name) for n, name in enumerate(price_list.head))]
        for field, label in FIELDS.items():
            self.fields[field] = forms.ChoiceField(choices=choices, label=label, required=field == PRICE)
        signs = [(POINT, "1,234.5")] + ([(COMMA, "1.234,5")] if price_list.kind == "csv" else [])
        self.fields["sign"] = forms.ChoiceField(choices=signs, label="Numbers are written like")

    def columns(self) -> dict[str, int]:
        """Return the place of each column that is there."""
        return {field: int(self.cleaned_data[field]) for field in FIELDS if self.cleaned_data.get(field)}


def sample_of(price_list: PriceList) -> Sequence[Sequence[str]]:
    """Return the first rows as written, for who matches the columns."""
    return [[str(cell)[:60] for cell in row] for row in price_list.sample]
