from django.db import models
from django.db.models import Q

from policies.models.version import PolicyVersion

LIMIT_HELP = "blank inherits, 0 means zero (GR-3); tick unlimited to set no limit"


class ToleranceScope(models.TextChoices):
    """Levels, strictest place first (TM-1)."""

    ITEM = "item", "Item"
    SUPPLIER = "supplier", "Supplier"
    CATEGORY = "category", "Category"
    SITE = "site", "Site"
    ENTERPRISE = "enterprise", "Enterprise"


class MatchTolerance(models.Model):
    """Tolerances of the match at one level (TM-2, TM-3). A limit is a number, blank (inherit) or unlimited."""

    policy = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="tolerances")
    scope = models.CharField(max_length=12, choices=ToleranceScope.choices)
    scope_code = models.CharField(max_length=40, blank=True, help_text="code of the item, supplier, category or site")
    mode = models.CharField(
        max_length=10,
        blank=True,
        choices=[("two_way", "Two-way"), ("three_way", "Three-way"), ("four_way", "Four-way")],
    )
    price_up_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    price_up_absolute = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    price_down_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    price_down_absolute = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    quantity_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    quantity_absolute = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    quantity_value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    total_absolute = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    over_receipt_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    unlimited = models.JSONField(default=list, blank=True, help_text="names of the limits written as unlimited")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "scope", "scope_code"], name="tolerance_once"),
            models.CheckConstraint(
                condition=Q(scope="enterprise", scope_code="") | ~Q(scope="enterprise") & ~Q(scope_code=""),
                name="tolerance_scope_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} {self.scope_code}".strip()
