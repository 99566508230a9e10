"""The machines' door to the locations of a supplier."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import require
from foundation.machine.door import KEY, Answer, Door, found, now, read, shown
from foundation.machine.fields import StrictSerializer, TextField
from foundation.models import User
from suppliers import access
from suppliers.models import SiteUse, SupplierSite
from suppliers.services import GivenSite, write_supplier_site

NAMES = (
    "code", "name", "orders", "payments", "address", "country", "contact", "phone", "email", "edi_id", "currency",
    "is_active",
)  # fmt: skip


class LocationOutput(serializers.ModelSerializer[SupplierSite]):
    """A location; what is empty is as the supplier's own record says."""

    class Meta:
        model = SupplierSite
        fields = [*NAMES, "version"]
        read_only_fields = fields


def _optional(longest: int, help_text: str = "") -> TextField:
    return TextField(max_length=longest, required=False, default="", allow_blank=True, help_text=help_text)


class LocationInput(StrictSerializer):
    """A location as it should be. `version` is that of the location to change; without one it is new."""

    code = TextField(max_length=16)
    name = TextField(max_length=120)
    orders = serializers.ChoiceField(SiteUse.choices, default=SiteUse.NO)
    payments = serializers.ChoiceField(SiteUse.choices, default=SiteUse.NO)
    address = _optional(500)
    country = _optional(2, "ISO 3166-1 alpha-2")
    contact = _optional(120)
    phone = _optional(40)
    email = _optional(254)
    edi_id = _optional(35)
    currency = _optional(3, "ISO 4217; empty = every currency")
    is_active = serializers.BooleanField(default=True)
    serves = serializers.ListField(
        child=TextField(max_length=8), required=False, default=list, max_length=500, help_text="codes of our sites"
    )
    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)


class SiteList(Door):
    """Locations of a supplier: add or change one."""

    @extend_schema(request=LocationInput, responses={201: LocationOutput}, parameters=[KEY])
    def post(self, request: Request, code: str) -> Response:
        """Add a location, or change the one whose version is named."""

        def act(user: User) -> Answer:
            supplier = found(access.visible_suppliers(user), "supplier", code=code)
            require(access.can_maintain(user))
            data: dict[str, Any] = read(LocationInput, request)
            given = GivenSite(**{name: data[name] for name in NAMES}, serves=tuple(data["serves"]))
            known = None
            if data["version"] is not None:
                known = found(supplier.sites.all(), "location", code=data["code"])
            site = write_supplier_site(
                supplier_id=supplier.pk, site_id=known.pk if known else None, expected_version=data["version"],
                given=given, actor=user, at=now(),
            )  # fmt: skip
            return 201, shown(LocationOutput(site))

        return self.once(request, act, needed=False)  # the same location again is stale or taken
