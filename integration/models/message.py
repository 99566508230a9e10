from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integration.models.connection import Connection


class InboxStatus(models.TextChoices):
    """What became of a message."""

    RECEIVED = "received", "Received"
    PARKED = "parked", "Parked"
    APPLIED = "applied", "Applied"
    REJECTED = "rejected", "Rejected"
    QUARANTINED = "quarantined", "Quarantined"
    HELD = "held", "Held for a look"
    SET_ASIDE = "set_aside", "Set aside"


class InboxMessage(models.Model):
    """A message as it came, byte for byte, before anybody read it (IN-2). Its identity has at most one effect."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="inbox")
    external_id = models.CharField(max_length=120)
    body_sha256 = models.CharField(max_length=64)
    raw = models.BinaryField()
    content_type = models.CharField(max_length=60, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=12, choices=InboxStatus.choices, default=InboxStatus.RECEIVED)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    claimed_at = models.DateTimeField(null=True, help_text="a worker took it; still received later means that it died")
    applied_at = models.DateTimeField(null=True)
    document_type = models.CharField(max_length=40, blank=True)
    document_number = models.CharField(max_length=60, blank=True)
    effect = models.JSONField(default=dict, help_text="what it became, or the faults that refused it")
    conflict_with = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    envelope_key = models.CharField(max_length=200, blank=True, help_text="who, to whom, under which control number")
    waits_for = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="followers",
        help_text="the earlier message about the same document that must have its effect first",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], condition=~Q(status="quarantined"), name="inbox_identity"
            ),
            models.CheckConstraint(
                condition=Q(status="applied", applied_at__isnull=False) | ~Q(status="applied") & Q(applied_at=None),
                name="inbox_applied_at",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], name="inbox_due", condition=Q(status="received")),
            models.Index(fields=["connection", "-id"], name="inbox_newest"),
            models.Index(fields=["document_number"], name="inbox_number", condition=~Q(document_number="")),
            models.Index(fields=["connection", "body_sha256"], name="inbox_content"),
            models.Index(fields=["connection", "envelope_key"], name="inbox_envelope", condition=~Q(envelope_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.connection.code} {self.label}"

    @property
    def label(self) -> str:
        """Return its id for people: one that nobody gave is the hash of its bytes, of which the beginning is enough."""
        return self.external_id[:12] if self.external_id == self.body_sha256 else self.external_id[:40]
