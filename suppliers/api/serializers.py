"""Suppliers, their catalogues and contracts as machines read them."""

from typing import Any

from rest_framework import serializers

from foundation.machine.fields import Filters, NumberField
from suppliers.api.sites import LocationOutput
from suppliers.models import CatalogueItem, CatalogueState, Contract, ContractState, Supplier, SupplierState


class SupplierFilters(Filters):
    """What the list of suppliers may be narrowed to."""

    lookups = {"state": "state", "country": "country", "changed_since": "changed_at__gte"}

    state = serializers.ChoiceField(SupplierState.choices, required=False)
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False, help_text="ISO 3166-1 alpha-2")
    changed_since = serializers.DateTimeField(required=False)


class SupplierOutput(serializers.ModelSerializer[Supplier]):
    """A company we buy from."""

    class Meta:
        model = Supplier
        fields = [
            "code", "name", "state", "country", "tax_id", "currency", "payment_terms_days", "order_channel",
            "acknowledge_hours", "changed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class SupplierDetail(SupplierOutput):
    """A company we buy from, with its locations; how we rate its risk is told to our own machines only."""

    locations = LocationOutput(source="sites", many=True)
    risk = serializers.CharField(read_only=True, help_text="low, medium or high; empty: not rated")

    class Meta(SupplierOutput.Meta):
        fields = [*SupplierOutput.Meta.fields, "locations", "risk", "risk_reason"]
        read_only_fields = fields


class CatalogueFilters(Filters):
    """What the list of offers may be narrowed to."""

    lookups = {"state": "state", "supplier": "supplier__code", "item": "item__code", "part": "supplier_part"}

    state = serializers.ChoiceField(CatalogueState.choices, required=False)
    supplier = serializers.CharField(max_length=16, required=False)
    item = serializers.CharField(max_length=32, required=False)
    part = serializers.CharField(max_length=40, required=False, help_text="the supplier's own number")


class CatalogueOutput(serializers.ModelSerializer[CatalogueItem]):
    """What a supplier offers for an item of ours; the price is net per `unit`."""

    supplier = serializers.CharField(source="supplier.code")
    item = serializers.CharField(source="item.code")
    unit = serializers.CharField(source="unit.code")
    unit_price = NumberField()
    minimum_quantity = NumberField()
    multiple = NumberField()

    class Meta:
        model = CatalogueItem
        fields = [
            "supplier", "item", "supplier_part", "unit", "unit_price", "currency", "minimum_quantity", "multiple",
            "lead_time_days", "valid_from", "valid_to", "state", "version",
        ]  # fmt: skip
        read_only_fields = fields


class ContractFilters(Filters):
    """What the list of contracts may be narrowed to."""

    lookups = {"state": "state", "supplier": "supplier__code", "changed_since": "changed_at__gte"}

    state = serializers.ChoiceField(ContractState.choices, required=False)
    supplier = serializers.CharField(max_length=16, required=False)
    changed_since = serializers.DateTimeField(required=False)


class ContractOutput(serializers.ModelSerializer[Contract]):
    """What was agreed with a supplier."""

    supplier = serializers.CharField(source="supplier.code")
    ceiling_amount = NumberField(allow_null=True)
    ordered_amount = NumberField()

    class Meta:
        model = Contract
        fields = [
            "number", "title", "supplier", "state", "currency", "valid_from", "valid_to", "ceiling_amount",
            "ordered_amount", "changed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class PriceOutput(serializers.Serializer[Any]):
    """A price of a contract: net per unit, from a quantity on; no sites means all."""

    item = serializers.CharField(source="item.code")
    unit = serializers.CharField(source="unit.code")
    from_quantity = NumberField()
    unit_price = NumberField()
    sites = serializers.ListField(child=serializers.CharField(), source="site_codes")


class ContractDetail(ContractOutput):
    """A contract with its prices."""

    prices = PriceOutput(many=True)

    class Meta(ContractOutput.Meta):
        fields = [*ContractOutput.Meta.fields, "prices"]
        read_only_fields = fields
