from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from foundation.models import Document


class OrderState(models.TextChoices):
    """Life of a purchase order (PO-1)."""

    DRAFT = "draft", "Draft"
    PENDING = "pending_approval", "Waiting for approval"
    APPROVED = "approved", "Approved"
    ISSUED = "issued", "Issued"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


class AckStatus(models.TextChoices):
    """How far the supplier has answered (PO-1); derived and stored."""

    NONE = "none", "Not answered"
    PARTIAL = "partial", "Partly answered"
    CONFIRMED = "confirmed", "Confirmed"
    CHANGED = "changed", "Confirmed with changes"
    REJECTED = "rejected", "Rejected"
    OVERDUE = "overdue", "Answer overdue"


class ProgressStatus(models.TextChoices):
    """How far receiving or invoicing is (PO-1); derived and stored."""

    NONE = "none", "None"
    PARTIAL = "partial", "Partial"
    FULL = "full", "Full"
    OVER = "over", "Over"


def _counter(help_text: str) -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(max_digits=18, decimal_places=4, default=0, help_text=f"base unit; {help_text}")


class PurchaseOrder(Document):
    """Our promise to a supplier. Suppliers see issued versions only."""

    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="orders")
    ship_to = models.ForeignKey("foundation.Site", on_delete=models.PROTECT, related_name="orders")
    legal_entity = models.ForeignKey("foundation.LegalEntity", on_delete=models.PROTECT, related_name="+")
    buyer = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    payment_terms_days = models.PositiveSmallIntegerField()
    state = FSMField(default=OrderState.DRAFT, choices=OrderState.choices, protected=True)
    hold_reason = models.CharField(max_length=200, blank=True)
    hold_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    ack_status = models.CharField(max_length=10, choices=AckStatus.choices, default=AckStatus.NONE)
    receipt_status = models.CharField(max_length=10, choices=ProgressStatus.choices, default=ProgressStatus.NONE)
    invoice_status = models.CharField(max_length=10, choices=ProgressStatus.choices, default=ProgressStatus.NONE)
    revision = models.PositiveIntegerField(default=0, help_text="last issued version; 0 before the first")
    need_by = models.DateField()
    total_amount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    open_amount = models.DecimalField(
        max_digits=18, decimal_places=4, default=0, help_text="commitment: open quantity at order price, while issued"
    )
    is_touchless = models.BooleanField(default=False, help_text="no person decided or placed it (MX-9)")
    is_changing = models.BooleanField(default=False, help_text="a change of it waits for approval (PO-2)")
    issued_at = models.DateTimeField(null=True)
    ack_due_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True, help_text="first complete answer (MX-5)")
    closed_at = models.DateTimeField(null=True)
    state_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["issued", "closed"]) | Q(issued_at__isnull=False, revision__gt=0),
                name="order_issued_pair",
            ),
            models.CheckConstraint(condition=Q(total_amount__gte=0, total_amount__lt=10**12), name="order_total_range"),
            models.CheckConstraint(condition=Q(open_amount__gte=0, open_amount__lt=10**12), name="order_open_range"),
            models.CheckConstraint(
                condition=Q(hold_reason="", hold_by=None) | ~Q(hold_reason="") & Q(hold_by__isnull=False),
                name="order_hold_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["ship_to", "-id"], name="order_site"),
            models.Index(fields=["supplier", "-id"], name="order_supplier"),
            models.Index(fields=["state", "-id"], name="order_state"),
            models.Index(
                fields=["ack_due_at"], name="order_ack_due", condition=Q(state="issued", acknowledged_at=None)
            ),
        ]

    @transition(field=state, source=OrderState.DRAFT, target=OrderState.PENDING)
    def request_approval(self) -> None:
        """The order itself needs a decision, because no requisition authorises it."""

    @transition(field=state, source=[OrderState.DRAFT, OrderState.PENDING], target=OrderState.APPROVED)
    def approve(self) -> None:
        """Every line has its authority."""

    @transition(field=state, source=OrderState.PENDING, target=OrderState.DRAFT)
    def return_for_change(self, *, reason: str) -> None:
        """Back to the buyer."""
        self.state_reason = reason

    @transition(field=state, source=OrderState.APPROVED, target=OrderState.ISSUED)
    def issue(self, *, at: datetime, ack_due_at: datetime) -> None:
        """Send the first version to the supplier."""
        self.issued_at, self.ack_due_at, self.revision = at, ack_due_at, 1

    @transition(field=state, source=OrderState.ISSUED, target=OrderState.CLOSED)
    def close(self, *, at: datetime, reason: str) -> None:
        """Everything is received and invoiced, or closed short."""
        self.closed_at, self.state_reason = at, reason

    @transition(field=state, source=OrderState.CLOSED, target=OrderState.ISSUED)
    def reopen(self) -> None:
        """Something of it is still to come after all (PO-3)."""
        self.closed_at, self.state_reason = None, ""

    @transition(
        field=state,
        source=[OrderState.DRAFT, OrderState.PENDING, OrderState.APPROVED, OrderState.ISSUED],
        target=OrderState.CANCELLED,
    )
    def cancel(self, *, at: datetime, reason: str) -> None:
        """Nothing of it is wanted; only before anything was received."""
        self.closed_at, self.state_reason = at, reason


class PurchaseOrderLine(models.Model):
    """One thing ordered. Counters are in the item's base unit (MQ-3) and equal the documents (PO-0, GR-2)."""

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")
    line_no = models.PositiveIntegerField(help_text="10, 20, 30...")
    item = models.ForeignKey("foundation.Item", null=True, on_delete=models.PROTECT, related_name="+")
    description = models.CharField(max_length=300)
    supplier_part = models.CharField(max_length=40, blank=True)
    category = models.ForeignKey("foundation.Category", on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey("suppliers.Contract", null=True, on_delete=models.PROTECT, related_name="+")
    ship_to = models.ForeignKey("foundation.Site", on_delete=models.PROTECT, related_name="+")
    cost_centre = models.ForeignKey("foundation.CostCentre", null=True, on_delete=models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=18, decimal_places=4, help_text="in `unit`")
    unit = models.ForeignKey("foundation.UnitOfMeasure", on_delete=models.PROTECT, related_name="+")
    base_factor = models.DecimalField(max_digits=18, decimal_places=6, help_text="base units in one `unit`")
    ordered = _counter("what `quantity` is in base units")
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, help_text="net per `unit`")
    first_approved_price = models.DecimalField(max_digits=18, decimal_places=6, help_text="drift is measured from here")
    line_amount = models.DecimalField(max_digits=18, decimal_places=4)
    need_by = models.DateField()
    first_promise = models.DateField(null=True, help_text="frozen (AK-6)")
    promised = models.DateField(null=True, help_text="current promise; a schedule's last date")
    ack_status = models.CharField(max_length=20, blank=True, help_text="what the supplier last said about the line")
    delivered = _counter("goods that arrived")
    accepted = _counter("of the delivered")
    rejected = _counter("of the delivered")
    returned = _counter("of the accepted")
    cancelled = _counter("taken off the order")
    closed_short = _counter("never to come")
    invoiced = _counter("billed, less credited")
    credited = _counter("taken back by credit notes")
    spent_quantity = _counter("on cleared bills, credit notes aside")
    spent_amount = models.DecimalField(
        max_digits=18, decimal_places=4, default=0, help_text="on cleared bills less credit notes, order currency, net"
    )
    base_rate = models.DecimalField(
        max_digits=24, decimal_places=12, default=1,
        help_text="of its requisitions, weighed by quantity; budgets count with it (MQ-1, RQ-6)",
    )  # fmt: skip
    over_receipt_percent = models.DecimalField(
        max_digits=7, decimal_places=3, default=0, help_text="tolerance frozen from policy when issued (GR-3)"
    )
    authority = models.JSONField(default=dict, help_text="approval request, its hash and policy version")

    class Meta:
        ordering = ["order", "line_no"]
        constraints = [
            models.UniqueConstraint(fields=["order", "line_no"], name="order_line_no"),
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lt=10**12), name="order_line_quantity"),
            models.CheckConstraint(condition=Q(ordered__gt=0, ordered__lt=10**12), name="order_line_ordered"),
            models.CheckConstraint(condition=Q(base_factor__gt=0, base_factor__lt=10**9), name="order_line_factor"),
            models.CheckConstraint(condition=Q(unit_price__gte=0, unit_price__lt=10**12), name="order_line_price"),
            models.CheckConstraint(
                condition=Q(
                    delivered__gte=0, accepted__gte=0, rejected__gte=0, returned__gte=0, cancelled__gte=0,
                    closed_short__gte=0, invoiced__gte=0, credited__gte=0, delivered__lt=10**12, invoiced__lt=10**12,
                ),
                name="order_line_counters_positive",
            ),
            models.CheckConstraint(
                condition=Q(delivered__gte=F("accepted") + F("rejected")), name="order_line_accepted_of_delivered"
            ),
            models.CheckConstraint(condition=Q(accepted__gte=F("returned")), name="order_line_returned_of_accepted"),
            models.CheckConstraint(
                condition=Q(accepted__lte=F("ordered") * (1 + F("over_receipt_percent") / 100)),
                name="no_over_receipt",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["item"], name="order_line_item")]

    def __str__(self) -> str:
        return f"{self.line_no} {self.description}"


class OrderLineSource(models.Model):
    """Which requisition lines an order line came from (RQ-5); quantity in the item's base unit."""

    order_line = models.ForeignKey(PurchaseOrderLine, on_delete=models.CASCADE, related_name="sources")
    requisition_line = models.ForeignKey(
        "procurement.RequisitionLine", on_delete=models.PROTECT, related_name="order_sources"
    )
    quantity = models.DecimalField(max_digits=18, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_line", "requisition_line"], name="order_line_source_once")
        ]

    def __str__(self) -> str:
        return f"{self.requisition_line} on {self.order_line}"


class OrderVersion(models.Model):
    """An issued version, frozen: what the supplier sees. The hash equals the authorised one."""

    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="versions")
    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    sent_to = models.JSONField(default=dict, help_text="the supplier's location it went to, as it was then")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "revision"], name="order_version_once")]

    def __str__(self) -> str:
        return f"{self.order} rev {self.revision}"
