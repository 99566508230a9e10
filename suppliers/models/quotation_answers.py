"""What suppliers see and say of requests for quotation: every row is one supplier's, behind the database's fence (SO-4)."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition

from suppliers.models.quotation import QuotationRequest, QuotationState
from suppliers.models.supplier import Supplier


class QuotationInvitation(models.Model):
    """One supplier is asked. It holds all that supplier may read: what was told last, and the answers to questions.

    `stage` follows the state of the request.
    """

    request = models.ForeignKey(QuotationRequest, on_delete=models.PROTECT, related_name="invitations")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="quotation_invitations")
    number = models.CharField(max_length=32, help_text="of the request")
    stage = models.CharField(max_length=10, choices=QuotationState.choices, default=QuotationState.DRAFT)
    revision = models.PositiveIntegerField(default=0)
    lines_revision = models.PositiveIntegerField(default=0)
    closes_at = models.DateTimeField()
    content = models.JSONField(default=dict)
    answers = models.JSONField(default=list, help_text="questions of anybody with our answers, oldest first")
    outcome = models.JSONField(default=list, help_text="the lines this supplier won, once awarded")
    invited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "supplier"], name="quotation_invitation_once")]

    def __str__(self) -> str:
        return f"{self.number} to {self.supplier}"


class AnswerState(models.TextChoices):
    """Where an answer to a request stands."""

    DRAFT = "draft", "Not sent"
    SENT = "sent", "Sent"
    REPLACED = "replaced", "Replaced"


class Quotation(FSMModelMixin, models.Model):
    """A supplier's answer. One is being written, one is sent; sending another replaces it. What was sent never changes."""

    invitation = models.ForeignKey(QuotationInvitation, on_delete=models.PROTECT, related_name="quotations")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    state = FSMField(default=AnswerState.DRAFT, choices=AnswerState.choices, protected=True)
    version = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(help_text="which version of the request it answers")
    is_decline = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True, help_text="why there is no offer")
    currency = models.CharField(max_length=3)
    valid_until = models.DateField(null=True)
    note = models.TextField(max_length=1000, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invitation"], condition=Q(state="draft"), name="quotation_one_draft"),
            models.UniqueConstraint(fields=["invitation"], condition=Q(state="sent"), name="quotation_one_sent"),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at=None) | ~Q(state="draft") & Q(sent_at__isnull=False),
                name="quotation_sent_at",
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(is_decline=True) & ~Q(reason="")
                | Q(is_decline=False, valid_until__isnull=False),
                name="quotation_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"Answer of {self.supplier} to {self.invitation.number}"

    @transition(field=state, source=AnswerState.DRAFT, target=AnswerState.SENT)
    def send(self, *, at: datetime) -> None:
        """It counts from now on."""
        self.sent_at = at

    @transition(field=state, source=AnswerState.SENT, target=AnswerState.REPLACED)
    def give_way(self) -> None:
        """A newer answer of the supplier counts."""


class QuotationPrice(models.Model):
    """What a supplier says to a line: as asked (option 0) or something else (1). Empty price: not decided yet."""

    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="prices")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    line_no = models.PositiveIntegerField()
    option = models.PositiveSmallIntegerField(default=0)
    unit = models.ForeignKey("foundation.UnitOfMeasure", on_delete=models.PROTECT, related_name="+")
    unit_price = models.DecimalField(
        max_digits=18, decimal_places=6, null=True, help_text="net per `unit`, in the answer's currency"
    )
    lead_time_days = models.PositiveSmallIntegerField(null=True, help_text="calendar days")
    minimum_quantity = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="in `unit`")
    description = models.CharField(max_length=300, blank=True, help_text="of an alternative, or a remark")

    class Meta:
        ordering = ["quotation", "line_no", "option"]
        constraints = [
            models.UniqueConstraint(fields=["quotation", "line_no", "option"], name="quotation_price_once"),
            models.CheckConstraint(
                condition=Q(unit_price=None) | Q(unit_price__gt=0, unit_price__lt=10**12), name="quotation_price_range"
            ),
            models.CheckConstraint(
                condition=Q(minimum_quantity=None) | Q(minimum_quantity__gt=0, minimum_quantity__lt=10**12),
                name="quotation_price_minimum",
            ),
            models.CheckConstraint(condition=Q(option__in=[0, 1]), name="quotation_price_option"),
            models.CheckConstraint(condition=Q(option=0) | ~Q(description=""), name="quotation_price_alternative"),
        ]

    def __str__(self) -> str:
        return f"line {self.line_no}, option {self.option}"


class QuotationQuestion(models.Model):
    """A supplier asks; the answer goes to all who are invited, without the asker's name."""

    request = models.ForeignKey(QuotationRequest, on_delete=models.PROTECT, related_name="questions")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    question = models.TextField(max_length=1000)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["request", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | ~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False),
                name="quotation_question_answered",
            )
        ]

    def __str__(self) -> str:
        return self.question[:60]
