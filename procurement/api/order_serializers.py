"""Orders as machines read them. Quantities of a line are those of PO-0, in the item's base unit."""

from typing import Any

from rest_framework import serializers

from foundation.machine.fields import Filters, NumberField
from procurement.models import AckStatus, OrderState, ProgressStatus, PurchaseOrder


class OrderFilters(Filters):
    """What the list of orders may be narrowed to."""

    lookups = {
        "state": "state", "site": "ship_to__code", "supplier": "supplier__code", "ack_status": "ack_status",
        "receipt_status": "receipt_status", "changed_since": "changed_at__gte",
    }  # fmt: skip

    state = serializers.ChoiceField(OrderState.choices, required=False)
    site = serializers.CharField(max_length=8, required=False)
    supplier = serializers.CharField(max_length=16, required=False)
    ack_status = serializers.ChoiceField(AckStatus.choices, required=False)
    receipt_status = serializers.ChoiceField(ProgressStatus.choices, required=False)
    changed_since = serializers.DateTimeField(required=False)


class OrderOutput(serializers.ModelSerializer[PurchaseOrder]):
    """An order as it stands."""

    supplier = serializers.CharField(source="supplier.code")
    site = serializers.CharField(source="ship_to.code")
    total_amount = NumberField()

    class Meta:
        model = PurchaseOrder
        fields = [
            "number", "state", "supplier", "site", "currency", "total_amount", "payment_terms_days", "need_by",
            "revision", "ack_status", "receipt_status", "invoice_status", "issued_at", "ack_due_at", "acknowledged_at",
            "closed_at", "changed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class QuantitiesOutput(serializers.Serializer[Any]):
    """PO-0: ordered + over = open + fulfilled + cancelled + closed short, in the line's base unit."""

    ordered = NumberField(source="q.ordered")
    delivered = NumberField(source="line.delivered")
    accepted = NumberField(source="line.accepted")
    rejected = NumberField(source="line.rejected")
    returned = NumberField(source="line.returned")
    fulfilled = NumberField(source="q.fulfilled")
    open = NumberField(source="q.open")
    over = NumberField(source="q.over")
    cancelled = NumberField(source="q.cancelled")
    closed_short = NumberField(source="q.closed_short")
    in_quarantine = NumberField(source="q.in_quarantine")
    invoiced = NumberField(source="line.invoiced")
    credited = NumberField(source="line.credited")
    to_invoice = NumberField(source="q.to_invoice")


class OrderLineOutput(serializers.Serializer[Any]):
    """A line with its computed quantities."""

    line_no = serializers.IntegerField(source="line.line_no")
    item = serializers.CharField(source="line.item.code", default="")
    supplier_part = serializers.CharField(source="line.supplier_part")
    description = serializers.CharField(source="line.description")
    quantity = NumberField(source="line.quantity")
    unit = serializers.CharField(source="line.unit.code")
    base_unit = serializers.SerializerMethodField()
    base_factor = NumberField(source="line.base_factor")
    unit_price = NumberField(source="line.unit_price")
    line_amount = NumberField(source="line.line_amount")
    need_by = serializers.DateField(source="line.need_by")
    promised = serializers.DateField(source="line.promised", allow_null=True)
    answer = serializers.CharField(source="line.ack_status")
    receipt_status = serializers.CharField(source="q.receipt")
    invoice_status = serializers.CharField(source="q.invoicing")
    quantities = QuantitiesOutput(source="*")

    def get_base_unit(self, view: Any) -> str:
        """Return the unit that `quantities` are in."""
        return str(view.line.item.base_unit.code if view.line.item else view.line.unit.code)


class OrderVersionOutput(serializers.Serializer[Any]):
    """An issued version, as the supplier was sent it; it never changes."""

    revision = serializers.IntegerField()
    issued_at = serializers.DateTimeField()
    content_hash = serializers.CharField()
    content = serializers.JSONField()


class OrderDetail(OrderOutput):
    """One order with its lines and issued versions."""

    lines = OrderLineOutput(source="line_views", many=True)
    versions = OrderVersionOutput(source="issued_versions", many=True)

    class Meta(OrderOutput.Meta):
        fields = [*OrderOutput.Meta.fields, "lines", "versions"]
        read_only_fields = fields


class OurOrderDetail(OrderDetail):
    """What only our own clients read besides: hold, reasons, commitment. A supplier's client gets none of these."""

    hold_reason = serializers.CharField(required=False)
    state_reason = serializers.CharField(required=False)
    open_amount = NumberField(required=False)
    is_touchless = serializers.BooleanField(required=False)

    class Meta(OrderDetail.Meta):
        fields = [*OrderDetail.Meta.fields, "hold_reason", "state_reason", "open_amount", "is_touchless"]
        read_only_fields = [name for name in fields if name in OrderDetail.Meta.fields]
