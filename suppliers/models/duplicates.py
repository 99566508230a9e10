from django.db import models
from django.db.models import F, Q

from suppliers.models.supplier import Supplier


class DuplicateProposal(models.Model):
    """Two suppliers that look like one, with the evidence; `first` is the older row. A person decides (SU-3)."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", "To decide"
        MERGED = "merged", "Merged"
        DISTINCT = "distinct", "Not the same"

    first = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    likeness = models.DecimalField(max_digits=5, decimal_places=4, help_text="of the names, 0 to 1")
    evidence = models.JSONField(help_text="sentences; empty = nothing but the names")
    is_confirmed = models.BooleanField(help_text="something besides the names speaks for it")
    inputs_hash = models.CharField(max_length=64, help_text="of what was compared")
    model_version = models.CharField(max_length=40)
    found_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-is_confirmed", "-likeness", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_proposal_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_proposal_order"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None, decided_at=None)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="duplicate_proposal_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"


class SupplierMerge(models.Model):
    """A duplicate that was merged into its survivor, what moved with it, and whether it was undone (SU-3)."""

    duplicate = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="merges")
    survivor = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="absorbed")
    state_before = models.CharField(max_length=12)
    reason_before = models.CharField(max_length=200, blank=True)
    moved = models.JSONField(help_text="kind -> ids of the rows that now belong to the survivor")
    reason = models.CharField(max_length=200)
    merged_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    undo_reason = models.CharField(max_length=200, blank=True)
    undone_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["duplicate"], condition=Q(undone_at=None), name="supplier_merged_once"),
            models.CheckConstraint(
                condition=Q(undone_by=None, undone_at=None) | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="supplier_merge_undone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate} into {self.survivor}"
