from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from suppliers.models.supplier import Supplier

MAIN = "MAIN"  # the first location of every supplier


class SiteUse(models.TextChoices):
    """Whether a location of a supplier takes orders, or payments."""

    NO = "no", "No"
    YES = "yes", "Yes"
    DEFAULT = "default", "Yes, unless another is named"


class SupplierSite(models.Model):
    """A place of a supplier: where orders go, where payments go, or both. What is empty is as the company's record says."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="sites")
    code = models.CharField(max_length=16, validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9-]*$")])
    name = models.CharField(max_length=120)
    orders = models.CharField(max_length=8, choices=SiteUse.choices, default=SiteUse.NO, help_text="order-from")
    payments = models.CharField(max_length=8, choices=SiteUse.choices, default=SiteUse.NO, help_text="remit-to")
    serves = models.ManyToManyField(
        "foundation.Site", blank=True, related_name="+", help_text="orders for these go here"
    )
    address = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1 alpha-2")
    contact = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True, help_text="of orders, or of payment advices")
    edi_id = models.CharField(max_length=35, blank=True, help_text="as its messages name it, such as a GLN")
    currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217; empty = every currency")
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["supplier", "code"], name="supplier_site_once"),
            models.UniqueConstraint(
                fields=["supplier"], condition=Q(orders="default"), name="supplier_site_one_for_orders"
            ),
            models.UniqueConstraint(
                fields=["supplier"], condition=Q(payments="default"), name="supplier_site_one_for_payments"
            ),
            models.CheckConstraint(
                condition=Q(is_active=True) | (~Q(orders="default") & ~Q(payments="default")),
                name="supplier_site_default_is_active",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"
