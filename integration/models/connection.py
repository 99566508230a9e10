from django.db import models
from django.db.models import Q


class Direction(models.TextChoices):
    """Which way messages go."""

    IN = "in", "In"
    OUT = "out", "Out"


class Connection(models.Model):
    """A way to or from a partner: transport, dialect, address and secret. `control_number` counts what we sent."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    direction = models.CharField(max_length=4, choices=Direction.choices)
    purpose = models.CharField(
        max_length=20,
        choices=[
            ("erp", "ERP postings"),
            ("orders", "Orders to a supplier"),
            ("documents", "Documents from a partner"),
        ],
    )
    dialect = models.CharField(
        max_length=20, choices=[("json", "JSON v1"), ("x12", "X12"), ("ubl", "UBL / Peppol")], default="json"
    )
    supplier = models.ForeignKey(
        "suppliers.Supplier", null=True, blank=True, on_delete=models.PROTECT, related_name="connections"
    )
    url = models.CharField(max_length=500, blank=True, help_text="where outgoing messages are sent")
    secret = models.CharField(max_length=200, blank=True, help_text="signs outgoing messages (Standard Webhooks)")
    profile = models.JSONField(default=dict, blank=True, help_text="ids and qualifiers of both sides")
    control_number = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(direction="in") | ~Q(url=""), name="connection_out_needs_url"),
            models.UniqueConstraint(
                fields=["purpose"], condition=Q(purpose="erp", is_active=True), name="one_active_erp_connection"
            ),
        ]

    def __str__(self) -> str:
        return self.name
