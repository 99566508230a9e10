"""The machines' door to suppliers' answers: by the supplier's own client, or by a buyer's on its behalf."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import InvalidError, require
from foundation.machine.door import (
    KEY,
    VERSION,
    Answer,
    Door,
    application_of,
    found,
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
from procurement.models import AcknowledgmentLine, AckState, LineAnswer, OrderAcknowledgment, PurchaseOrder
from procurement.services import AnswerLine
from procurement.validators import MAX_LINES
from suppliers.api.door import PartnerDoor

HEADERS = [
    ("accept_all", "Everything as ordered"),
    ("reject_all", "Nothing will come; say why in note"),
    ("lines", "See the lines"),
]
ALL = OpenApiExample(
    "Everything will come as ordered", request_only=True,
    value={"order": "PO-LDS-100042", "external_id": "SO-7781", "answer": "accept_all"},
)  # fmt: skip
LATER = OpenApiExample(
    "One line comes later", request_only=True,
    value={
        "order": "PO-LDS-100042", "external_id": "SO-7782", "answer": "lines",
        "lines": [{"line_no": 10, "answer": "date_changed", "quantity": "10", "promised": "2026-12-14"}],
    },
)  # fmt: skip


class AnswerLineInput(StrictSerializer):
    """What is said about one order line, or one delivery of it; quantity in the order line's unit."""

    line_no = serializers.IntegerField(min_value=1, max_value=1_000_000)
    answer = serializers.ChoiceField(LineAnswer.choices)
    quantity = NumberField()
    unit_price = NumberField(required=False, allow_null=True, default=None, help_text="left out: as ordered")
    promised = serializers.DateField(required=False, allow_null=True, default=None, help_text="left out: as asked")
    substitute = TextField(max_length=80, required=False, default="", allow_blank=True)
    reason = TextField(max_length=200, required=False, default="", allow_blank=True)


class AcknowledgmentInput(StrictSerializer):
    """An answer to an issued order. `external_id` may be left to the Idempotency-Key header."""

    order = TextField(max_length=32)
    external_id = TextField(max_length=80, required=False, default="", allow_blank=True)
    answer = serializers.ChoiceField(HEADERS)
    revision = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=1_000_000,
        help_text="the version answered; left out: the newest",
    )  # fmt: skip
    answered_at = serializers.DateTimeField(required=False, allow_null=True, default=None, help_text="left out: now")
    supplier_reference = TextField(max_length=40, required=False, default="", allow_blank=True)
    note = TextField(max_length=2000, required=False, default="", allow_blank=True)
    lines = AnswerLineInput(many=True, required=False, default=list, max_length=MAX_LINES)  # type: ignore[call-arg] # of the list


class AcknowledgmentFilters(Filters):
    """What the list of answers may be narrowed to."""

    lookups = {
        "state": "state", "order": "order__number", "supplier": "supplier__code", "site": "order__ship_to__code",
        "received_since": "received_at__gte",
    }  # fmt: skip

    state = serializers.ChoiceField(AckState.choices, required=False)
    order = serializers.CharField(max_length=32, required=False)
    supplier = serializers.CharField(max_length=16, required=False)
    site = serializers.CharField(max_length=8, required=False)
    received_since = serializers.DateTimeField(required=False)


class AnswerLineOutput(serializers.ModelSerializer[AcknowledgmentLine]):
    """One statement about one line."""

    line_no = serializers.IntegerField(source="order_line.line_no")
    quantity = NumberField()
    unit_price = NumberField(allow_null=True)

    class Meta:
        model = AcknowledgmentLine
        fields = ["line_no", "schedule_no", "answer", "quantity", "unit_price", "promised", "substitute", "reason"]
        read_only_fields = fields


class AcknowledgmentOutput(serializers.ModelSerializer[OrderAcknowledgment]):
    """An answer and what became of it."""

    order = serializers.CharField(source="order.number")
    supplier = serializers.CharField(source="supplier.code")
    site = serializers.CharField(source="order.ship_to.code")

    class Meta:
        model = OrderAcknowledgment
        fields = [
            "number", "order", "revision", "supplier", "site", "state", "external_id", "supplier_reference", "note",
            "answered_at", "received_at", "decided_at", "decision_reason", "version",
        ]  # fmt: skip
        read_only_fields = fields


class AcknowledgmentDetail(AcknowledgmentOutput):
    """One answer with its lines."""

    lines = AnswerLineOutput(many=True)

    class Meta(AcknowledgmentOutput.Meta):
        fields = [*AcknowledgmentOutput.Meta.fields, "lines"]
        read_only_fields = fields


class AcknowledgmentDoor(PartnerDoor):
    """Answers to orders."""

    def visible(self, user: User) -> QuerySet[OrderAcknowledgment]:
        """Return the answers the caller may see; a supplier sees its own."""
        rows = access.acknowledgments_of_supplier(self.own.pk) if self.own else access.visible_acknowledgments(user)
        return rows.select_related("order__ship_to", "supplier")

    def whole(self, user: User, **names: Any) -> dict[str, Any]:
        """Return one answer with its lines."""
        lines = Prefetch("lines", AcknowledgmentLine.objects.select_related("order_line").order_by("pk"))
        return shown(AcknowledgmentDetail(found(self.visible(user).prefetch_related(lines), "answer", **names)))


class AcknowledgmentList(AcknowledgmentDoor):
    """Answers: give one, list them."""

    pagination_class = KeysetPagination

    @extend_schema(parameters=[AcknowledgmentFilters], responses=AcknowledgmentOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the answers the caller may see, newest first, by position."""
        return self.page(request, AcknowledgmentFilters, self.visible, AcknowledgmentOutput)

    @extend_schema(
        request=AcknowledgmentInput, responses={201: AcknowledgmentDetail}, parameters=[KEY], examples=[ALL, LATER]
    )
    def post(self, request: Request) -> Response:
        """Answer an order. What is within tolerance is applied at once, the rest waits for the buyer."""
        data = read(AcknowledgmentInput, request)

        def act(user: User) -> Answer:
            order, at = self._order(user, data["order"]), now()
            _require_known(order, data["lines"])
            answer = services.record_acknowledgment(
                order_number=order.number, supplier_id=order.supplier_id, source=f"api:{application_of(request)}",
                external_id=data["external_id"] or request.headers["Idempotency-Key"][:80],
                answered_at=data["answered_at"] or at, actor=user, at=at, header=data["answer"],
                lines=[AnswerLine(**line) for line in data["lines"]], revision=data["revision"],
                supplier_reference=data["supplier_reference"], note=data["note"],
            )  # fmt: skip
            return (201 if answer.received_at == at else 200), self.whole(user, pk=answer.pk)

        return self.once(request, act, given=data["external_id"])

    def _order(self, user: User, number: str) -> PurchaseOrder:
        """Return the order that is answered; on a supplier's behalf, by a buyer of its site."""
        if self.own:
            order = access.orders_of_supplier(self.own.pk).filter(number=number).first()
        else:
            rows = access.visible_orders(user).filter(revision__gt=0).select_related("ship_to")
            order = rows.filter(number=number).first()
        if order is None:
            raise InvalidError(
                "order_unknown", f"There is no order {number} that was sent to a supplier.", field="order",
                value=number, cure="Look the number up in /api/v1/orders/.",
            )  # fmt: skip
        if self.own is None:
            require(access.can_order(user, order.ship_to))
        return order


def _require_known(order: PurchaseOrder, lines: Sequence[dict[str, Any]]) -> None:
    """Refuse a line the order does not have; other doors hand it to the buyer, a machine can mend it."""
    known = set(order.lines.values_list("line_no", flat=True)) if lines else set()
    for place, line in enumerate(lines):
        if line["line_no"] not in known:
            raise InvalidError(
                "line_unknown", f"The order has no line {line['line_no']}.", field=f"lines[{place}].line_no",
                value=line["line_no"], cure=f"Its lines are {', '.join(map(str, sorted(known)[:20]))}.",
            )  # fmt: skip


class AcknowledgmentItem(AcknowledgmentDoor):
    """One answer."""

    @extend_schema(responses=AcknowledgmentDetail)
    def get(self, request: Request, number: str) -> Response:
        """Return one answer with its lines and what became of it."""
        with self.as_caller(request) as user:
            return told(self.whole(user, number=number))


class AcknowledgmentDecision(AcknowledgmentDoor):
    """What a buyer's client decides about an answer that waits."""

    as_caller = Door.as_caller

    def decide(self, request: Request, number: str, *, accept: bool) -> Response:
        """Decide from the version the caller has read."""
        version, data = version_of(request), read(ReasonInput, request)

        def act(user: User) -> Answer:
            one = found(self.visible(user), "answer", number=number)
            services.decide_acknowledgment(
                acknowledgment_id=one.pk, expected_version=version, accept=accept, actor=user, at=now(), **data
            )
            return 200, self.whole(user, pk=one.pk)

        return self.once(request, act, needed=False)


class AcknowledgmentAccept(AcknowledgmentDecision):
    """Accepting."""

    @extend_schema(request=ReasonInput, responses=AcknowledgmentDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """Take the supplier's dates."""
        return self.decide(request, number, accept=True)


class AcknowledgmentRefuse(AcknowledgmentDecision):
    """Refusing."""

    @extend_schema(request=ReasonInput, responses=AcknowledgmentDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """Insist on the order."""
        return self.decide(request, number, accept=False)
