from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition


class JobState(models.TextChoices):
    """Where long work stands."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Job(FSMModelMixin, models.Model):
    """Work that takes longer than a person waits, done in slices by a worker (UX 7).

    Each slice is one transaction that also stores how far it came, so that a worker that dies costs one slice at most.
    """

    kind = models.CharField(max_length=40, help_text="which work of the registry")
    title = models.CharField(max_length=160)
    params = models.JSONField(default=dict, help_text="what was asked")
    reached = models.JSONField(default=dict, help_text="where the next slice begins")
    phase = models.CharField(max_length=80, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, help_text="empty while unknown")
    state = FSMField(default=JobState.WAITING, choices=JobState.choices, protected=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="how often a worker died at it")
    created_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(help_text="end of the last slice, or when it was asked for")
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at=None)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="job_finished_pair",
            )
        ]
        indexes = [
            models.Index(fields=["seen_at"], name="job_open", condition=Q(finished_at=None)),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Say whether a worker still has to do something."""
        return self.finished_at is None

    @transition(field=state, source=JobState.WAITING, target=JobState.RUNNING)
    def start(self, *, at: datetime) -> None:
        """A worker took it up."""
        self.started_at = self.started_at or at

    @transition(field=state, source=JobState.RUNNING, target=JobState.DONE)
    def finish(self, *, at: datetime) -> None:
        """The last slice is done."""
        self.finished_at = at

    @transition(field=state, source=[JobState.WAITING, JobState.RUNNING], target=JobState.FAILED)
    def fail(self, *, at: datetime, error: str) -> None:
        """It cannot go on by itself."""
        self.finished_at, self.error = at, error[:300]

    @transition(field=state, source=[JobState.WAITING, JobState.RUNNING], target=JobState.CANCELLED)
    def cancel(self, *, at: datetime) -> None:
        """A person stopped it."""
        self.finished_at = at

    @transition(field=state, source=[JobState.FAILED, JobState.CANCELLED], target=JobState.WAITING)
    def retry(self, *, at: datetime) -> None:
        """Go on where it stopped."""
        self.finished_at, self.error, self.attempts, self.seen_at = None, "", 0, at
