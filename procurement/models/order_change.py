from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from foundation.models import Document


class ChangeState(models.TextChoices):
    """Where a change of an order stands; only one that is in force ever touched the order (PO-2)."""

    PROPOSED = "proposed", "Waiting for approval"
    APPLIED = "applied", "In force"
    REJECTED = "rejected", "Rejected"
    RETURNED = "returned", "Sent back"
    WITHDRAWN = "withdrawn", "Withdrawn"


class OrderChange(Document):
    """What an issued order is to say next. `content` is the whole version as it would be sent, and its hash covers it."""

    class Matter(models.TextChoices):
        """As what the approval matrix knows it."""

        CHANGE = "change", "Change order"
        PRICE_EXCEPTION = "price_exception", "Price exception"

    order = models.ForeignKey("procurement.PurchaseOrder", on_delete=models.PROTECT, related_name="changes")
    ship_to = models.ForeignKey("foundation.Site", on_delete=models.PROTECT, related_name="+")
    matter = models.CharField(max_length=20, choices=Matter.choices, default=Matter.CHANGE)
    acknowledgment = models.ForeignKey(
        "procurement.OrderAcknowledgment", null=True, on_delete=models.PROTECT, related_name="changes",
        help_text="the supplier's answer whose terms it takes",
    )  # fmt: skip
    state = FSMField(default=ChangeState.PROPOSED, choices=ChangeState.choices, protected=True)
    base_revision = models.PositiveIntegerField(help_text="the version it changes")
    revision = models.PositiveIntegerField(null=True, help_text="the version it became")
    content = models.JSONField()
    summary = models.JSONField(help_text="what differs, a sentence each")
    deltas = models.JSONField(
        default=list, help_text="what it tightens beyond policy; empty = it passes at once (AP-7)"
    )
    policy_version = models.CharField(max_length=40, help_text="of the tolerance it was judged by")
    reason = models.CharField(max_length=300)
    extra_amount = models.DecimalField(
        max_digits=18, decimal_places=4, help_text="order currency: the new total less the one in force"
    )
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="proposed"), name="one_open_order_change"),
            models.CheckConstraint(
                condition=Q(state="proposed", ended_at=None) | ~Q(state="proposed") & Q(ended_at__isnull=False),
                name="order_change_ended_pair",
            ),
            models.CheckConstraint(
                condition=Q(state="applied", revision__isnull=False) | ~Q(state="applied") & Q(revision=None),
                name="order_change_revision_pair",
            ),
        ]

    @transition(field=state, source=ChangeState.PROPOSED, target=ChangeState.APPLIED)
    def apply(self, *, at: datetime, revision: int) -> None:
        """It is the version in force now."""
        self.ended_at, self.revision = at, revision

    @transition(field=state, source=ChangeState.PROPOSED, target=ChangeState.REJECTED)
    def reject(self, *, at: datetime, reason: str) -> None:
        """Somebody who was asked said no; the order stays as it was."""
        self.ended_at, self.ended_reason = at, reason

    @transition(field=state, source=ChangeState.PROPOSED, target=ChangeState.RETURNED)
    def send_back(self, *, at: datetime, reason: str) -> None:
        """Somebody who was asked wants another change; the order stays as it was."""
        self.ended_at, self.ended_reason = at, reason

    @transition(field=state, source=ChangeState.PROPOSED, target=ChangeState.WITHDRAWN)
    def withdraw(self, *, at: datetime, reason: str) -> None:
        """Who asked takes it back, or the order ended meanwhile."""
        self.ended_at, self.ended_reason = at, reason
