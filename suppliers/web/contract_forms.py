"""Forms of contracts: terms with a table of prices, and the words that go with a step."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from foundation.errors import InvalidError
from foundation.models import Site
from foundation.web.numbers import NumberField, read_number
from foundation.web.tables import LARGEST, Cells, rows_of
from suppliers.decisions.contract_terms import PriceTerm, Terms
from suppliers.models import ContractKind, Supplier, SupplierState

COLUMNS = ("item", "unit", "from_quantity", "unit_price", "sites")
NEEDED = ("item", "unit", "unit_price")
SHOWN_FAULTS = 20
HEAD = "\t".join(COLUMNS)


class ContractForm(forms.Form):
    """What is agreed; prices as rows of a spreadsheet."""

    title = forms.CharField(max_length=120, label="What it is about")
    kind = forms.ChoiceField(choices=ContractKind.choices, label="Kind")
    currency = forms.CharField(
        max_length=3, label="Currency", help_text="Such as GBP. Sites buy in their own currency."
    )
    valid_from = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    valid_to = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ceiling = NumberField(required=False, label="Ceiling", help_text="The most that may be ordered; empty = no limit.")
    floor = NumberField(required=False, label="Floor", help_text="What we promised to buy; empty = nothing.")
    sites = forms.MultipleChoiceField(
        required=False, label="Sites", widget=forms.CheckboxSelectMultiple, help_text="None chosen means every site."
    )
    prices = forms.CharField(
        required=False, label="Prices", max_length=LARGEST, strip=False,
        help_text="Paste rows from a spreadsheet, with the names of the columns first. Prices are net per unit.",
        widget=forms.Textarea(attrs={"rows": 10, "class": "mono", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sites"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above; for the type checker
        field.choices = list(Site.objects.filter(is_active=True).values_list("code", "name"))

    def clean_prices(self) -> tuple[PriceTerm, ...]:
        """Read the rows; each refusal names line, column and cure."""
        text = self.cleaned_data["prices"]
        if not text.strip() or text.strip() == HEAD.strip():
            return ()
        try:
            rows, faults = rows_of(text.encode(), COLUMNS, NEEDED, _row)
        except InvalidError as error:
            raise ValidationError(error.message, code=error.code) from error
        if faults:
            raise ValidationError(
                [f"Line {f.line}, {f.column.replace('_', ' ') or 'row'}: {f.message}" for f in faults[:SHOWN_FAULTS]]
            )
        return tuple(rows)

    def terms(self) -> Terms:
        """Return what was written, as the service takes it."""
        data = self.cleaned_data
        return Terms(
            data["title"], data["kind"], data["currency"].upper(), data["valid_from"], data["valid_to"],
            data["ceiling"], data["floor"], tuple(data["sites"]), data["prices"],
        )  # fmt: skip


class NewContractForm(ContractForm):
    """A new contract."""

    supplier = forms.ModelChoiceField(
        Supplier.objects.none(), label="Supplier", empty_label="Choose", to_field_name="code"
    )
    field_order = ("supplier",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["supplier"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above; for the type checker
        ended = (SupplierState.BLOCKED, SupplierState.OFFBOARDED)
        field.queryset = Supplier.objects.exclude(state__in=ended).order_by("name")


class AmendForm(ContractForm):
    """Other terms for a contract that is there."""

    reason = forms.CharField(
        required=False, max_length=300, label="Why it changes", help_text="For whoever puts it in force."
    )


class PaperForm(forms.Form):
    """A file of a contract."""

    file = forms.FileField(label="File", widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}))


def initial_of(terms: Terms) -> dict[str, Any]:
    """Return what a form shows of terms."""
    return {
        "title": terms.title, "kind": terms.kind, "currency": terms.currency, "valid_from": terms.valid_from,
        "valid_to": terms.valid_to, "ceiling": _shown(terms.ceiling), "floor": _shown(terms.floor),
        "sites": list(terms.sites), "prices": "\n".join([HEAD, *map(_line, terms.prices)]),
    }  # fmt: skip


def _line(price: PriceTerm) -> str:
    cells = (price.item, price.unit, _shown(price.from_quantity), _shown(price.unit_price), " ".join(price.sites))
    return "\t".join(cells)


def _shown(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _row(line: int, cells: Cells) -> PriceTerm:
    return PriceTerm(
        cells["item"].upper(), cells["unit"].upper(), _number(cells, "from_quantity", Decimal(0)),
        _number(cells, "unit_price", None), tuple(cells.get("sites", "").upper().replace(",", " ").split()), line,
    )  # fmt: skip


def _number(cells: Cells, name: str, empty: Decimal | None) -> Decimal:
    text = cells.get(name, "")
    if not text and empty is not None:
        return empty
    try:
        return read_number(text)
    except ValidationError as error:
        raise InvalidError(f"{name}_unfit", error.messages[0], field=name, value=text) from error
