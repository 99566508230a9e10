from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition


class SignatureState(models.TextChoices):
    """Where a second signature stands."""

    WAITING = "waiting", "Waits for a second signature"
    SIGNED = "signed", "Countersigned"
    REFUSED = "refused", "Refused"
    DROPPED = "dropped", "No longer needed"


class Countersignature(FSMModelMixin, models.Model):
    """One person did both duties of a compensated pair; a second one looks and signs, or refuses (SD-1)."""

    number = models.CharField(max_length=32, unique=True)
    person = models.ForeignKey(
        "foundation.User", on_delete=models.PROTECT, related_name="+", help_text="who did both duties"
    )
    duty = models.CharField(max_length=40, help_text="what was done now")
    held = models.CharField(max_length=40, help_text="what the same person had done before on this chain")
    document_type = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=40)
    site = models.ForeignKey("foundation.Site", null=True, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="net, in `currency`")
    currency = models.CharField(max_length=3, blank=True)
    chains = ArrayField(models.CharField(max_length=60), help_text="the duty chains both were done on (SD-2)")
    policy = models.ForeignKey("policies.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    fallback_role = models.CharField(max_length=24, help_text="who may sign, enterprise-wide, once it is overdue")
    state = FSMField(default=SignatureState.WAITING, choices=SignatureState.choices, protected=True)
    version = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="the days of the pair after it was asked")
    escalated_at = models.DateTimeField(null=True, help_text="when it went up to the fallback owner")
    decided_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document_type", "document_id", "duty", "held", "person"], name="countersignature_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("person")), name="countersignature_second_person"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", closed_at=None, decided_by=None)
                | Q(state__in=["signed", "refused"], closed_at__isnull=False, decided_by__isnull=False)
                | Q(state="dropped", closed_at__isnull=False, decided_by=None),
                name="countersignature_closed_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="countersignature_due", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=SignatureState.WAITING, target=SignatureState.SIGNED)
    def sign(self, *, by_id: int, at: datetime, reason: str) -> None:
        """A second person looked and agrees."""
        self.decided_by_id, self.closed_at, self.reason = by_id, at, reason

    @transition(field=state, source=SignatureState.WAITING, target=SignatureState.REFUSED)
    def refuse(self, *, by_id: int, at: datetime, reason: str) -> None:
        """A second person looked and does not agree."""
        self.decided_by_id, self.closed_at, self.reason = by_id, at, reason

    @transition(field=state, source=SignatureState.WAITING, target=SignatureState.DROPPED)
    def drop(self, *, at: datetime, reason: str) -> None:
        """What was to be signed was taken back."""
        self.closed_at, self.reason = at, reason
