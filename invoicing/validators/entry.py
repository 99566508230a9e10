"""The typed bill of an order: what staff and suppliers fill in, read into the one command of the workshop."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from foundation.errors import DomainError, InvalidError
from foundation.money import line_amount, total
from invoicing.decisions.commands import ChargeCommand, InvoiceCommand, LineCommand
from invoicing.decisions.totals import Part, Stated, compute
from invoicing.validators.command import check_number
from procurement.models import PurchaseOrder

_PLAIN = re.compile(r"^-?(\d{1,12}|\d{1,3}(,\d{3})+)(\.\d{1,6})?$", re.ASCII)


class StrictDecimalField(forms.DecimalField):
    """A decimal as people write it: digits, thousands commas, one point.

    `1_000`, `1e3`, other scripts' digits and `4,50`, which could be taken for 450, are refused.
    """

    def to_python(self, value: Any) -> Any:
        """Return the number, or nothing for an empty field."""
        text = str(value).strip() if value is not None else ""
        if text and not _PLAIN.match(text):
            raise ValidationError(_("Write a number such as 1250.50."), code="invalid")
        return super().to_python(text.replace(",", ""))


class BillForm(forms.Form):
    """The head of a bill for one order."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=64)
    supplier_number = forms.CharField(label=_("Invoice number"), max_length=60)
    invoice_date = forms.DateField(
        label=_("Invoice date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    stated_total = StrictDecimalField(
        label=_("Total on the invoice"), required=False, help_text=_("With tax. Empty: what the lines come to.")
    )
    charge_description = forms.CharField(label=_("Charge"), required=False, max_length=200)
    charge_amount = StrictDecimalField(label=_("Charge amount"), required=False)
    tax_percent = StrictDecimalField(
        label=_("Tax rate, %"), required=False, min_value=Decimal(0), max_value=Decimal(100),
        help_text=_("20 means 20 %. Empty: none."),
    )  # fmt: skip

    def clean_supplier_number(self) -> str:
        """Refuse numbers that the duplicate check could not read."""
        number: str = self.cleaned_data["supplier_number"].strip()
        try:
            check_number(number)
        except InvalidError as error:
            raise ValidationError(error.message, code=error.code) from error
        return number


class BillLineForm(forms.Form):
    """One order line on the bill; an empty quantity leaves it off."""

    order_line_no = forms.CharField(widget=forms.HiddenInput, max_length=20)
    quantity = StrictDecimalField(label=_("Quantity"), required=False, min_value=Decimal(0), decimal_places=4)
    unit_price = StrictDecimalField(label=_("Price"), required=False, min_value=Decimal(0), decimal_places=6)

    def clean(self) -> dict[str, Any]:
        """A billed quantity needs its price."""
        data = super().clean() or {}
        if data.get("quantity") and data.get("unit_price") is None and "unit_price" not in self.errors:
            self.add_error("unit_price", _("Give the price per unit."))
        return data


class _Lines(forms.BaseFormSet[BillLineForm]):
    def clean(self) -> None:
        """A bill has something on it."""
        if not any(self.errors) and not any(form.cleaned_data.get("quantity") for form in self.forms):
            raise ValidationError(_("Enter a quantity on at least one line."), code="empty")


BillLines = forms.formset_factory(BillLineForm, formset=_Lines, extra=0, max_num=1000, absolute_max=1000)


@dataclass(frozen=True, slots=True)
class OrderLineWords:
    """What the bill repeats of an order line."""

    description: str
    unit_code: str
    item_code: str
    supplier_part: str


class BillEntry:
    """Head and lines of one typed bill, bound to what was sent or prefilled with what is to be billed."""

    def __init__(self, data: Mapping[str, Any] | None = None, **prefill: Any) -> None:
        self.form = BillForm(data, initial=prefill.get("head"))
        self.lines = BillLines(data, prefix="lines", initial=prefill.get("lines"))

    def is_valid(self) -> bool:
        """Check head and lines, both, so that every fault is shown at once."""
        return bool(self.form.is_valid() & self.lines.is_valid())

    def refuse(self, error: DomainError) -> None:
        """Put a refusal of the workshop beside the field it is about."""
        field = str(error.details.get("field", ""))
        self.form.add_error(field if field in self.form.fields else None, error.message)

    def command(self, order: PurchaseOrder, words: Mapping[str, "OrderLineWords"], *, source: str) -> InvoiceCommand:
        """Read the valid entry into the command."""
        return command_from(order, words, self.form, self.lines.forms, source=source)

    @property
    def status(self) -> int:
        """Return the HTTP status of the page that shows it: 422 with faults."""
        return 422 if self.form.errors or (self.lines.is_bound and not self.lines.is_valid()) else 200


def command_from(
    order: PurchaseOrder,
    words: Mapping[str, OrderLineWords],
    form: BillForm,
    lines: Sequence[BillLineForm],
    *,
    source: str,
) -> InvoiceCommand:
    """Read a valid form into a command. Lines name their order line, so nothing is guessed (TM-7)."""
    head = form.cleaned_data
    rate = head["tax_percent"] if head["tax_percent"] is not None else Decimal(0)
    billed = tuple(
        _line(order, words[line.cleaned_data["order_line_no"]], place, line.cleaned_data, rate)
        for place, line in enumerate((f for f in lines if f.cleaned_data.get("quantity")), start=1)
        if line.cleaned_data["order_line_no"] in words
    )
    charges: tuple[ChargeCommand, ...] = ()
    if head["charge_amount"]:
        charges = (ChargeCommand(head["charge_amount"], "", head["charge_description"] or "Charge", rate),)
    parts = [Part(line.net_amount, rate) for line in billed] + [Part(charge.amount, rate) for charge in charges]
    ours = compute(parts, Stated(None, None, Decimal(0), Decimal(0)), order.currency)
    return InvoiceCommand(
        source=source,
        external_id=head["token"],
        supplier_id=order.supplier_id,
        supplier_number=head["supplier_number"],
        invoice_date=head["invoice_date"],
        currency=order.currency,
        order_reference=order.number,
        lines=billed,
        charges=charges,
        stated_net=total(part.amount for part in parts),
        stated_total=ours.total if head["stated_total"] is None else head["stated_total"],
    )


def _line(
    order: PurchaseOrder, words: OrderLineWords, place: int, data: Mapping[str, Any], rate: Decimal
) -> LineCommand:
    return LineCommand(
        line_no=str(place),
        quantity=data["quantity"],
        unit_code=words.unit_code,
        net_amount=line_amount(data["quantity"], data["unit_price"], order.currency),
        description=words.description,
        order_number=order.number,
        order_line_no=data["order_line_no"],
        item_code=words.item_code,
        supplier_part=words.supplier_part,
        tax_percent=rate,
    )
