"""Requests for quotation as we write them (SO-4). Suppliers read their invitation only, never these rows."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from foundation.models.document import Document
from suppliers.models.supplier import Supplier, SupplierState

MAY_QUOTE = (SupplierState.QUALIFIED, SupplierState.ACTIVE)


class QuotationState(models.TextChoices):
    """Life of a request for quotation (SO-4)."""

    DRAFT = "draft", "Draft"
    OPEN = "open", "Open for answers"
    CLOSED = "closed", "To be awarded"
    AWARDED = "awarded", "Awarded"
    CONVERTED = "converted", "In contracts and orders"
    CANCELLED = "cancelled", "Cancelled"


LIVE = (QuotationState.DRAFT, QuotationState.OPEN, QuotationState.CLOSED)


class QuotationRequest(Document):
    """Several suppliers are asked for a price. `closes_at` is an instant, shown on the clock of the site.

    `revision` counts what suppliers were told; `lines_revision` is the last one that changed what is asked, so that
    answers to an older one do not count any more.
    """

    site = models.ForeignKey("foundation.Site", on_delete=models.PROTECT, related_name="+", help_text="who asks")
    title = models.CharField(max_length=120)
    terms = models.TextField(max_length=4000, blank=True)
    state = FSMField(default=QuotationState.DRAFT, choices=QuotationState.choices, protected=True)
    closes_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)
    lines_revision = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, help_text="from then on our people read the prices")
    awarded_at = models.DateTimeField(null=True)
    awarded_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    converted_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | Q(opened_at__isnull=False, revision__gt=0),
                name="quotation_request_opened",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "cancelled"]) | Q(closed_at__isnull=False),
                name="quotation_request_closed",
            ),
            models.CheckConstraint(
                condition=Q(awarded_at=None, awarded_by=None) | Q(awarded_at__isnull=False, awarded_by__isnull=False),
                name="quotation_request_awarded_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["awarded", "converted"]) | Q(awarded_at__isnull=False),
                name="quotation_request_awarded",
            ),
            models.CheckConstraint(condition=~Q(state="cancelled") | ~Q(end_reason=""), name="quotation_request_why"),
            models.CheckConstraint(
                condition=Q(lines_revision__lte=F("revision")), name="quotation_request_lines_revision"
            ),
        ]
        indexes = [
            models.Index(fields=["closes_at"], name="quotation_request_due", condition=Q(state="open")),
            models.Index(fields=["site", "-id"], name="quotation_request_site"),
        ]

    @property
    def is_sealed(self) -> bool:
        """Say whether nobody of ours reads a price yet; what was cancelled before its closing stays sealed."""
        return self.closed_at is None

    @transition(field=state, source=QuotationState.DRAFT, target=QuotationState.OPEN)
    def open(self, *, at: datetime) -> None:
        """Suppliers are told and may answer."""
        self.opened_at = at

    @transition(field=state, source=QuotationState.OPEN, target=QuotationState.CLOSED)
    def close(self, *, at: datetime) -> None:
        """No answer is taken any more; the prices are read."""
        self.closed_at = at

    @transition(field=state, source=QuotationState.CLOSED, target=QuotationState.AWARDED)
    def award(self, *, by_id: int, at: datetime) -> None:
        """Somebody chose."""
        self.awarded_by_id, self.awarded_at = by_id, at

    @transition(field=state, source=QuotationState.AWARDED, target=QuotationState.CONVERTED)
    def convert(self, *, at: datetime) -> None:
        """Every awarded line is in a contract or back with its requisition."""
        self.converted_at = at

    @transition(field=state, source=list(LIVE), target=QuotationState.CANCELLED)
    def cancel(self, *, at: datetime, reason: str) -> None:
        """Nothing is bought on it."""
        self.changed_at, self.end_reason = at, reason


class QuotationLine(models.Model):
    """What is asked: an item or words, how much, for which site and day. Its number is never given to another line.

    A line that comes from a requisition says from which; an award goes back to it.
    """

    request = models.ForeignKey(QuotationRequest, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(help_text="10, 20, 30...")
    item = models.ForeignKey("foundation.Item", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    description = models.CharField(max_length=300)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    unit = models.ForeignKey("foundation.UnitOfMeasure", on_delete=models.PROTECT, related_name="+")
    ship_to = models.ForeignKey("foundation.Site", on_delete=models.PROTECT, related_name="+")
    need_by = models.DateField()
    requisition = models.CharField(max_length=32, blank=True)
    requisition_line = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["request", "line_no"]
        constraints = [
            models.UniqueConstraint(fields=["request", "line_no"], name="quotation_line_no"),
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lt=10**12), name="quotation_line_quantity"),
            models.CheckConstraint(
                condition=Q(requisition="", requisition_line=None)
                | ~Q(requisition="") & Q(requisition_line__isnull=False),
                name="quotation_line_source",
            ),
        ]
        indexes = [
            models.Index(fields=["requisition"], name="quotation_line_requisition", condition=~Q(requisition=""))
        ]

    def __str__(self) -> str:
        return f"{self.line_no} {self.description}"


class QuotationVersion(models.Model):
    """What suppliers were told, kept as it was; the database changes none."""

    request = models.ForeignKey(QuotationRequest, on_delete=models.PROTECT, related_name="versions")
    revision = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, blank=True, help_text="what changed, told to suppliers")
    told_at = models.DateTimeField()
    told_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "revision"], name="quotation_version_once")]

    def __str__(self) -> str:
        return f"{self.request} version {self.revision}"


class QuotationPaper(models.Model):
    """A file that goes with a request, such as a drawing; only ever downloaded."""

    request = models.ForeignKey(QuotationRequest, on_delete=models.CASCADE, related_name="papers")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "sha256"], name="quotation_paper_once")]

    def __str__(self) -> str:
        return self.name


class QuotationAward(models.Model):
    """Who gets a line, at which price and why; amounts in the answer's and in the base currency (MQ-1)."""

    request = models.ForeignKey(QuotationRequest, on_delete=models.PROTECT, related_name="awards")
    line = models.OneToOneField(QuotationLine, on_delete=models.PROTECT, related_name="award")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    price = models.OneToOneField("suppliers.QuotationPrice", on_delete=models.PROTECT, related_name="award")
    unit = models.ForeignKey("foundation.UnitOfMeasure", on_delete=models.PROTECT, related_name="+")
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, help_text="net per `unit`")
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    rate = models.DecimalField(max_digits=18, decimal_places=8, null=True, help_text="base currency per unit")
    rate_date = models.DateField(null=True)
    base_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    is_cheapest = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    contract = models.ForeignKey(
        "suppliers.Contract", null=True, on_delete=models.PROTECT, related_name="+", help_text="holds the price now"
    )
    passed_on_at = models.DateTimeField(null=True, help_text="when its requisition was told")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(is_cheapest=True) | ~Q(reason=""), name="quotation_award_reason"),
            models.CheckConstraint(condition=Q(contract=None) | Q(passed_on_at=None), name="quotation_award_one_way"),
            models.CheckConstraint(condition=Q(unit_price__gte=0, unit_price__lt=10**12), name="quotation_award_price"),
        ]

    def __str__(self) -> str:
        return f"{self.line} to {self.supplier}"

    @property
    def is_converted(self) -> bool:
        """Say whether it went on."""
        return self.contract_id is not None or self.passed_on_at is not None
