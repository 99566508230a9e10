"""Bills as machines write and read them: amounts and quantities are strings, dates are ISO 8601 days."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from foundation.machine.fields import CurrencyField, Filters, NumberField, StrictSerializer, TextField
from invoicing.decisions.commands import ChargeCommand, InvoiceCommand, LineCommand
from invoicing.models import Invoice, InvoiceKind, InvoiceState


class ChargeSerializer(StrictSerializer):
    """Freight, surcharge or allowance; an allowance is negative."""

    code = TextField(max_length=20, required=False, default="", allow_blank=True)
    description = TextField(max_length=200, required=False, default="", allow_blank=True)
    amount = NumberField()
    tax_percent = NumberField(required=False, allow_null=True, default=None)
    tax_code = TextField(max_length=10, required=False, default="", allow_blank=True)


class LineSerializer(StrictSerializer):
    """One billed line."""

    line_no = TextField(max_length=20)
    order = TextField(max_length=60, required=False, default="", allow_blank=True)
    order_line = TextField(max_length=20, required=False, default="", allow_blank=True)
    item = TextField(max_length=60, required=False, default="", allow_blank=True)
    supplier_part = TextField(max_length=60, required=False, default="", allow_blank=True)
    gtin = serializers.RegexField(r"^\d{8,14}$", required=False, default="", allow_blank=True)
    description = TextField(max_length=300, required=False, default="", allow_blank=True)
    quantity = NumberField()
    unit = TextField(max_length=12)
    net_amount = NumberField()
    tax_percent = NumberField(required=False, allow_null=True, default=None)
    tax_code = TextField(max_length=10, required=False, default="", allow_blank=True)


class InvoiceInput(StrictSerializer):
    """A bill or credit note. `external_id` may be left to the Idempotency-Key header."""

    external_id = TextField(max_length=120, required=False, default="", allow_blank=True)
    supplier = TextField(
        max_length=16,
        required=False,
        default="",
        allow_blank=True,
        help_text="code; a supplier's own client may leave it",
    )
    kind = serializers.ChoiceField(InvoiceKind.choices, default=InvoiceKind.INVOICE)
    supplier_number = TextField(max_length=60)
    invoice_date = serializers.DateField()
    due_date = serializers.DateField(required=False, allow_null=True, default=None)
    currency = CurrencyField(max_length=3, help_text="ISO 4217")
    order = TextField(max_length=60, required=False, default="", allow_blank=True)
    credited_invoice = TextField(max_length=60, required=False, default="", allow_blank=True)
    bank_account = TextField(max_length=64, required=False, default="", allow_blank=True)
    remit_to = TextField(
        max_length=16, required=False, default="", allow_blank=True, help_text="code of your location to be paid"
    )
    legal_entity = TextField(max_length=12, required=False, default="", allow_blank=True)
    net_amount = NumberField(required=False, allow_null=True, default=None)
    tax_amount = NumberField(required=False, allow_null=True, default=None)
    rounding_amount = NumberField(required=False, default=Decimal(0))
    total_amount = NumberField()
    lines = LineSerializer(many=True, allow_empty=False, max_length=1000)  # type: ignore[call-arg] # of the list
    charges = ChargeSerializer(many=True, required=False, default=list, max_length=100)  # type: ignore[call-arg] # same


class InvoiceFilters(Filters):
    """What a list may be narrowed to."""

    lookups = {
        "state": "state", "supplier": "supplier__code", "site": "site__code", "order": "order_reference",
        "changed_since": "changed_at__gte",
    }  # fmt: skip

    state = serializers.ChoiceField(InvoiceState.choices, required=False)
    supplier = serializers.CharField(max_length=16, required=False)
    site = serializers.CharField(max_length=8, required=False)
    order = serializers.CharField(max_length=60, required=False)
    changed_since = serializers.DateTimeField(required=False)


def command_of(
    data: dict[str, Any], *, source: str, external_id: str, supplier_id: int, entity_id: int | None
) -> InvoiceCommand:
    """Read valid input into the command of the workshop."""
    return InvoiceCommand(
        source=source,
        external_id=external_id,
        supplier_id=supplier_id,
        supplier_number=data["supplier_number"],
        invoice_date=data["invoice_date"],
        due_date=data["due_date"],
        currency=data["currency"],
        kind=data["kind"],
        order_reference=data["order"],
        credited_invoice_number=data["credited_invoice"],
        bank_account=data["bank_account"],
        remit_to=data["remit_to"],
        legal_entity_id=entity_id,
        stated_net=data["net_amount"],
        stated_tax=data["tax_amount"],
        stated_rounding=data["rounding_amount"],
        stated_total=data["total_amount"],
        lines=tuple(_line(line) for line in data["lines"]),
        charges=tuple(ChargeCommand(**charge) for charge in data["charges"]),
    )


def _line(data: dict[str, Any]) -> LineCommand:
    renamed = {"order": "order_number", "order_line": "order_line_no", "item": "item_code", "unit": "unit_code"}
    return LineCommand(**{renamed.get(name, name): value for name, value in data.items()})


class HoldOutput(serializers.Serializer[Any]):
    """What keeps an invoice."""

    code = serializers.CharField()
    line_no = serializers.CharField(source="line.line_no", default=None, allow_null=True)
    sentence = serializers.CharField()
    amount = NumberField()
    is_exception = serializers.BooleanField()


class InvoiceOutput(serializers.ModelSerializer[Invoice]):
    """An invoice as it stands."""

    supplier = serializers.CharField(source="supplier.code")
    site = serializers.CharField(source="site.code", default=None, allow_null=True)
    order = serializers.CharField(source="order_reference")
    net_amount = NumberField()
    tax_amount = NumberField()
    total_amount = NumberField(source="stated_total")
    computed_total = NumberField(source="total_amount")

    class Meta:
        model = Invoice
        fields = [
            "number", "kind", "supplier", "supplier_number", "state", "site", "order", "invoice_date", "due_date",
            "currency", "net_amount", "tax_amount", "total_amount", "computed_total", "expected_date", "received_at",
            "released_at", "voucher", "paid_at", "state_reason", "version",
        ]  # fmt: skip
        read_only_fields = fields


class InvoiceDetail(InvoiceOutput):
    """One invoice with what keeps it."""

    holds = HoldOutput(source="open_holds", many=True)

    class Meta(InvoiceOutput.Meta):
        fields = [*InvoiceOutput.Meta.fields, "holds"]
        read_only_fields = fields
