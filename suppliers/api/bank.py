"""The machines' door to bank accounts: a proposal like any other, from a supplier's client, ours or the ERP (SU-2)."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.machine.door import KEY, Answer, found, now, read, shown
from foundation.machine.fields import StrictSerializer, TextField
from foundation.models import User
from suppliers import access
from suppliers.api.door import PartnerDoor
from suppliers.models import BankChange, Supplier
from suppliers.services import ProposedAccount, propose_bank_change


class BankChangeInput(StrictSerializer):
    """A new account; `feed` is `erp` when the ERP's master data sends it."""

    holder = TextField(max_length=120)
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="of the bank, ISO 3166-1 alpha-2")
    account = TextField(max_length=64, help_text="IBAN, or bank code:account")
    bic = TextField(max_length=11, required=False, default="", allow_blank=True)
    reason = TextField(max_length=300)
    remit_to = TextField(
        max_length=16, required=False, default="", allow_blank=True, help_text="code of the location that is paid"
    )
    feed = serializers.ChoiceField(["api", "erp"], required=False, default="api")


class BankChangeOutput(serializers.ModelSerializer[BankChange]):
    """A proposal as machines read it; of the account only its ends."""

    account = serializers.CharField(source="masked")

    class Meta:
        model = BankChange
        fields = ["number", "state", "source", "holder", "account", "created_at", "version"]
        read_only_fields = fields


class BankChangeList(PartnerDoor):
    """Bank changes: propose one."""

    @extend_schema(request=BankChangeInput, responses={201: BankChangeOutput}, parameters=[KEY])
    def post(self, request: Request, code: str) -> Response:
        """Propose a new account. The old one stays in force until people here have checked the new one."""

        def act(user: User) -> Answer:
            rows = Supplier.objects.filter(pk=self.own.pk) if self.own else access.visible_suppliers(user)
            supplier = found(rows, "supplier", code=code)
            data = read(BankChangeInput, request)
            source = "api" if self.own else data["feed"]
            words = {name: data[name] for name in ("holder", "country", "account", "bic", "reason", "remit_to")}
            change = propose_bank_change(
                supplier_id=supplier.pk, proposed=ProposedAccount(**words), source=source, actor=user, at=now()
            )
            return 201, shown(BankChangeOutput(change))

        return self.once(request, act, needed=False)  # the same account again is the same proposal
