from django.db import models
from django.db.models import Q

DONE = {"approve": "approved", "reject": "rejected", "return": "sent back for a change"}


class HeldDecision(models.Model):
    """A decision a person gave on a page and may still take back; nobody else hears of it until it takes effect (UX 3)."""

    class Outcome(models.TextChoices):
        """What became of it."""

        TAKEN = "taken", "Took effect"
        UNDONE = "undone", "Taken back"
        REFUSED = "refused", "Could not take effect"

    request = models.ForeignKey("workflow.ApprovalRequest", on_delete=models.PROTECT, related_name="held")
    actor = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=20, help_text="the action of the document's room: approve, reject, return")
    reason = models.TextField(blank=True)
    seen_hash = models.CharField(max_length=64, blank=True, help_text="what was on the screen (AP-7)")
    pressed_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="from when it takes effect")
    tries = models.PositiveSmallIntegerField(default=0, help_text="how often a worker began to let it take effect")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    settled_at = models.DateTimeField(null=True)
    refusal = models.CharField(
        max_length=300, blank=True, help_text="why it could not take effect, as the person reads it"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "actor"], condition=Q(settled_at=None), name="one_held_decision_of_a_person"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="") | Q(settled_at__isnull=False) & ~Q(outcome=""),
                name="held_settled_pair",
            ),
            models.CheckConstraint(
                condition=Q(outcome="refused") & ~Q(refusal="") | ~Q(outcome="refused") & Q(refusal=""),
                name="held_refusal_pair",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="held_due", condition=Q(settled_at=None))]

    def __str__(self) -> str:
        return f"{self.verb} of {self.request} by {self.actor}"

    @property
    def done(self) -> str:
        """Return what was decided, in words: approved."""
        return DONE.get(self.verb, self.verb)

    @property
    def seconds(self) -> int:
        """Return how many seconds it could be taken back for."""
        return int((self.due_at - self.pressed_at).total_seconds())
