from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition


class CaseState(models.TextChoices):
    """Where an exception stands."""

    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"
    CURED = "cured", "Closed itself"


class ExceptionCase(FSMModelMixin, models.Model):
    """Something a person must cure (EX-1): routed by cause, with evidence, closing itself when the cause is gone."""

    number = models.CharField(max_length=32, unique=True)
    category = models.CharField(max_length=40, help_text="category of the exception routing policy")
    cause = models.CharField(max_length=60, help_text="public code of the cause, such as price_above_tolerance")
    sentence = models.CharField(max_length=300, help_text="what is wrong, in money and words")
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=40)
    site = models.ForeignKey("foundation.Site", null=True, on_delete=models.PROTECT, related_name="+")
    supplier_id = models.BigIntegerField(null=True)
    supplier_name = models.CharField(max_length=120, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="at stake, in `currency`")
    currency = models.CharField(max_length=3, blank=True)
    evidence = models.JSONField(default=dict)
    key = models.CharField(max_length=120, help_text="one open case per key: the cause at its place")
    owner_role = models.CharField(max_length=24)
    owner = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey("policies.PolicyVersion", null=True, on_delete=models.PROTECT, related_name="+")
    state = FSMField(default=CaseState.OPEN, choices=CaseState.choices, protected=True)
    version = models.PositiveIntegerField(default=1)
    reroutes = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(state="open"), name="one_open_case_per_key"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | ~Q(state="open") & Q(closed_at__isnull=False),
                name="case_closed_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["owner_role", "due_at"], name="case_queue", condition=Q(state="open")),
            models.Index(fields=["subject_type", "subject_id"], name="case_subject"),
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=CaseState.OPEN, target=CaseState.RESOLVED)
    def resolve(self, *, by_id: int, at: datetime, outcome: str) -> None:
        """A person settled it."""
        self.closed_by_id, self.closed_at, self.outcome = by_id, at, outcome

    @transition(field=state, source=CaseState.OPEN, target=CaseState.CURED)
    def cure(self, *, at: datetime, outcome: str) -> None:
        """Its cause is gone (EX-2)."""
        self.closed_at, self.outcome = at, outcome


class Message(models.Model):
    """A question, an answer or a note on a document. Asking does not reset an approval chain."""

    class Kind(models.TextChoices):
        """What the author wants."""

        QUESTION = "question", "Question"
        ANSWER = "answer", "Answer"
        NOTE = "note", "Note"

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    author = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="message_subject")]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"
