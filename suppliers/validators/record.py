"""What is typed about a supplier's record: only what differs is told (SU-5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from suppliers.decisions.master_data import FIELDS
from suppliers.models import OrderChannel, SiteUse, Supplier

_HINTS = {
    "country": "two letters, such as GB", "currency": "three letters, such as GBP",
    "remit_to": "where payments go when a bill names no other",
}  # fmt: skip
_CHOSEN = {"order_channel", "remit_to"}


class RecordForm(forms.Form):
    """The fields of a record that a person may tell, with what stands now."""

    document = forms.CharField(
        max_length=120, required=False, label="Paper it comes from", help_text="a letter, a call"
    )
    reason = forms.CharField(max_length=300, required=False, label="Why it changes")

    def __init__(
        self, supplier: Supplier, places: Sequence[Mapping[str, Any]], *args: Any, theirs: bool = False, **kwargs: Any
    ) -> None:
        """Offer the fields; `places` are the locations that are paid, `theirs` leaves out what is ours to say."""
        super().__init__(*args, **kwargs)
        self.now: dict[str, str] = {}
        paid = next((place["code"] for place in places if place["payments"] == SiteUse.DEFAULT), "")
        for code, kind in FIELDS.items():
            if kind.asked or not theirs:
                self.now[code] = paid if code == "remit_to" else str(getattr(supplier, code))
                self.fields[code] = _field(code, kind.label, places)
                self.fields[code].initial = self.now[code]
        if theirs:
            del self.fields["document"]
        self.order_fields([*self.now, "document", "reason"])

    def given(self) -> dict[str, str]:
        """Return the values that differ from what stands now."""
        told = {code: str(self.cleaned_data[code]) for code in self.now}
        return {
            code: value.replace("\r\n", "\n") for code, value in told.items() if value.strip() != self.now[code].strip()
        }


def _field(code: str, label: str, places: Sequence[Mapping[str, Any]]) -> forms.Field:
    if code in _CHOSEN:
        paid = [
            ("", "The company itself"),
            *((place["code"], f"{place['name']} ({place['code']})") for place in places),
        ]
        choices = paid if code == "remit_to" else OrderChannel.choices
        return forms.ChoiceField(choices=choices, required=False, label=label, help_text=_HINTS.get(code, ""))
    widget = forms.Textarea({"rows": 3}) if code == "address" else forms.TextInput()
    return forms.CharField(
        max_length=500 if code == "address" else 254, required=False, label=label, help_text=_HINTS.get(code, ""),
        widget=widget,
    )  # fmt: skip
