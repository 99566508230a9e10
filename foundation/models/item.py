from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper


class Category(models.Model):
    """A branch of the spend tree; `path` holds the codes from the root, so a subtree is a prefix."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=200, unique=True, help_text="codes from the root, each followed by a slash")
    unspsc = models.CharField(max_length=8, blank=True)
    contract_binding = models.BooleanField(default=True, help_text="Only suppliers with a price in force (SO-1).")
    manager = models.ForeignKey(
        "foundation.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="asked by stages that ask the manager of the category; empty = that of the branch above",
    )  # fmt: skip

    class Meta:
        ordering = ["path"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class UnitOfMeasure(models.Model):
    """A unit by its UN/ECE Rec 20 or 21 code, with its multiple of the dimension's base unit (MQ-3)."""

    code = models.CharField(max_length=8, unique=True, help_text="UN/ECE Recommendation 20 or 21")
    name = models.CharField(max_length=40)
    symbol = models.CharField(max_length=12, help_text="as printed after a number")
    dimension = models.CharField(max_length=12, blank=True, help_text="mass, length, volume...; empty for packs")
    multiple = models.DecimalField(max_digits=24, decimal_places=10, default=1)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "units of measure"

    def __str__(self) -> str:
        return self.symbol


class Item(models.Model):
    """A thing we buy by code; counters about it are kept in its base unit (MQ-3)."""

    code = models.CharField(max_length=32, unique=True)
    # Letters and digits only: full text splits SKU-042123 into two words and finds neither prefix.
    code_key = models.GeneratedField(
        expression=models.Func(
            Upper("code"), models.Value("[^A-Z0-9]"), models.Value(""), models.Value("g"), function="regexp_replace"
        ),
        output_field=models.CharField(max_length=32),
        db_persist=True,
    )
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="items")
    base_unit = models.ForeignKey(UnitOfMeasure, on_delete=models.PROTECT, related_name="+")
    gtin = models.CharField(max_length=14, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        indexes = [
            GinIndex(SearchVector("name", "description", config="simple"), name="item_text"),
            models.Index(fields=["code_key"], name="item_code_key", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["gtin"], name="item_gtin", condition=~Q(gtin="")),
        ]

    def __str__(self) -> str:
        return self.name


class ItemUnit(models.Model):
    """A pack of an item: one `unit` holds `factor` base units (case of 24 each)."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="units")
    unit = models.ForeignKey(UnitOfMeasure, on_delete=models.PROTECT, related_name="+")
    factor = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "unit"], name="item_unit_once"),
            models.CheckConstraint(condition=Q(factor__gt=0) & Q(factor__lt=10**9), name="item_unit_factor_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} of {self.factor.normalize():f}"


class ExchangeRate(models.Model):
    """One `currency` is worth `rate` of the base currency from `date` until the next row (MQ-1).

    Rows are never changed, a trigger sees to it: a later row for the same day sets an earlier one right.
    """

    currency = models.CharField(max_length=3)
    base_currency = models.CharField(max_length=3)
    date = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=40)
    entered_at = models.DateTimeField(null=True, help_text="unknown for rows that came with the installation")
    entered_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["currency", "base_currency", "-date", "-id"], name="rate_in_force")]
        constraints = [
            models.CheckConstraint(condition=Q(rate__gt=0) & Q(rate__lt=10**9), name="rate_positive"),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate} {self.base_currency} on {self.date}"
