"""What is typed about a certificate; the services judge it."""

from datetime import date
from typing import Any

from django import forms

from foundation.intake.uploads import Upload, check
from foundation.models import Category, Site
from suppliers.models import CertificateKind

PAPERS = frozenset({"pdf", "png", "jpg"})


class DayField(forms.DateField):
    """A calendar day by the browser's own picker."""

    def __init__(self, *, label: str, help_text: str = "", required: bool = True, initial: date | None = None) -> None:
        """Ask for a day."""
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=label, help_text=help_text, required=required, initial=initial, widget=widget)


class CertificateForm(forms.Form):
    """A certificate with its paper."""

    kind = forms.ModelChoiceField(
        CertificateKind.objects.all(), to_field_name="code", label="What it certifies", empty_label="Choose"
    )
    number = forms.CharField(max_length=60, label="Number", help_text="as printed on it")
    issuer = forms.CharField(max_length=120, label="Issued by")
    valid_from = DayField(label="Valid from")
    valid_until = DayField(label="Last day", required=False, help_text="leave empty when it does not end")
    file = forms.FileField(
        label="The paper", help_text="PDF or a photo, PNG or JPG", widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"})
    )  # fmt: skip

    def given(self) -> dict[str, Any]:
        """Return what was written, as the service's command takes it.

        :raises InvalidError: the file is no PDF, PNG or JPEG, whatever its name says.
        """
        data = self.cleaned_data
        words = {name: data[name] for name in ("number", "issuer", "valid_from", "valid_until")}
        return {**words, "kind": data["kind"].code, "file": paper_of(data["file"])}


class NeedForm(forms.Form):
    """Of whom a certificate is needed."""

    kind = forms.ModelChoiceField(CertificateKind.objects.all(), label="Certificate", empty_label="Choose")
    category = forms.ModelChoiceField(Category.objects.all(), required=False, label="Who sells", empty_label="Anything")
    site = forms.ModelChoiceField(Site.objects.all(), required=False, label="To", empty_label="Every site")
    country = forms.CharField(
        max_length=2, required=False, label="Country of the supplier", help_text="such as US; empty = any"
    )
    needed_from = DayField(label="Needed from", help_text="from then on nothing new is ordered without it")


class KindForm(forms.Form):
    """A kind of certificate."""

    code = forms.CharField(max_length=16, label="Code", help_text="such as ISO-9001")
    name = forms.CharField(max_length=80, label="Name")
    has_end = forms.BooleanField(required=False, initial=True, label="It states a last day")


class RefusalForm(forms.Form):
    """Why a certificate proves nothing."""

    reason = forms.CharField(max_length=300, required=False, label="What is wrong with it", strip=True)


def paper_of(file: Any) -> Upload:
    """Return an uploaded paper, checked.

    :raises InvalidError: it is no PDF, PNG or JPEG, or not what its name says.
    """
    return check(file.name or "", file.read(), kinds=PAPERS)
