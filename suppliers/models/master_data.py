from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from foundation.models.document import Document
from suppliers.decisions.master_data import FIELDS
from suppliers.models.bank import BankChangeSource
from suppliers.models.supplier import Supplier

FIELD_CHOICES = [(kind.code, kind.label) for kind in FIELDS.values()]


class FieldRule(models.Model):
    """How a field of suppliers is governed here (SU-5); a field without a row follows the rule the product comes with.

    A rule changes like what it governs: one person proposes, another agrees.
    """

    field = models.CharField(max_length=20, choices=FIELD_CHOICES, unique=True)
    is_controlled = models.BooleanField(help_text="a change is a request that a second person decides")
    sources = models.JSONField(help_text="strongest first")
    required_in = models.JSONField(default=list, help_text="codes of categories; * = of every supplier")
    proposed = models.JSONField(null=True, help_text="what the rule would be; empty = nothing waits")
    proposed_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(proposed=None, proposed_by=None, proposed_at=None)
                | Q(proposed__isnull=False, proposed_by__isnull=False, proposed_at__isnull=False),
                name="field_rule_proposed",
            )
        ]

    def __str__(self) -> str:
        return self.get_field_display()


class FieldOrigin(models.Model):
    """Where the value of a field comes from: which source, who, when, on which paper."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="origins")
    field = models.CharField(max_length=20, choices=FIELD_CHOICES)
    source = models.CharField(max_length=8, choices=BankChangeSource.choices)
    document = models.CharField(max_length=120, blank=True, help_text="a line of a file, a message, a change")
    by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "field"], name="field_origin_once")]

    def __str__(self) -> str:
        return f"{self.get_field_display()} of {self.supplier}"


class SupplierChangeState(models.TextChoices):
    """Where a request to change a supplier's record stands (SU-5)."""

    PROPOSED = "proposed", "Waits for a decision"
    MADE = "made", "Made"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class SupplierChange(Document):
    """A request to change a supplier's record: what was asked never changes; somebody else decides (SU-5)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="changes")
    state = FSMField(default=SupplierChangeState.PROPOSED, choices=SupplierChangeState.choices, protected=True)
    source = models.CharField(max_length=8, choices=BankChangeSource.choices)
    document = models.CharField(max_length=120, blank=True, help_text="the paper or the line it came with")
    before = models.JSONField(help_text="field -> value when it was asked")
    after = models.JSONField(help_text="field -> value asked for")
    why = models.JSONField(help_text="field -> controlled, or weaker")
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="made") | Q(decided_by__isnull=False) & ~Q(decided_by=F("created_by")),
                name="supplier_change_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", closed_at=None) | ~Q(state="proposed") & Q(closed_at__isnull=False),
                name="supplier_change_closed_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "-id"], name="supplier_change_supplier"),
            models.Index(fields=["-id"], name="supplier_change_open", condition=Q(state="proposed")),
        ]

    @property
    def labels(self) -> str:
        """Return the fields it is about, as people call them."""
        return ", ".join(kind.label for code, kind in FIELDS.items() if code in self.after)

    @transition(field=state, source=SupplierChangeState.PROPOSED, target=SupplierChangeState.MADE)
    def make(self, *, by_id: int, at: datetime) -> None:
        """A second person agreed; the record says so from now on."""
        self.decided_by_id, self.closed_at = by_id, at

    @transition(field=state, source=SupplierChangeState.PROPOSED, target=SupplierChangeState.REFUSED)
    def turn_down(self, *, by_id: int, at: datetime, reason: str) -> None:
        """Somebody said no; the record stays."""
        self.decided_by_id, self.closed_at, self.closed_reason = by_id, at, reason

    @transition(field=state, source=SupplierChangeState.PROPOSED, target=SupplierChangeState.WITHDRAWN)
    def take_back(self, *, at: datetime, reason: str) -> None:
        """Who asked took it back."""
        self.closed_at, self.closed_reason = at, reason
