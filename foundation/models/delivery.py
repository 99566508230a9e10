import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django_fsm import FSMField, FSMModelMixin, transition


class DeliveryState(models.TextChoices):
    """Where an outgoing message stands."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    PARKED = "parked", "Parked"


class Delivery(FSMModelMixin, models.Model):
    """A message to the outside, stored with the change that caused it and sent by a worker (IN-3).

    `connection` is the code of an integration connection, `order_key` the document whose messages keep their order.
    """

    msg_id = models.UUIDField(default=uuid.uuid4, unique=True)
    connection = models.CharField(max_length=40)
    message_type = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=40)
    order_key = models.CharField(max_length=80)
    dedupe_key = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60, default="application/json")
    body = models.BinaryField()
    state = FSMField(default=DeliveryState.WAITING, choices=DeliveryState.choices, protected=True)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    next_attempt_at = models.DateTimeField(db_default=Now())
    claimed_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    answer_status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["connection", "dedupe_key"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at=None)),
                name="delivery_delivered_at",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], name="delivery_due", condition=Q(state="waiting")),
            models.Index(
                fields=["connection", "order_key", "id"], name="delivery_order", condition=~Q(state="delivered")
            ),
            models.Index(fields=["subject_type", "subject_id"], name="delivery_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.message_type} {self.subject_number} to {self.connection}"

    @transition(field=state, source=DeliveryState.WAITING, target=DeliveryState.DELIVERED)
    def deliver(self, *, at: datetime, status: int, answer: str) -> None:
        """Record that the receiver took it."""
        self.delivered_at, self.answer_status, self.answer, self.last_error = at, status, answer[:4000], ""

    @transition(field=state, source=DeliveryState.WAITING, target=DeliveryState.PARKED)
    def park(self, *, error: str) -> None:
        """Give up until a person sends it again."""
        self.last_error = error[:4000]

    @transition(field=state, source=DeliveryState.PARKED, target=DeliveryState.WAITING)
    def resend(self, *, at: datetime) -> None:
        """Try again, by a person's hand."""
        self.next_attempt_at, self.attempts = at, 0
