"""Items, units and sites as machines read them."""

from typing import Any

from rest_framework import serializers

from foundation.machine.fields import Filters, NumberField
from foundation.models import Item, Site, UnitOfMeasure


class ItemFilters(Filters):
    """What the list of items may be narrowed to."""

    lookups = {"category": "category__code", "gtin": "gtin", "active": "is_active"}

    category = serializers.CharField(max_length=16, required=False)
    gtin = serializers.RegexField(r"^\d{8,14}$", required=False)
    active = serializers.BooleanField(required=False)


class PackOutput(serializers.Serializer[Any]):
    """A pack: one `unit` holds `factor` base units."""

    unit = serializers.CharField(source="unit.code")
    factor = NumberField()


class ItemOutput(serializers.ModelSerializer[Item]):
    """A thing we buy by code. Quantities in our books are in `base_unit`; `packs` may be ordered too."""

    category = serializers.CharField(source="category.code")
    base_unit = serializers.CharField(source="base_unit.code")
    packs = PackOutput(source="units", many=True)

    class Meta:
        model = Item
        fields = ["code", "name", "description", "category", "base_unit", "packs", "gtin", "is_active"]
        read_only_fields = fields


class UnitOutput(serializers.ModelSerializer[UnitOfMeasure]):
    """A unit by its code of UN/ECE Recommendation 20 or 21."""

    class Meta:
        model = UnitOfMeasure
        fields = ["code", "name", "symbol", "dimension"]
        read_only_fields = fields


class SiteFilters(Filters):
    """What the list of sites may be narrowed to."""

    lookups = {"region": "region__code"}

    region = serializers.CharField(max_length=12, required=False)


class SiteOutput(serializers.ModelSerializer[Site]):
    """A place of ours that orders and receives, with who pays there."""

    region = serializers.CharField(source="region.code")
    legal_entity = serializers.CharField(source="legal_entity.code")
    cost_centres = serializers.SerializerMethodField()

    class Meta:
        model = Site
        fields = [
            "code", "name", "region", "legal_entity", "currency", "time_zone", "address", "gln", "is_active",
            "cost_centres",
        ]  # fmt: skip
        read_only_fields = fields

    def get_cost_centres(self, site: Site) -> list[str]:
        """Return the codes of the site's cost centres."""
        return [centre.code for centre in site.cost_centres.all()]
