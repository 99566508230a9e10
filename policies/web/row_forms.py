"""Forms of the rows of tolerances, duties and exception routing, and of the switches."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from foundation.models import Role
from policies.decisions.budgets import MODES
from policies.decisions.vocabulary import DUTIES, FLAGS, LIMITS, RUNGS, SWITCHES
from policies.models import DutyPair, DutyStrength, ExceptionRoute, MatchTolerance, ToleranceScope

UNLIMITED = "unlimited"
_CHOICES = {"fallback_role": Role.choices, "budget_mode": list(MODES.items())}
_NUMBER = {"inputmode": "decimal", "class": "num"}


class LevelForm(forms.Form):
    """One level of tolerances: empty inherits, 0 means zero, `unlimited` is written (GR-3)."""

    scope = forms.ChoiceField(choices=ToleranceScope.choices, label="Level")
    scope_code = forms.CharField(
        max_length=40, required=False, label="Code", help_text="Of the item, supplier, category or site."
    )
    mode = forms.ChoiceField(
        required=False,
        label="Match",
        choices=[("", "Inherit"), ("two_way", "Two-way"), ("three_way", "Three-way"), ("four_way", "Four-way")],
    )

    def __init__(self, *args: Any, row: MatchTolerance | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, unit) in LIMITS.items():
            self.fields[name] = forms.CharField(
                required=False, max_length=20, label=label, help_text=f"In {unit}.", widget=forms.TextInput(_NUMBER)
            )
        if row is not None:
            self.initial = {"scope": row.scope, "scope_code": row.scope_code, "mode": row.mode}
            self.initial |= {name: _as_typed(row, name) for name in LIMITS}
            for name in ("scope", "scope_code"):  # a level is known by its place; another place is another level
                self.fields[name].disabled = True

    @staticmethod
    def title(row: MatchTolerance | None) -> str:
        """Return the heading of the page."""
        return f"Level {row}" if row else "New level"

    def clean(self) -> dict[str, Any]:
        """Read each limit as a number, nothing, or the word unlimited."""
        data: dict[str, Any] = super().clean() or {}
        for name in LIMITS:
            text = str(data.get(name) or "").strip()
            if text and text.lower() != UNLIMITED and _number(text) is None:
                self.add_error(name, f"“{text}” is not a number. Write a number, nothing, or unlimited.")
        return data

    def as_input(self) -> dict[str, Any]:
        """Return the level as the service takes it."""
        data = self.cleaned_data
        texts = {name: str(data.get(name) or "").strip().lower() for name in LIMITS}
        return {
            "scope": data["scope"], "scope_code": data["scope_code"], "mode": data["mode"],
            "limits": {name: _number(text) for name, text in texts.items()},
            "unlimited": [name for name, text in texts.items() if text == UNLIMITED],
        }  # fmt: skip


def _as_typed(row: MatchTolerance, name: str) -> str:
    value = getattr(row, name)
    return UNLIMITED if name in row.unlimited else "" if value is None else f"{value.normalize():f}"


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return number if number is None or number.is_finite() else None


class PairForm(forms.Form):
    """Two duties, or two roles, and how they are kept apart (SD-1)."""

    strength = forms.ChoiceField(choices=DutyStrength.choices, label="Kept apart")
    first = forms.ChoiceField(label="One")
    second = forms.ChoiceField(label="Other")
    countersign_days = forms.IntegerField(
        required=False, min_value=1, max_value=90, label="Days to countersign",
        help_text="Only when a second signature makes it good.", widget=forms.TextInput({"inputmode": "numeric"}),
    )  # fmt: skip

    def __init__(self, *args: Any, row: DutyPair | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above; for the type checker
            field.choices = [("Duties on a document", list(DUTIES.items())), ("Roles at a site", list(Role.choices))]
            field.disabled = row is not None  # a pair is known by its two; another two is another pair
        if row is not None:
            self.initial = {name: getattr(row, name) for name in self.fields}

    @staticmethod
    def title(row: DutyPair | None) -> str:
        """Return the heading of the page."""
        return "Pair of duties" if row else "New pair of duties"

    def as_input(self) -> dict[str, Any]:
        """Return the pair as the service takes it."""
        return dict(self.cleaned_data)


class RouteForm(forms.Form):
    """A kind of exception, its owner and its time (EX-1)."""

    category = forms.SlugField(max_length=40, label="Code", help_text="Letters and underscores, such as invoice_price.")
    name = forms.CharField(max_length=120, label="Name")
    owner_role = forms.ChoiceField(choices=Role.choices, label="Owner")
    due_hours = forms.IntegerField(
        min_value=1, max_value=999, label="Cured within", help_text="Business hours at the site.",
        widget=forms.TextInput({"inputmode": "numeric"}),
    )  # fmt: skip

    def __init__(self, *args: Any, row: ExceptionRoute | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row is not None:
            self.initial = {name: getattr(row, name) for name in self.fields}
            self.fields["category"].disabled = True

    @staticmethod
    def title(row: ExceptionRoute | None) -> str:
        """Return the heading of the page."""
        return str(row) if row else "New kind of exception"

    def as_input(self) -> dict[str, Any]:
        """Return the route as the service takes it."""
        return dict(self.cleaned_data)


class SwitchesForm(forms.Form):
    """The switches a draft has; each draft brings its own."""

    def __init__(self, settings: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = dict(settings)
        for name, (label, hint) in SWITCHES.items():
            if name in settings:
                self.fields[name] = _switch(name, settings[name], label, hint.capitalize() + ".")


def _switch(name: str, value: Any, label: str, hint: str) -> forms.Field:
    if name in _CHOICES:
        return forms.ChoiceField(choices=_CHOICES[name], label=label, help_text=hint)
    if isinstance(value, list):
        return forms.MultipleChoiceField(
            required=False, choices=list((RUNGS if name == "ladder" else FLAGS).items()), label=label, help_text=hint,
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
    if isinstance(value, bool):
        return forms.BooleanField(required=False, label=label, help_text=hint)
    if isinstance(value, int):
        return forms.IntegerField(label=label, help_text=hint, widget=forms.TextInput({"inputmode": "numeric"}))
    if name.endswith("_until"):
        return forms.CharField(required=False, max_length=5, label=label, help_text=hint)
    return forms.CharField(max_length=12, label=label, help_text=hint, widget=forms.TextInput(_NUMBER))
