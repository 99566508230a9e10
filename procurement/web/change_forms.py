"""The form by which a buyer changes an issued order: a row for each line, as it is in force or as it was sent back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from foundation.web.numbers import NumberField
from procurement.decisions.changes import MOST_DAYS, WantedLine
from procurement.models import PurchaseOrderLine

PARTS = (("quantity", "Quantity"), ("unit_price", "Price"), ("need_by", "Needed by"))


@dataclass(frozen=True, slots=True)
class Row:
    """A line with its boxes."""

    line: PurchaseOrderLine
    quantity: BoundField
    unit_price: BoundField
    need_by: BoundField


class ChangeForm(forms.Form):
    """What the order is to say; a box left as it is changes nothing."""

    terms_days = forms.IntegerField(
        label="Payment days", min_value=0, max_value=MOST_DAYS, help_text="days after the invoice"
    )
    reason = forms.CharField(
        label="Why", max_length=300, help_text="Whoever decides reads it. The supplier does not.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(
        self, data: Any, lines: Sequence[PurchaseOrderLine], says: Mapping[str, Any], reason: str = ""
    ) -> None:
        """Build the boxes of an order's lines, filled with what a version or an earlier change of it says."""
        super().__init__(data, initial={"terms_days": says["terms_days"], "reason": reason})
        self._lines = lines
        said = {line["line_no"]: line for line in says["lines"]}
        for line in lines:
            row = said[line.line_no]
            for name, label in PARTS:
                self.fields[f"{name}_{line.line_no}"] = _box(name, f"{label} of line {line.line_no}", row[name])

    def rows(self) -> Iterator[Row]:
        """Yield each line with its boxes."""
        for line in self._lines:
            yield Row(line, *(self[f"{name}_{line.line_no}"] for name, _ in PARTS))

    def wanted(self) -> list[WantedLine]:
        """Return what each line is to say."""
        data = self.cleaned_data
        return [
            WantedLine(line.line_no, *(data[f"{name}_{line.line_no}"] for name, _ in PARTS)) for line in self._lines
        ]


def _box(name: str, label: str, value: str) -> forms.Field:
    if name == "need_by":
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=label, initial=date.fromisoformat(value), widget=day)
    return NumberField(label=label, initial=f"{Decimal(value).normalize():f}")
