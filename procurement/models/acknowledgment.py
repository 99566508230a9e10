from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition


class AckState(models.TextChoices):
    """What became of an answer."""

    RECEIVED = "received", "Received"
    APPLIED = "applied", "Applied"
    REVIEW = "review", "Waiting for the buyer"
    ACCEPTED = "accepted", "Accepted by the buyer"
    REFUSED = "refused", "Refused by the buyer"
    SUPERSEDED = "superseded", "Superseded"


class LineAnswer(models.TextChoices):
    """What a supplier says about a line or a schedule of it (AK-1)."""

    ACCEPTED = "accepted", "Accepted"
    QUANTITY_CHANGED = "quantity_changed", "Quantity changed"
    DATE_CHANGED = "date_changed", "Date changed"
    PRICE_CHANGED = "price_changed", "Price changed"
    BACKORDERED = "backordered", "Backordered"
    SPLIT = "split", "Split"
    SUBSTITUTED = "substituted", "Substituted"
    REJECTED = "rejected", "Rejected"
    ON_HOLD = "on_hold", "On hold"
    PENDING = "pending", "Pending"


class OrderAcknowledgment(FSMModelMixin, models.Model):
    """A supplier's answer to an issued order. A proposal: it never rewrites the order by itself."""

    number = models.CharField(max_length=32, unique=True)
    order = models.ForeignKey("procurement.PurchaseOrder", on_delete=models.PROTECT, related_name="acknowledgments")
    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(help_text="the order version answered")
    state = FSMField(default=AckState.RECEIVED, choices=AckState.choices, protected=True)
    version = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=20, help_text="portal, api, edi, or the connection's code")
    external_id = models.CharField(max_length=80, help_text="identity at the source; the same one has one effect")
    supplier_reference = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True, max_length=2000)
    answered_at = models.DateTimeField(help_text="the supplier's instant")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    decision_reason = models.CharField(max_length=300, blank=True)
    copied_at = models.DateTimeField(null=True, help_text="when the supplier was mailed a copy of a portal answer")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "source", "external_id"], name="acknowledgment_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "refused"]) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="acknowledgment_decided_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["order", "-id"], name="acknowledgment_order"),
            models.Index(
                fields=["received_at"], name="acknowledgment_uncopied", condition=Q(source="portal", copied_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=AckState.RECEIVED, target=AckState.APPLIED)
    def apply(self) -> None:
        """Everything in it is as ordered or within tolerance."""

    @transition(field=state, source=AckState.RECEIVED, target=AckState.REVIEW)
    def send_to_review(self) -> None:
        """Something is outside tolerance: one task for the buyer."""

    @transition(field=state, source=AckState.RECEIVED, target=AckState.SUPERSEDED)
    def supersede(self) -> None:
        """It answers a version no longer in force: shown, never applied (AK-3)."""

    @transition(field=state, source=AckState.REVIEW, target=AckState.SUPERSEDED)
    def overtake(self) -> None:
        """A newer answer came before the buyer decided."""

    @transition(field=state, source=AckState.REVIEW, target=AckState.ACCEPTED)
    def accept(self, *, by_id: int, at: datetime, reason: str) -> None:
        """The buyer takes the supplier's terms."""
        self.decided_by_id, self.decided_at, self.decision_reason = by_id, at, reason

    @transition(field=state, source=AckState.REVIEW, target=AckState.REFUSED)
    def refuse(self, *, by_id: int, at: datetime, reason: str) -> None:
        """The buyer insists on the order."""
        self.decided_by_id, self.decided_at, self.decision_reason = by_id, at, reason


class AcknowledgmentLine(models.Model):
    """One statement about one line; several make a schedule (50 now, 200 later)."""

    acknowledgment = models.ForeignKey(OrderAcknowledgment, on_delete=models.CASCADE, related_name="lines")
    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")
    order_line = models.ForeignKey("procurement.PurchaseOrderLine", on_delete=models.PROTECT, related_name="answers")
    schedule_no = models.PositiveIntegerField(default=1)
    answer = models.CharField(max_length=20, choices=LineAnswer.choices)
    quantity = models.DecimalField(max_digits=18, decimal_places=4, help_text="in the order line's unit")
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, null=True, help_text="empty = as ordered")
    promised = models.DateField(null=True, help_text="empty = as asked")
    substitute = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    verdict = models.CharField(max_length=40, blank=True, help_text="within tolerance, or which limit it breaks")

    class Meta:
        ordering = ["acknowledgment", "order_line", "schedule_no"]
        constraints = [
            models.UniqueConstraint(
                fields=["acknowledgment", "order_line", "schedule_no"], name="answer_schedule_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0, quantity__lt=10**12), name="answer_quantity_range"),
            models.CheckConstraint(
                condition=Q(unit_price=None) | Q(unit_price__gte=0, unit_price__lt=10**12), name="answer_price_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_line}: {self.answer}"
