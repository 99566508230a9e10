from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from suppliers.models.supplier import Supplier


class CatalogueState(models.TextChoices):
    """Where a catalogue item stands."""

    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    WITHDRAWN = "withdrawn", "Withdrawn"


class CatalogueItem(FSMModelMixin, models.Model):
    """What a supplier offers for an item of ours: its part number, unit, price, minimum, multiple and lead time."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="catalogue")
    item = models.ForeignKey("foundation.Item", on_delete=models.PROTECT, related_name="offers")
    supplier_part = models.CharField(max_length=40, blank=True)
    gtin = models.CharField(max_length=14, blank=True, help_text="of this pack; empty = that of the item")
    unit = models.ForeignKey("foundation.UnitOfMeasure", on_delete=models.PROTECT, related_name="+")
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, help_text="net per `unit`, in `currency`")
    currency = models.CharField(max_length=3)
    minimum_quantity = models.DecimalField(max_digits=18, decimal_places=4, default=1, help_text="in `unit`")
    multiple = models.DecimalField(max_digits=18, decimal_places=4, default=1, help_text="in `unit`")
    lead_time_days = models.PositiveSmallIntegerField(default=3, help_text="calendar days")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    priced_from = models.DateField(null=True, blank=True, help_text="of the price; empty = as long as it is offered")
    price_list = models.ForeignKey(
        "suppliers.PriceList", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="whence the price is; empty = written by hand, or there when we came",
    )  # fmt: skip
    state = FSMField(default=CatalogueState.DRAFT, choices=CatalogueState.choices, protected=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "item", "unit"], condition=Q(state="active"), name="catalogue_item_once"
            ),
            models.CheckConstraint(condition=Q(unit_price__gte=0, unit_price__lt=10**12), name="catalogue_price_range"),
            models.CheckConstraint(
                condition=Q(minimum_quantity__gt=0, multiple__gt=0, minimum_quantity__lt=10**12, multiple__lt=10**12),
                name="catalogue_quantities",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="catalogue_validity"
            ),
        ]
        indexes = [
            models.Index(fields=["item", "state"], name="catalogue_item_state"),
            models.Index(fields=["supplier", "supplier_part"], name="catalogue_part"),
            models.Index(fields=["gtin"], name="catalogue_gtin", condition=~Q(gtin="")),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_part or self.item} of {self.supplier}"

    @transition(field=state, source=CatalogueState.DRAFT, target=CatalogueState.ACTIVE)
    def activate(self) -> None:
        """Offer it to requesters."""

    @transition(field=state, source=CatalogueState.ACTIVE, target=CatalogueState.WITHDRAWN)
    def withdraw(self) -> None:
        """Offer it no longer."""


class SourcingPreference(models.Model):
    """Who comes first for an item or a category at a site, in a region or everywhere (SO-1). Rank 1 is first."""

    item = models.ForeignKey("foundation.Item", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(
        "foundation.Category", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    site = models.ForeignKey("foundation.Site", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    region = models.ForeignKey("foundation.Region", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="preferences")
    rank = models.PositiveSmallIntegerField()
    is_blocked = models.BooleanField(default=False, help_text="never from this supplier here")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(item=None, category__isnull=False) | Q(item__isnull=False, category=None),
                name="preference_item_or_category",
            ),
            models.CheckConstraint(condition=Q(site=None) | Q(region=None), name="preference_one_scope"),
            models.UniqueConstraint(
                fields=["item", "category", "site", "region", "supplier"],
                name="preference_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.supplier} for {self.item or self.category}"
