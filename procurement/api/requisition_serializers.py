"""Requisitions as machines write and read them: numbers are strings, dates ISO 8601 days."""

from typing import Any

from rest_framework import serializers

from foundation.machine.fields import Filters, NumberField, StrictSerializer, TextField
from procurement.models import Requisition, RequisitionState, SpendKind
from procurement.services import LineInput
from procurement.validators import MAX_LINES


class RequisitionLineInput(StrictSerializer):
    """One need: an item by its code, or a description with a category."""

    item = TextField(max_length=32, required=False, default="", allow_blank=True)
    description = TextField(max_length=300, required=False, default="", allow_blank=True)
    category = TextField(max_length=16, required=False, default="", allow_blank=True, help_text="of a free-text line")
    spend_kind = serializers.ChoiceField(SpendKind.choices, default=SpendKind.CATALOGUE)
    quantity = NumberField()
    unit = TextField(max_length=8, help_text="UN/ECE Recommendation 20 or 21")
    unit_price = NumberField(
        required=False, allow_null=True, default=None, help_text="net, site's currency; left out: the source's price"
    )
    need_by = serializers.DateField(required=False, allow_null=True, default=None)


class RequisitionHead(StrictSerializer):
    """What a draft's head may be changed to."""

    cost_centre = TextField(max_length=16)
    need_by = serializers.DateField()
    title = TextField(max_length=120, required=False, default="", allow_blank=True)
    note = TextField(max_length=2000, required=False, default="", allow_blank=True)
    is_urgent = serializers.BooleanField(default=False)
    urgent_reason = TextField(max_length=200, required=False, default="", allow_blank=True)
    lines = RequisitionLineInput(many=True, max_length=MAX_LINES)  # type: ignore[call-arg] # of the list


class RequisitionInput(RequisitionHead):
    """A draft at a site."""

    site = TextField(max_length=8)


class ReasonInput(StrictSerializer):
    """Why a document is moved."""

    reason = TextField(max_length=500)


class OptionalReasonInput(StrictSerializer):
    """Why a document is moved, if there is anything to say."""

    reason = TextField(max_length=500, required=False, default="", allow_blank=True)


class RequisitionFilters(Filters):
    """What the list of requisitions may be narrowed to."""

    lookups = {
        "state": "state", "site": "ship_to__code", "changed_since": "changed_at__gte", "requester": "requester__username"
    }  # fmt: skip

    state = serializers.ChoiceField(RequisitionState.choices, required=False)
    site = serializers.CharField(max_length=8, required=False)
    requester = serializers.CharField(max_length=150, required=False, help_text="user name")
    changed_since = serializers.DateTimeField(required=False)


class RequisitionOutput(serializers.ModelSerializer[Requisition]):
    """A requisition as it stands."""

    site = serializers.CharField(source="ship_to.code")
    requester = serializers.CharField(source="requester.username")
    cost_centre = serializers.CharField(source="cost_centre.code")
    total_amount = NumberField()
    flags = serializers.ListField(child=serializers.CharField(), help_text="what was unusual at submission")

    class Meta:
        model = Requisition
        fields = [
            "number", "state", "site", "requester", "cost_centre", "title", "currency", "total_amount", "need_by",
            "is_urgent", "flags", "submitted_at", "approved_at", "closed_at", "state_reason", "changed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class RequisitionLineOutput(serializers.Serializer[Any]):
    """One need with its price, its source and the orders it became."""

    line_no = serializers.IntegerField()
    item = serializers.CharField(source="item.code", default="")
    description = serializers.CharField()
    category = serializers.CharField(source="category.code")
    spend_kind = serializers.CharField()
    quantity = NumberField(help_text="zero: an approver struck the line, and it is never ordered (AP-4)")
    asked_quantity = NumberField(
        allow_null=True, help_text="what was asked for, when an approver reduced it; else null"
    )
    unit = serializers.CharField(source="unit.code")
    unit_price = NumberField()
    price_source = serializers.CharField()
    line_amount = NumberField()
    need_by = serializers.DateField()
    supplier = serializers.CharField(source="supplier.code", default="")
    contract = serializers.CharField(source="contract.number", default="")
    waiting_reason = serializers.CharField()
    goes_out_at = serializers.DateTimeField(
        allow_null=True, help_text="when the combined order it waits for is placed (RQ-5); null when it waits for none"
    )
    orders = serializers.SerializerMethodField()

    def get_orders(self, line: Any) -> list[str]:
        """Return the numbers of the orders this line is on."""
        return sorted({source.order_line.order.number for source in line.order_sources.all()})


class RequisitionDetail(RequisitionOutput):
    """One requisition with its lines."""

    lines = RequisitionLineOutput(many=True)

    class Meta(RequisitionOutput.Meta):
        fields = [*RequisitionOutput.Meta.fields, "note", "urgent_reason", "lines"]
        read_only_fields = fields


def lines_of(data: dict[str, Any]) -> list[LineInput]:
    """Read valid lines into what the workshop takes."""
    renamed = {"item": "item_code", "category": "category_code", "unit": "unit_code"}
    return [LineInput(**{renamed.get(name, name): value for name, value in line.items()}) for line in data["lines"]]


def head_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords of a head that need no looking up."""
    return {name: data[name] for name in ("need_by", "title", "note", "is_urgent", "urgent_reason")}
