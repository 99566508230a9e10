"""The machines' door to goods receipts: a warehouse posts and reverses them; a supplier's client reads its own."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import InvalidError
from foundation.machine.door import (
    KEY,
    VERSION,
    Answer,
    Door,
    application_of,
    found,
    missing,
    now,
    read,
    shown,
    told,
    version_of,
)
from foundation.machine.fields import Filters, NumberField, StrictSerializer, TextField
from foundation.machine.pagination import KeysetPagination
from foundation.models import User
from procurement import access, services
from procurement.api.requisition_serializers import ReasonInput
from procurement.models import Condition, GoodsReceipt, GoodsReceiptLine, ReceiptState
from procurement.services import ReceiptLine
from procurement.validators import MAX_LINES
from suppliers.api.door import PartnerDoor

TEN = OpenApiExample(
    "Ten cases came, one of them damaged", request_only=True,
    value={
        "order": "PO-LDS-100042", "external_id": "WMS-55012", "received_at": "2026-12-10T09:12:00Z",
        "delivery_note": "DN-9001",
        "lines": [
            {"line_no": 10, "quantity": "9", "unit": "XCS"},
            {"line_no": 10, "quantity": "1", "unit": "XCS", "condition": "damaged", "note": "Wet"},
        ],
    },
)  # fmt: skip


class ReceiptLineInput(StrictSerializer):
    """What arrived for one order line."""

    line_no = serializers.IntegerField(min_value=1, max_value=1_000_000)
    quantity = NumberField()
    unit = TextField(max_length=8, required=False, default="", allow_blank=True, help_text="left out: as ordered")
    condition = serializers.ChoiceField(Condition.choices, default=Condition.GOOD)
    note = TextField(max_length=200, required=False, default="", allow_blank=True)


class ReceiptInput(StrictSerializer):
    """Goods that arrived. `external_id` may be left to the Idempotency-Key header."""

    order = TextField(max_length=32)
    external_id = TextField(max_length=80, required=False, default="", allow_blank=True)
    received_at = serializers.DateTimeField()
    delivery_note = TextField(max_length=40, required=False, default="", allow_blank=True)
    note = TextField(max_length=2000, required=False, default="", allow_blank=True)
    lines = ReceiptLineInput(many=True, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg] # of the list


class ReceiptFilters(Filters):
    """What the list of receipts may be narrowed to."""

    lookups = {
        "state": "state", "order": "order__number", "supplier": "supplier__code", "site": "site__code",
        "changed_since": "changed_at__gte",
    }  # fmt: skip

    state = serializers.ChoiceField(ReceiptState.choices, required=False)
    order = serializers.CharField(max_length=32, required=False)
    supplier = serializers.CharField(max_length=16, required=False)
    site = serializers.CharField(max_length=8, required=False)
    changed_since = serializers.DateTimeField(required=False)


class ReceiptLineOutput(serializers.ModelSerializer[GoodsReceiptLine]):
    """What arrived: as written in `unit`, and counted in the item's base unit."""

    line_no = serializers.IntegerField(source="order_line.line_no")
    quantity = NumberField()
    unit = serializers.CharField(source="unit.code")
    delivered = NumberField()
    accepted = NumberField()
    rejected = NumberField()

    class Meta:
        model = GoodsReceiptLine
        fields = ["line_no", "quantity", "unit", "condition", "delivered", "accepted", "rejected"]
        read_only_fields = fields


class ReceiptOutput(serializers.ModelSerializer[GoodsReceipt]):
    """A receipt as it stands."""

    order = serializers.CharField(source="order.number")
    supplier = serializers.CharField(source="supplier.code")
    site = serializers.CharField(source="site.code")

    class Meta:
        model = GoodsReceipt
        fields = [
            "number", "order", "supplier", "site", "state", "external_id", "delivery_note", "received_at",
            "reversed_at", "changed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class ReceiptDetail(ReceiptOutput):
    """One receipt with its lines."""

    lines = ReceiptLineOutput(many=True)

    class Meta(ReceiptOutput.Meta):
        fields = [*ReceiptOutput.Meta.fields, "lines"]
        read_only_fields = fields


class ReceiptDoor(PartnerDoor):
    """Goods receipts."""

    def visible(self, user: User) -> QuerySet[GoodsReceipt]:
        """Return the receipts the caller may see; a supplier sees those of its own orders."""
        rows = access.receipts_of_supplier(self.own.pk) if self.own else access.visible_receipts(user)
        return rows.select_related("order", "supplier", "site")

    def whole(self, user: User, **names: Any) -> dict[str, Any]:
        """Return one receipt with its lines."""
        lines = Prefetch("lines", GoodsReceiptLine.objects.select_related("order_line", "unit").order_by("pk"))
        return shown(ReceiptDetail(found(self.visible(user).prefetch_related(lines), "receipt", **names)))


class ReceiptList(ReceiptDoor):
    """Receipts: post one, list them."""

    pagination_class = KeysetPagination

    @extend_schema(parameters=[ReceiptFilters], responses=ReceiptOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the receipts the caller may see, newest first, by position."""
        return self.page(request, ReceiptFilters, self.visible, ReceiptOutput)

    @extend_schema(request=ReceiptInput, responses={201: ReceiptDetail}, parameters=[KEY], examples=[TEN])
    def post(self, request: Request) -> Response:
        """Post goods that arrived, by a client with a receiver's duty at the site. The same id has one effect."""
        data = read(ReceiptInput, request)

        def act(user: User) -> Answer:
            if self.own:
                raise missing()
            if not access.visible_orders(user).filter(number=data["order"]).exists():
                raise InvalidError(
                    "order_unknown", f"There is no order {data['order']} at your sites.", field="order",
                    value=data["order"], cure="Look the number up in /api/v1/orders/.",
                )  # fmt: skip
            at = now()
            receipt = services.post_goods_receipt(
                order_number=data["order"], source=f"api:{application_of(request)}",
                external_id=data["external_id"] or request.headers["Idempotency-Key"][:80],
                received_at=data["received_at"], actor=user, at=at, delivery_note=data["delivery_note"],
                note=data["note"],
                lines=[
                    ReceiptLine(x["line_no"], x["quantity"], x["unit"], x["condition"], x["note"]) for x in data["lines"]
                ],
            )  # fmt: skip
            return (201 if receipt.created_at == at else 200), self.whole(user, pk=receipt.pk)

        return self.once(request, act, given=data["external_id"])


class ReceiptItem(ReceiptDoor):
    """One receipt."""

    @extend_schema(responses=ReceiptDetail)
    def get(self, request: Request, number: str) -> Response:
        """Return one receipt with its lines."""
        with self.as_caller(request) as user:
            return told(self.whole(user, number=number))


class ReceiptReverse(ReceiptDoor):
    """Reversing."""

    as_caller = Door.as_caller

    @extend_schema(request=ReasonInput, responses=ReceiptDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """Take a whole receipt back: the order's quantities go down by what it brought."""
        version, data = version_of(request), read(ReasonInput, request)

        def act(user: User) -> Answer:
            one = found(self.visible(user), "receipt", number=number)
            services.reverse_goods_receipt(receipt_id=one.pk, expected_version=version, actor=user, at=now(), **data)
            return 200, self.whole(user, pk=one.pk)

        return self.once(request, act, needed=False)
