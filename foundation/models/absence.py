from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from foundation.models.user import User


class Absence(models.Model):
    """Somebody is away, or hands part of their decisions to a deputy, between two instants (AP-5).

    In force from `starts_at` up to `ends_at` unless ended before. The scope limits what the deputy decides: an empty
    list means every duty, every site; no limit means any amount.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    deputy = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="stands_in_for")
    is_away = models.BooleanField(default=True, help_text="not at work at all; else present, and only hands over")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="exclusive")
    duties = ArrayField(models.CharField(max_length=40), default=list, help_text="duty codes; empty = every duty")
    sites = ArrayField(models.CharField(max_length=8), default=list, help_text="site codes; empty = every site")
    amount_limit = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, help_text="base currency, the limit included; empty = none"
    )
    reason = models.CharField(max_length=300, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, help_text="when it took effect")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"),
            models.CheckConstraint(condition=Q(deputy=None) | ~Q(deputy=F("person")), name="absence_other_deputy"),
            models.CheckConstraint(condition=Q(is_away=True) | Q(deputy__isnull=False), name="absence_says_something"),
        ]
        indexes = [
            models.Index(fields=["person", "ends_at"], name="absence_of", condition=Q(ended_at=None)),
            models.Index(fields=["starts_at"], name="absence_to_begin", condition=Q(ended_at=None, began_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_at:%d %b %Y} to {self.ends_at:%d %b %Y}"

    def is_in_force(self, at: datetime) -> bool:
        """Say whether it counts at an instant."""
        return self.ended_at is None and self.starts_at <= at < self.ends_at
