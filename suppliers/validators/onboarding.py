"""What is typed to invite a company, and what it types about itself; services and decisions judge it."""

from typing import Any

from django import forms

from foundation.models import Category, Site
from suppliers.decisions.profile import COMPANY, CONTACTS, ORDERS, SERVES, TERMS


class _Codes(forms.MultipleChoiceField):
    """Several of a list, as boxes to tick: on a telephone nothing else is found."""

    def __init__(self, *, label: str, help_text: str = "", required: bool = False) -> None:
        """Ask for any number."""
        super().__init__(
            label=label, help_text=help_text, required=required, widget=forms.CheckboxSelectMultiple, choices=()
        )


def _offer(form: forms.Form) -> None:
    """Fill in categories and sites; two statements."""
    categories, sites = form.fields["categories"], form.fields["sites"]
    assert isinstance(categories, forms.MultipleChoiceField)  # noqa: S101 - tells the type checker what is written above
    assert isinstance(sites, forms.MultipleChoiceField)  # noqa: S101 - same
    categories.choices = [(c.code, f"{'· ' * (c.path.count('/') - 1)}{c.name}") for c in Category.objects.all()]
    sites.choices = [(s.code, s.name) for s in Site.objects.filter(is_active=True)]


class InvitationForm(forms.Form):
    """A company to invite."""

    name = forms.CharField(max_length=120, label="Company")
    country = forms.CharField(max_length=2, label="Country", help_text="two letters, such as GB")
    currency = forms.CharField(max_length=3, label="Currency we buy in", help_text="such as GBP")
    person_name = forms.CharField(max_length=120, label="Whom we write to")
    email = forms.EmailField(label="Their e-mail")
    why = forms.CharField(max_length=300, label="Why", help_text="they read it in the letter")
    categories = _Codes(label="What they may sell", required=True)
    sites = _Codes(label="To which sites", help_text="none ticked: to every site")
    nevertheless = forms.CharField(
        max_length=300, required=False, label="Why it is not the supplier we have", help_text="only when one is like it"
    )

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        """Offer what there is; of a company we have a record of, name, country and currency stay."""
        super().__init__(*args, **kwargs)
        _offer(self)
        for name in ("name", "country", "currency"):
            self.fields[name].disabled = known


class CompanyForm(forms.Form):
    """The company itself."""

    name = forms.CharField(max_length=120, required=False, label="Name", help_text="as registered")
    trading_name = forms.CharField(max_length=120, required=False, label="Name you trade under, if another")
    country = forms.CharField(max_length=2, required=False, label="Country", help_text="two letters, such as GB")
    tax_id = forms.CharField(
        max_length=32, required=False, label="Tax number", help_text="VAT number; in the US the EIN"
    )
    address = forms.CharField(
        max_length=600, required=False, label="Registered address", widget=forms.Textarea(attrs={"rows": 4})
    )


class OrdersForm(forms.Form):
    """Where orders go and when we pay."""

    order_email = forms.EmailField(required=False, label="E-mail for orders")
    currency = forms.CharField(max_length=3, required=False, label="Currency of your prices", help_text="such as GBP")
    terms_days = forms.TypedChoiceField(
        coerce=int, label="We pay within", choices=[(days, f"{days} days of the invoice" if days else "at once") for days in TERMS], initial=30
    )  # fmt: skip


class ContactsForm(forms.Form):
    """Whom we talk to."""

    orders_name = forms.CharField(max_length=120, required=False, label="About orders: name")
    orders_email = forms.EmailField(required=False, label="About orders: e-mail")
    orders_phone = forms.CharField(max_length=40, required=False, label="About orders: telephone")
    accounts_name = forms.CharField(max_length=120, required=False, label="About invoices: name")
    accounts_email = forms.EmailField(required=False, label="About invoices: e-mail")
    accounts_phone = forms.CharField(max_length=40, required=False, label="About invoices: telephone")


class ServesForm(forms.Form):
    """What the company sells, and to which of our sites."""

    categories = _Codes(label="What you sell")
    sites = _Codes(label="Which sites you deliver to", help_text="none ticked: every site")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what there is."""
        super().__init__(*args, **kwargs)
        _offer(self)


STEP_FORMS: dict[str, type[forms.Form]] = {
    COMPANY: CompanyForm, ORDERS: OrdersForm, CONTACTS: ContactsForm, SERVES: ServesForm,
}  # fmt: skip


class SpendForm(forms.Form):
    """What to buy from a supplier, and where."""

    categories = _Codes(label="What to buy", required=True)
    sites = _Codes(label="For which sites", help_text="none ticked: for every site")
    reason = forms.CharField(max_length=300, required=False, label="Why", strip=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what there is."""
        super().__init__(*args, **kwargs)
        _offer(self)


class CheckForm(forms.Form):
    """What somebody found about an open check."""

    verdict = forms.ChoiceField(
        choices=[("passed", "It is not them"), ("failed", "It is them")], label="What you found"
    )
    reason = forms.CharField(max_length=300, required=False, label="How you know", strip=True)
