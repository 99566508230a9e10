"""What is typed about a bank account; the services judge it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.intake.uploads import Upload, check
from suppliers.models import BankChange, SupplierUser


class AccountForm(forms.Form):
    """A new account."""

    holder = forms.CharField(max_length=120, label=_("Account holder"), help_text=_("as the bank knows them"))
    country = forms.RegexField(
        r"^[A-Za-z]{2}$", max_length=2, label=_("Country of the bank"), help_text=_("two letters, such as GB")
    )
    account = forms.CharField(
        max_length=64, label=_("IBAN or account number"), help_text=_("US: routing:account, such as 021000021:12345678")
    )
    bic = forms.CharField(max_length=20, required=False, label=_("BIC"))
    remit_to = forms.CharField(
        max_length=16, required=False, label=_("Location that is paid"), help_text=_("its code; empty = the usual one")
    )
    reason = forms.CharField(max_length=300, label=_("Why it changes"))
    file = forms.FileField(required=False, label=_("Letter of the bank or statement"), help_text=_("PDF, PNG or JPG"))

    def clean_country(self) -> str:
        """Write the country in capitals."""
        return str(self.cleaned_data["country"]).upper()

    def given(self) -> dict[str, Any]:
        """Return what was written, as the service's command takes it.

        :raises InvalidError: the file is none that can prove an account.
        """
        data = self.cleaned_data
        words = {name: data[name] for name in ("holder", "country", "account", "bic", "reason", "remit_to")}
        return {**words, "evidence": evidence_of(data["file"]) if data["file"] else None}


class EvidenceForm(forms.Form):
    """A file that proves an account."""

    file = forms.FileField(label="Letter of the bank or statement", help_text="PDF, PNG or JPG")


class WhyForm(forms.Form):
    """Why a change ends."""

    reason = forms.CharField(max_length=300, required=False, label="Reason", strip=True)


class CallForm(forms.Form):
    """Whom we called, and what they said."""

    contact = forms.ModelChoiceField(
        SupplierUser.objects.none(), required=False, label="Whom you called", empty_label="A number from elsewhere"
    )
    directory = forms.CharField(
        max_length=100, required=False, label="Where the number is from",
        help_text="a public directory or the contract, never this change",
    )  # fmt: skip
    said = forms.CharField(max_length=100, required=False, label="Who spoke and what they confirmed")

    def __init__(self, change: BankChange, *args: Any, **kwargs: Any) -> None:
        """Offer the people of the change's supplier."""
        super().__init__(*args, **kwargs)
        people = SupplierUser.objects.filter(supplier=change.supplier_id, is_active=True).select_related(
            "user", "supplier"
        )
        field = self.fields["contact"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker what is written above
        field.queryset = people.exclude(user__email="").exclude(user=change.created_by_id).order_by("user__first_name")


def evidence_of(file: Any) -> Upload:
    """Return an uploaded letter of a bank, checked.

    :raises InvalidError: it is no PDF, PNG or JPG, or not what its name says.
    """
    return check(file.name or "", file.read(), kinds=frozenset({"pdf", "png", "jpg"}))
