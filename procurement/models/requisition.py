from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from foundation.models import Document


class RequisitionState(models.TextChoices):
    """Life of a requisition (RQ-1)."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Waiting for approval"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    ORDERED = "ordered", "Ordered"
    CANCELLED = "cancelled", "Cancelled"


class SpendKind(models.TextChoices):
    """What kind of need a line is."""

    CATALOGUE = "catalogue", "Catalogue item"
    NON_STOCK = "non_stock", "Non-stock goods"
    SERVICE = "service", "Service"


class PriceSource(models.TextChoices):
    """Where an estimated price comes from."""

    CONTRACT = "contract", "Contract"
    CATALOGUE = "catalogue", "Catalogue"
    LAST_PAID = "last_paid", "Last paid"
    TYPED = "typed", "Typed"


class Requisition(Document):
    """A need of a site, waiting for the policy's decision."""

    ship_to = models.ForeignKey("foundation.Site", on_delete=models.PROTECT, related_name="requisitions")
    requester = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="requisitions")
    cost_centre = models.ForeignKey("foundation.CostCentre", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120, blank=True)
    state = FSMField(default=RequisitionState.DRAFT, choices=RequisitionState.choices, protected=True)
    currency = models.CharField(max_length=3)
    need_by = models.DateField()
    is_urgent = models.BooleanField(default=False)
    urgent_reason = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True, max_length=2000)
    total_amount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    base_rate = models.DecimalField(
        max_digits=18, decimal_places=8, default=1,
        help_text="base currency per unit of `currency`, frozen at submission; budgets count with it (MQ-1, RQ-6)",
    )  # fmt: skip
    flags = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="frozen at submission (RQ-2)"
    )
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    state_reason = models.CharField(max_length=500, blank=True, help_text="why it was returned, rejected or cancelled")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | Q(submitted_at__isnull=False),
                name="requisition_submitted_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "ordered"]) | Q(approved_at__isnull=False),
                name="requisition_approved_at",
            ),
            models.CheckConstraint(
                condition=Q(is_urgent=False) | ~Q(urgent_reason=""), name="requisition_urgent_reason"
            ),
            models.CheckConstraint(
                condition=Q(total_amount__gte=0, total_amount__lt=10**12), name="requisition_total_range"
            ),
        ]
        indexes = [
            models.Index(fields=["ship_to", "-id"], name="requisition_site"),
            models.Index(fields=["requester", "-id"], name="requisition_mine"),
            models.Index(fields=["state", "-id"], name="requisition_state"),
        ]

    @transition(field=state, source=RequisitionState.DRAFT, target=RequisitionState.SUBMITTED)
    def submit(self, *, at: datetime) -> None:
        """Ask for approval."""
        self.submitted_at, self.state_reason = at, ""

    @transition(field=state, source=RequisitionState.SUBMITTED, target=RequisitionState.APPROVED)
    def approve(self, *, at: datetime) -> None:
        """The last stage agreed, or the policy let it pass."""
        self.approved_at = at

    @transition(field=state, source=RequisitionState.APPROVED, target=RequisitionState.SUBMITTED)
    def reopen_approval(self, *, at: datetime, reason: str) -> None:
        """A price moved beyond what was agreed, before anything was ordered (RQ-4)."""
        self.submitted_at, self.approved_at, self.state_reason = at, None, reason

    @transition(field=state, source=RequisitionState.SUBMITTED, target=RequisitionState.REJECTED)
    def reject(self, *, at: datetime, reason: str) -> None:
        """Somebody said no."""
        self.closed_at, self.state_reason = at, reason

    @transition(
        field=state,
        source=[RequisitionState.SUBMITTED, RequisitionState.APPROVED, RequisitionState.REJECTED],
        target=RequisitionState.DRAFT,
    )
    def return_for_change(self, *, reason: str) -> None:
        """Back to the requester with a reason; also how a requester withdraws."""
        self.submitted_at = self.approved_at = self.closed_at = None
        self.state_reason = reason

    @transition(field=state, source=RequisitionState.APPROVED, target=RequisitionState.ORDERED)
    def complete(self, *, at: datetime) -> None:
        """Every line is on an order."""
        self.closed_at = at

    @transition(
        field=state,
        source=[RequisitionState.DRAFT, RequisitionState.SUBMITTED, RequisitionState.APPROVED],
        target=RequisitionState.CANCELLED,
    )
    def cancel(self, *, at: datetime, reason: str) -> None:
        """No longer needed."""
        self.closed_at, self.state_reason = at, reason


class RequisitionLine(models.Model):
    """One need: a catalogue item or free text. The source is frozen at submission (SO-1)."""

    requisition = models.ForeignKey(Requisition, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(help_text="10, 20, 30...")
    item = models.ForeignKey("foundation.Item", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    description = models.CharField(max_length=300)
    category = models.ForeignKey("foundation.Category", on_delete=models.PROTECT, related_name="+")
    spend_kind = models.CharField(max_length=12, choices=SpendKind.choices)
    quantity = models.DecimalField(
        max_digits=18, decimal_places=4, help_text="zero: an approver struck the line (AP-4)"
    )
    asked_quantity = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, help_text="before an approver reduced it; empty when nobody did"
    )
    unit = models.ForeignKey("foundation.UnitOfMeasure", on_delete=models.PROTECT, related_name="+")
    base_quantity = models.DecimalField(max_digits=18, decimal_places=4, help_text="in the item's base unit")
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, help_text="estimated, net per `unit`")
    price_source = models.CharField(max_length=12, choices=PriceSource.choices)
    line_amount = models.DecimalField(max_digits=18, decimal_places=4)
    need_by = models.DateField()
    supplier = models.ForeignKey(
        "suppliers.Supplier", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    contract = models.ForeignKey(
        "suppliers.Contract", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    catalogue_item = models.ForeignKey(
        "suppliers.CatalogueItem", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sourcing = models.JSONField(default=dict, blank=True, help_text="why this source, and why not the others")
    waiting_reason = models.CharField(max_length=60, blank=True, help_text="why it is in the buyer's queue (RQ-4)")
    goes_out_at = models.DateTimeField(
        null=True, help_text="with the combined order of its site and supplier (RQ-5); empty when it waits for none"
    )
    ordered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["requisition", "line_no"]
        constraints = [
            models.UniqueConstraint(fields=["requisition", "line_no"], name="requisition_line_no"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lt=10**12) | Q(quantity=0, asked_quantity__isnull=False),
                name="requisition_line_quantity",
            ),
            models.CheckConstraint(
                condition=Q(asked_quantity=None) | Q(asked_quantity__gt=F("quantity"), asked_quantity__lt=10**12),
                name="requisition_line_reduced",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, unit_price__lt=10**12), name="requisition_line_price"
            ),
            models.CheckConstraint(
                condition=Q(spend_kind="catalogue", item__isnull=False) | ~Q(spend_kind="catalogue"),
                name="requisition_line_catalogue_item",
            ),
        ]
        indexes = [
            models.Index(fields=["waiting_reason"], name="requisition_line_waiting", condition=~Q(waiting_reason="")),
            models.Index(
                fields=["goes_out_at"],
                name="requisition_line_combining",
                condition=Q(goes_out_at__isnull=False, ordered_at=None),
            ),
            models.Index(fields=["item"], name="requisition_line_item"),
        ]

    def __str__(self) -> str:
        return f"{self.line_no} {self.description}"

    @property
    def is_struck(self) -> bool:
        """Say whether an approver took the whole line away (AP-4); it is shown and never ordered."""
        return not self.quantity
