from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition

from foundation.models.document import Document
from suppliers.models.supplier import Supplier


class SpendRequestState(models.TextChoices):
    """Where a wish to buy from a supplier stands."""

    ASKED = "asked", "Asked"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class SpendRequest(Document):
    """A wish to buy from a supplier, category by site; decided on the approval machine apart from its registration (SU-1)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="spend_requests")
    state = FSMField(default=SpendRequestState.ASKED, choices=SpendRequestState.choices, protected=True)
    reason = models.CharField(max_length=300)
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier"], condition=Q(state="asked"), name="spend_request_one_open"),
            models.CheckConstraint(
                condition=Q(state="asked", closed_at=None) | ~Q(state="asked") & Q(closed_at__isnull=False),
                name="spend_request_closed_pair",
            ),
        ]

    @transition(field=state, source=SpendRequestState.ASKED, target=SpendRequestState.APPROVED)
    def approve(self, *, at: datetime) -> None:
        """Everybody asked agreed."""
        self.closed_at = at

    @transition(field=state, source=SpendRequestState.ASKED, target=SpendRequestState.REFUSED)
    def refuse(self, *, at: datetime, reason: str) -> None:
        """Somebody asked said no."""
        self.closed_at, self.closed_reason = at, reason

    @transition(field=state, source=SpendRequestState.ASKED, target=SpendRequestState.WITHDRAWN)
    def withdraw(self, *, at: datetime, reason: str) -> None:
        """Whoever asked takes it back."""
        self.closed_at, self.closed_reason = at, reason


class SpendState(models.TextChoices):
    """Whether a supplier may sell a category at a site."""

    ASKED = "asked", "Asked"
    IN_FORCE = "in_force", "In force"
    REFUSED = "refused", "Refused"
    ENDED = "ended", "Ended"


class SpendAuthorisation(FSMModelMixin, models.Model):
    """What may be bought from a supplier: a category with all below it, at a site; empty = every one.

    Without a request it was so before authorisations were kept.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="spend_authorisations")
    request = models.ForeignKey(SpendRequest, null=True, on_delete=models.PROTECT, related_name="cells")
    category = models.ForeignKey("foundation.Category", null=True, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("foundation.Site", null=True, on_delete=models.PROTECT, related_name="+")
    state = FSMField(default=SpendState.ASKED, choices=SpendState.choices, protected=True)
    since = models.DateTimeField(help_text="when it came to its state")
    ended_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True, help_text="why it ended")

    class Meta:
        ordering = ["supplier", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "category", "site"],
                condition=Q(state__in=["asked", "in_force"]),
                name="spend_authorisation_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ended_by__isnull=False) & ~Q(reason=""),
                name="spend_authorisation_ended",
            ),
        ]
        indexes = [models.Index(fields=["supplier"], name="spend_in_force", condition=Q(state="in_force"))]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.category or 'everything'} at {self.site or 'every site'}"

    @transition(field=state, source=SpendState.ASKED, target=SpendState.IN_FORCE)
    def put_in_force(self, *, at: datetime) -> None:
        """Its request was approved."""
        self.since = at

    @transition(field=state, source=SpendState.ASKED, target=SpendState.REFUSED)
    def drop(self, *, at: datetime) -> None:
        """Its request was refused or withdrawn."""
        self.since = at

    @transition(field=state, source=SpendState.IN_FORCE, target=SpendState.ENDED)
    def end(self, *, by_id: int, at: datetime, reason: str) -> None:
        """Nothing new is bought there."""
        self.since, self.ended_by_id, self.reason = at, by_id, reason
