"""The machines' door to a supplier's record: what a supplier's client, ours or the ERP tells of it (SU-5)."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import require
from foundation.machine.door import KEY, Answer, found, now, read
from foundation.machine.fields import StrictSerializer, TextField
from foundation.models import User
from suppliers import access
from suppliers.api.door import PartnerDoor
from suppliers.models import Supplier
from suppliers.services import Told, tell_supplier


class RecordInput(StrictSerializer):
    """What is told of a supplier; `feed` is `erp` when the ERP's master data sends it."""

    values = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True, trim_whitespace=False), allow_empty=False,
        help_text="field -> value: name, tax_id, country, address, order_email, currency, payment_terms_days, ...",
    )  # fmt: skip
    document = TextField(max_length=120, required=False, default="", allow_blank=True, help_text="where it is from")
    reason = TextField(max_length=300, required=False, default="", allow_blank=True)
    feed = serializers.ChoiceField(["api", "erp"], required=False, default="api")


class RecordOutput(serializers.Serializer[object]):
    """What became of it: fields that are written, and the request that a second person decides."""

    written = serializers.ListField(child=serializers.CharField())
    change = serializers.CharField(allow_null=True, help_text="number of the request")
    asked = serializers.ListField(child=serializers.CharField())


class RecordDoor(PartnerDoor):
    """Records of suppliers: tell something of one."""

    @extend_schema(request=RecordInput, responses={200: RecordOutput}, parameters=[KEY])
    def post(self, request: Request, code: str) -> Response:
        """Tell something of a supplier. Controlled fields, and what a stronger source said, wait for a person here."""

        def act(user: User) -> Answer:
            rows = Supplier.objects.filter(pk=self.own.pk) if self.own else access.visible_suppliers(user)
            supplier = found(rows, "supplier", code=code)
            require(access.can_tell_supplier(user, supplier.pk))
            data = read(RecordInput, request)
            told = Told(data["values"], "api" if self.own else data["feed"], data["document"], data["reason"])
            heard = tell_supplier(supplier_id=supplier.pk, told=told, actor=user, at=now())
            number = heard.change.number if heard.change else None
            asked = sorted(heard.change.after) if heard.change else []
            return 200, {"written": list(heard.written), "change": number, "asked": asked}

        return self.once(request, act, needed=False)  # told again it is the same
