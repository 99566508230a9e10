"""What the admin reads: the draft a row belongs to, the version that was on screen, the columns for the service."""

from typing import Any, ClassVar

from django import forms

from policies.decisions.tolerances import LIMITS
from policies.models import PolicyKind, PolicyState, PolicyVersion

AnyForm = Any  # Django's admin hands forms around without types


class RowForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A row of a draft. A new row names its draft; a known one keeps it, and its place in it."""

    kind: ClassVar[str]
    place: ClassVar[tuple[str, ...]] = ()

    draft = forms.ModelChoiceField(PolicyVersion.objects.none(), label="Draft")
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drafts = PolicyVersion.objects.filter(kind=self.kind, state=PolicyState.DRAFT)
        field = forms.ModelChoiceField(drafts, label="Draft")
        if self.instance.pk:
            field = forms.ModelChoiceField(
                drafts.filter(pk=self.instance.policy_id), label="Draft", initial=self.instance.policy_id, disabled=True
            )  # fmt: skip
            self.fields["seen"].initial = self.instance.policy.version
            for name in self.place:
                self.fields[name].disabled = True
        self.fields["draft"] = field

    def clean(self) -> dict[str, Any]:
        """Remember the draft of a new row."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("draft"):
            self.instance.policy = data["draft"]
        return data

    def seen_draft(self) -> dict[str, Any]:
        """Return the draft and the version that was on screen."""
        draft = self.instance.policy
        seen = self.cleaned_data.get("seen") if self.instance.pk else draft.version
        return {"version_id": draft.pk, "expected_version": seen or 0}

    def as_input(self) -> dict[str, Any]:
        """Return the columns as the service takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"draft", "seen"}}


class RuleForm(RowForm):
    """A row of the matrix without its stages."""

    kind = PolicyKind.APPROVAL


class ToleranceForm(RowForm):
    """A level of tolerances."""

    kind = PolicyKind.TOLERANCE
    place = ("scope", "scope_code")

    def as_input(self) -> dict[str, Any]:
        """Return the limits as the service takes them."""
        data = super().as_input()
        limits = {name: data.pop(name) for name in LIMITS}
        return {**data, "limits": limits, "unlimited": list(data["unlimited"] or [])}


class DutyPairForm(RowForm):
    """A pair of duties."""

    kind = PolicyKind.DUTY
    place = ("first", "second")


class ExceptionRouteForm(RowForm):
    """A kind of exception."""

    kind = PolicyKind.ROUTING
    place = ("category",)


class VersionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """One act on a draft at a time: other switches, publication, or its end."""

    act = forms.ChoiceField(
        required=False,
        choices=[("", "Save the switches"), ("publish", "Publish"), ("discard", "Discard")],
        help_text="A second person publishes; whoever wrote in the draft may not.",
    )
    effective_from = forms.SplitDateTimeField(required=False, help_text="Empty: at once.")
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version
        self.fields["settings"].required = False

    def has_new_switches(self) -> bool:
        """Say whether the switches differ from those that were shown."""
        return bool(self.cleaned_data.get("settings") != self.initial.get("settings"))

    def clean(self) -> dict[str, Any]:
        """Refuse two acts in one press: the second would be judged on what the first changed."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("settings") is None:
            data["settings"] = {}
        if data.get("act") and self.has_new_switches():
            self.add_error("act", "Save the switches first, then publish or discard.")
        return data
