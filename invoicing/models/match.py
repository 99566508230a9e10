from datetime import datetime

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, FSMModelMixin, transition

from invoicing.models.invoice import Invoice, InvoiceLine


class MatchState(models.TextChoices):
    """One word for what the match found."""

    UNTESTED = "untested", "Not tested"
    MATCHED = "matched", "Matched"
    WAITING = "waiting", "Waiting for goods"
    DIFFERS = "differs", "Differs"


_ANY = [MatchState.UNTESTED, MatchState.MATCHED, MatchState.WAITING, MatchState.DIFFERS]


class InvoiceMatch(FSMModelMixin, models.Model):
    """The standing match of an invoice line with an order line: facts, arithmetic, verdict and policy version.

    The allocation is many to many (TM-7): a line has as many matches as order lines it bills.
    """

    line = models.ForeignKey(InvoiceLine, on_delete=models.CASCADE, related_name="matches")
    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")
    order_line = models.ForeignKey("procurement.PurchaseOrderLine", on_delete=models.PROTECT, related_name="matches")
    quantity = models.DecimalField(max_digits=18, decimal_places=4, help_text="allocated, base unit")
    amount = models.DecimalField(max_digits=18, decimal_places=4, help_text="allocated net, invoice currency")
    explanation = models.CharField(max_length=200, help_text="why this order line (TM-7)")
    state = FSMField(default=MatchState.UNTESTED, choices=MatchState.choices, protected=True)
    facts = models.JSONField(default=dict)
    policy_version = models.CharField(max_length=40, blank=True, help_text="label of the tolerances that judged it")
    tested_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "invoice matches"
        constraints = [
            models.UniqueConstraint(fields=["line", "order_line"], name="match_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lt=10**12), name="match_quantity_range"),
        ]
        indexes = [models.Index(fields=["order_line"], name="match_order_line")]

    def __str__(self) -> str:
        return f"{self.line} with {self.order_line}"

    @transition(field=state, source=_ANY, target=MatchState.MATCHED)
    def agree(self, *, at: datetime) -> None:
        """Order, goods and bill agree."""
        self.tested_at = at

    @transition(field=state, source=_ANY, target=MatchState.WAITING)
    def wait(self, *, at: datetime) -> None:
        """The goods have not come yet."""
        self.tested_at = at

    @transition(field=state, source=_ANY, target=MatchState.DIFFERS)
    def differ(self, *, at: datetime) -> None:
        """Something is outside tolerance."""
        self.tested_at = at


class HoldState(models.TextChoices):
    """Where a hold stands."""

    OPEN = "open", "Open"
    CURED = "cured", "Cured"
    RELEASED = "released", "Released"


class Hold(FSMModelMixin, models.Model):
    """One reason an invoice is not paid yet (TM-10), with owner, evidence and limit."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="holds")
    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(InvoiceLine, null=True, on_delete=models.CASCADE, related_name="holds")
    code = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    actual = models.CharField(max_length=60, blank=True)
    limit = models.CharField(max_length=60, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4, default=0, help_text="in dispute, invoice currency")
    evidence = models.JSONField(default=dict)
    is_exception = models.BooleanField(default=True, help_text="false for waiting (TM-8)")
    owner_role = models.CharField(max_length=24)
    state = FSMField(default=HoldState.OPEN, choices=HoldState.choices, protected=True)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    released_magnitude = models.DecimalField(
        max_digits=18, decimal_places=6, null=True, help_text="a larger recurrence holds again (TM-9)"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "line", "code"],
                condition=Q(state="open"),
                name="one_open_hold",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | ~Q(state="open") & Q(closed_at__isnull=False),
                name="hold_closed_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(closed_by__isnull=False) & ~Q(reason=""), name="hold_released_by"
            ),
        ]
        indexes = [models.Index(fields=["invoice"], name="hold_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.code} on {self.invoice}"

    @transition(field=state, source=HoldState.OPEN, target=HoldState.CURED)
    def cure(self, *, at: datetime) -> None:
        """Its cause is gone."""
        self.closed_at = at

    @transition(field=state, source=HoldState.OPEN, target=HoldState.RELEASED)
    def release(self, *, by_id: int, at: datetime, reason: str) -> None:
        """A person with authority lets it pass."""
        self.closed_by_id, self.closed_at, self.reason = by_id, at, reason
