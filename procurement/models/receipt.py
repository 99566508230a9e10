from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from foundation.models import Document


class ReceiptState(models.TextChoices):
    """What became of a receipt."""

    POSTED = "posted", "Posted"
    REVERSED = "reversed", "Reversed"


class Condition(models.TextChoices):
    """How the goods were found."""

    GOOD = "good", "Good"
    DAMAGED = "damaged", "Damaged"
    WRONG = "wrong", "Wrong item"


class GoodsReceipt(Document):
    """Goods that arrived at a site for an order (GR-1); idempotent by source and external id."""

    order = models.ForeignKey("procurement.PurchaseOrder", on_delete=models.PROTECT, related_name="receipts")
    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("foundation.Site", on_delete=models.PROTECT, related_name="receipts")
    state = FSMField(default=ReceiptState.POSTED, choices=ReceiptState.choices, protected=True)
    source = models.CharField(max_length=20, help_text="web, api, or the connection's code")
    external_id = models.CharField(max_length=80)
    delivery_note = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()
    note = models.TextField(blank=True, max_length=2000)
    reversed_at = models.DateTimeField(null=True)
    reversed_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    reversal_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="receipt_once"),
            models.CheckConstraint(
                condition=Q(state="posted", reversed_at=None)
                | Q(state="reversed", reversed_at__isnull=False, reversed_by__isnull=False),
                name="receipt_reversed_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "-id"], name="receipt_site"),
            models.Index(fields=["order", "-id"], name="receipt_order"),
        ]

    @transition(field=state, source=ReceiptState.POSTED, target=ReceiptState.REVERSED)
    def reverse(self, *, by_id: int, at: datetime, reason: str) -> None:
        """Take it back: the counters go down by what it brought."""
        self.reversed_by_id, self.reversed_at, self.reversal_reason = by_id, at, reason


class GoodsReceiptLine(models.Model):
    """What arrived for one order line, as written and in base units."""

    receipt = models.ForeignKey(GoodsReceipt, on_delete=models.CASCADE, related_name="lines")
    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")
    order_line = models.ForeignKey("procurement.PurchaseOrderLine", on_delete=models.PROTECT, related_name="receipts")
    quantity = models.DecimalField(max_digits=18, decimal_places=4, help_text="in `unit`, as written")
    unit = models.ForeignKey("foundation.UnitOfMeasure", on_delete=models.PROTECT, related_name="+")
    delivered = models.DecimalField(max_digits=18, decimal_places=4, help_text="base unit")
    accepted = models.DecimalField(max_digits=18, decimal_places=4, help_text="base unit")
    rejected = models.DecimalField(max_digits=18, decimal_places=4, default=0, help_text="base unit")
    condition = models.CharField(max_length=10, choices=Condition.choices, default=Condition.GOOD)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["receipt", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lt=10**12), name="receipt_line_quantity"),
            models.CheckConstraint(
                condition=Q(accepted__gte=0, rejected__gte=0, delivered__gte=F("accepted") + F("rejected")),
                name="receipt_line_accepted_of_delivered",
            ),
        ]
        indexes = [models.Index(fields=["order_line"], name="receipt_line_order_line")]

    def __str__(self) -> str:
        return f"{self.delivered} of {self.order_line}"
