from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

_LATER = ("above", "fallback")  # asked after the policy's own people


class RequestState(models.TextChoices):
    """Where an approval request stands."""

    OPEN = "open", "Open"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ApprovalRequest(FSMModelMixin, models.Model):
    """A document asks for approval; facts, rate and policy version are frozen here (MQ-1, AP-11)."""

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=40)
    subject_version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    site = models.ForeignKey(
        "foundation.Site", null=True, on_delete=models.PROTECT, related_name="+", help_text="empty = of the enterprise"
    )
    requester = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    need_by = models.DateField(null=True)
    amount = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, help_text="document currency; empty = it is about no money"
    )
    currency = models.CharField(max_length=3, blank=True)
    base_amount = models.DecimalField(max_digits=18, decimal_places=4, help_text="enterprise base currency")
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    rate_date = models.DateField()
    facts = models.JSONField()
    people = models.JSONField(
        null=True,
        help_text="managers, owners and category managers as they were then; empty = asked before they were kept",
    )
    policy = models.ForeignKey("policies.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    decision = models.JSONField(help_text="matched rows, stages and explanation as decided by the policy")
    is_touchless = models.BooleanField(default=False)
    state = FSMField(default=RequestState.OPEN, choices=RequestState.choices, protected=True)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"], condition=Q(state="open"), name="one_open_request"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | ~Q(state="open") & Q(closed_at__isnull=False),
                name="request_closed_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="request_subject"),
            models.Index(fields=["opened_at", "id"], name="request_opened"),
        ]

    def __str__(self) -> str:
        return f"approval of {self.subject_number}"

    @transition(field=state, source=RequestState.OPEN, target=RequestState.APPROVED)
    def approve(self, *, at: datetime) -> None:
        """The last stage is done."""
        self.closed_at = at

    @transition(field=state, source=RequestState.OPEN, target=RequestState.REJECTED)
    def reject(self, *, at: datetime) -> None:
        """Someone said no."""
        self.closed_at = at

    @transition(field=state, source=RequestState.OPEN, target=RequestState.WITHDRAWN)
    def withdraw(self, *, at: datetime) -> None:
        """The requester took it back, or the document changed underneath."""
        self.closed_at = at


class StepState(models.TextChoices):
    """Where a stage of a request stands."""

    WAITING = "waiting", "Waiting"
    OPEN = "open", "Open"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    CANCELLED = "cancelled", "Not needed"
    INFORMED = "informed", "Informed"  # tells people and waits for nobody; from the first to the last


class ApprovalStep(FSMModelMixin, models.Model):
    """One stage of a request, with the people asked."""

    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveIntegerField()
    rule = models.CharField(max_length=160, help_text="row and name of the rule that asks")
    label = models.CharField(max_length=160, help_text="who, in words: site manager of Leeds")
    group = models.PositiveIntegerField(help_text="stages of one group are open together")
    completion = models.CharField(max_length=10)
    percent = models.PositiveSmallIntegerField(null=True, help_text="of those asked, for completion by percent")
    may_repeat = models.BooleanField(default=False, help_text="who agreed before satisfies it too (AP-4)")
    who = models.CharField(max_length=20, blank=True, help_text="how the policy finds the people")
    role = models.CharField(max_length=24, blank=True, help_text="the role asked, which must be held when deciding")
    due_hours = models.PositiveIntegerField()
    state = FSMField(default=StepState.WAITING, choices=StepState.choices, protected=True)
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    added_by = models.ForeignKey(
        "foundation.User",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="who added it besides the policy",
    )
    rung = models.PositiveSmallIntegerField(default=0, help_text="rungs of the ladder that were asked (AP-5)")
    next_rung_at = models.DateTimeField(null=True, help_text="when the next rung is asked")

    class Meta:
        ordering = ["request", "position"]
        constraints = [models.UniqueConstraint(fields=["request", "position"], name="step_position")]
        indexes = [
            models.Index(fields=["due_at"], name="step_open", condition=Q(state="open")),
            models.Index(fields=["next_rung_at"], name="step_ladder", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.label}"

    @property
    def enough(self) -> str:
        """Return how many of them must agree, in words; nothing when one is enough."""
        return {
            "all": "all of them", "majority": "more than half of them", "percent": f"{self.percent} % of them"
        }.get(self.completion, "")  # fmt: skip

    @transition(field=state, source=StepState.WAITING, target=StepState.OPEN)
    def open(self, *, at: datetime, due_at: datetime) -> None:
        """Ask the people of this stage."""
        self.opened_at, self.due_at = at, due_at

    @transition(field=state, source=StepState.OPEN, target=StepState.WAITING)
    def defer(self) -> None:
        """Wait until somebody who was added before has decided (AP-6)."""
        self.opened_at = self.due_at = self.reminded_at = self.next_rung_at = None

    @transition(field=state, source=StepState.OPEN, target=StepState.APPROVED)
    def approve(self, *, at: datetime) -> None:
        """Enough of them said yes."""
        self.decided_at = at

    @transition(field=state, source=StepState.OPEN, target=StepState.REJECTED)
    def reject(self, *, at: datetime) -> None:
        """One of them said no."""
        self.decided_at = at

    @transition(field=state, source=[StepState.WAITING, StepState.OPEN], target=StepState.CANCELLED)
    def cancel(self, *, at: datetime) -> None:
        """The request ended another way."""
        self.decided_at = at


class StepAssignee(models.Model):
    """A person asked at a stage; `for_person` is whose voice it is when it is not their own (AP-5)."""

    class Why(models.TextChoices):
        """Why somebody is asked."""

        ASKED = "asked", "Asked by the policy"
        DEPUTY = "deputy", "Deputy"
        MANAGER = "manager", "Manager of who was asked"
        ABOVE = "above", "The same role one level up"
        FALLBACK = "fallback", "Fallback owner"
        ADDED = "added", "Added by a person"

    step = models.ForeignKey(ApprovalStep, on_delete=models.CASCADE, related_name="assignees")
    person = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="approval_tasks")
    for_person = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=10, choices=Why.choices, default=Why.ASKED)
    since = models.DateTimeField(null=True, help_text="when they were asked, if later than the stage was opened")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "person"], name="assignee_once")]

    def __str__(self) -> str:
        if self.for_person_id:
            return f"{self.person} for {self.for_person}"
        return f"{self.person} ({self.get_why_display().lower()})" if self.why in _LATER else str(self.person)


class ApprovalDecision(models.Model):
    """What a person decided at a stage; binds to the version and hash that was on the screen (AP-7)."""

    class Verdict(models.TextChoices):
        """The two answers; asking a question is a message and decides nothing."""

        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    step = models.ForeignKey(ApprovalStep, on_delete=models.PROTECT, related_name="decisions")
    actor = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.TextField(blank=True)
    subject_version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64, help_text="what was seen")
    approved_hash = models.CharField(max_length=64, help_text="what was left of it; the same unless it was reduced")
    reductions = models.JSONField(default=list, blank=True, help_text="what the approver took away, in words (AP-4)")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "actor"], name="one_decision_per_step_and_person"),
            models.CheckConstraint(
                condition=Q(reductions=[], approved_hash=F("content_hash"))
                | ~Q(reductions=[]) & Q(verdict="approved") & ~Q(approved_hash=F("content_hash")),
                name="decision_reduction_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.verdict}"

    @property
    def who(self) -> str:
        """Return who decided, and for whom: “B for A” (AP-5)."""
        return f"{self.actor} for {self.on_behalf_of}" if self.on_behalf_of_id else str(self.actor)
