from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition


class PolicyKind(models.TextChoices):
    """What a version decides about."""

    APPROVAL = "approval", "Approval matrix"
    TOLERANCE = "tolerance", "Match tolerances"
    DUTY = "duty", "Duties"
    ROUTING = "routing", "Exception routing"
    SOURCING = "sourcing", "Ordering and sourcing"


class PolicyState(models.TextChoices):
    """Life of a version (AP-9)."""

    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    SUPERSEDED = "superseded", "Superseded"
    DISCARDED = "discarded", "Discarded"


class PolicyVersion(FSMModelMixin, models.Model):
    """One version of one policy; published versions are never edited, documents keep the version that judged them."""

    kind = models.CharField(max_length=12, choices=PolicyKind.choices)
    number = models.PositiveIntegerField()
    state = FSMField(default=PolicyState.DRAFT, choices=PolicyState.choices, protected=True)
    version = models.PositiveIntegerField(default=1)
    note = models.CharField(max_length=200, blank=True)
    settings = models.JSONField(default=dict, help_text="the kind's switches: fallback owner, base values")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    effective_from = models.DateTimeField(null=True)
    effective_until = models.DateTimeField(null=True, help_text="exclusive")
    analysed_at = models.DateTimeField(null=True, help_text="when it was last analysed")
    analysed_version = models.PositiveIntegerField(null=True, help_text="the count of changes it was analysed at")
    analysed_blocking = models.PositiveIntegerField(
        null=True, help_text="findings that stand in the way of publication"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="policy_number_once"),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=models.F("created_by")), name="policy_second_person"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "superseded"])
                | Q(published_at__isnull=False, published_by__isnull=False, effective_from__isnull=False),
                name="policy_published_pair",
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state="published", effective_until=None), name="policy_one_open_end"
            ),
        ]
        indexes = [models.Index(fields=["kind", "effective_from"], name="policy_in_force")]
        ordering = ["kind", "-number"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} v{self.number}"

    @property
    def label(self) -> str:
        """Return the name stored with decisions, such as `approval/14`."""
        return f"{self.kind}/{self.number}"

    @property
    def is_analysed(self) -> bool:
        """Say whether it was analysed as it is now (AP-9); what changed since must be analysed again."""
        return self.analysed_version == self.version

    def is_in_force(self, at: datetime) -> bool:
        """Say whether the version decides at an instant."""
        started = self.effective_from is not None and self.effective_from <= at
        return started and (self.effective_until is None or self.effective_until > at)

    @transition(field=state, source=PolicyState.DRAFT, target=PolicyState.PUBLISHED)
    def publish(self, *, by_id: int, at: datetime, effective_from: datetime) -> None:
        """Put the draft in force from an instant."""
        self.published_by_id, self.published_at, self.effective_from = by_id, at, effective_from

    @transition(field=state, source=PolicyState.PUBLISHED, target=PolicyState.SUPERSEDED)
    def supersede(self, *, effective_until: datetime) -> None:
        """End the version where the next one begins."""
        self.effective_until = effective_until

    @transition(field=state, source=PolicyState.PUBLISHED, target=PolicyState.DISCARDED)
    def withdraw(self) -> None:
        """Take back a version that has not started; it decided nothing, and it stays readable."""
        self.effective_from = None

    @transition(field=state, source=PolicyState.SUPERSEDED, target=PolicyState.PUBLISHED)
    def reopen(self) -> None:
        """Let the version go on without an end: the one that was to follow is withdrawn."""
        self.effective_until = None

    @transition(field=state, source=PolicyState.DRAFT, target=PolicyState.DISCARDED)
    def discard(self) -> None:
        """Throw the draft away; it stays readable."""
