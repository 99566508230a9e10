from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from foundation.models import Document
from suppliers.models.catalogue import CatalogueItem
from suppliers.models.supplier import Supplier


class PriceListState(models.TextChoices):
    """Where a supplier's price list stands."""

    RECEIVED = "received", "Columns to match"
    READING = "reading", "Being read"
    JUDGED = "judged", "Read"
    WAITING = "waiting", "Waits for approval"
    AGREED = "agreed", "Agreed"
    IN_FORCE = "in_force", "In force"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Taken back"


class PriceListSource(models.TextChoices):
    """Whence a price list came."""

    PAGE = "page", "Brought in by us"
    PORTAL = "portal", "Proposed by the supplier"


class PriceList(Document):
    """A table of prices a supplier sent, read into rows and compared with what is in force (SO-1).

    Nothing of it counts before it is in force. `head` and the cells of its rows stay as written.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="price_lists")
    state = FSMField(default=PriceListState.RECEIVED, choices=PriceListState.choices, protected=True)
    source = models.CharField(max_length=8, choices=PriceListSource.choices, default=PriceListSource.PAGE)
    file_name = models.CharField(max_length=120)
    kind = models.CharField(max_length=5, help_text="csv or xlsx")
    content = models.BinaryField(help_text="the file as it came")
    sha256 = models.CharField(max_length=64)
    head = ArrayField(models.CharField(max_length=200), help_text="the names of the columns")
    sample = models.JSONField(default=list, help_text="the first rows, for who matches the columns")
    columns = models.JSONField(default=dict, help_text="field -> place of its column")
    decimal_sign = models.CharField(max_length=1, default=".")
    currency = models.CharField(max_length=3)
    valid_from = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    totals = models.JSONField(
        default=dict, help_text="rows by what becomes of them, and what a year costs more or less"
    )
    job = models.ForeignKey("foundation.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    closed_reason = models.CharField(max_length=300, blank=True)
    in_force_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["valid_from"], name="price_list_agreed", condition=Q(state="agreed")),
            models.Index(fields=["supplier", "-id"], name="price_list_supplier"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="in_force", in_force_at__isnull=False) | (~Q(state="in_force") & Q(in_force_at=None)),
                name="price_list_in_force_pair",
            )
        ]

    @transition(
        field=state,
        source=[PriceListState.RECEIVED, PriceListState.JUDGED, PriceListState.AGREED],
        target=PriceListState.READING,
    )
    def read(self) -> None:
        """Read its rows, or read them again."""

    @transition(field=state, source=PriceListState.READING, target=PriceListState.JUDGED)
    def judge(self) -> None:
        """Every row is compared with what is in force."""

    @transition(field=state, source=PriceListState.JUDGED, target=PriceListState.WAITING)
    def ask(self) -> None:
        """A price moves further than the policy lets one person decide."""

    @transition(field=state, source=[PriceListState.JUDGED, PriceListState.WAITING], target=PriceListState.AGREED)
    def agree(self) -> None:
        """Its prices count from its first day on."""

    @transition(field=state, source=PriceListState.AGREED, target=PriceListState.IN_FORCE)
    def put_in_force(self, *, at: datetime) -> None:
        """The catalogue says what it says."""
        self.in_force_at = at

    @transition(field=state, source=PriceListState.WAITING, target=PriceListState.REFUSED)
    def refuse(self, *, reason: str) -> None:
        """Somebody said no."""
        self.closed_reason = reason

    @transition(
        field=state,
        source=[
            PriceListState.RECEIVED, PriceListState.READING, PriceListState.JUDGED, PriceListState.WAITING,
            PriceListState.AGREED,
        ],
        target=PriceListState.WITHDRAWN,
    )  # fmt: skip
    def withdraw(self, *, reason: str) -> None:
        """It is not wanted, or it was wrong."""
        self.closed_reason = reason


class RowOutcome(models.TextChoices):
    """What becomes of a row of a price list."""

    UNREAD = "unread", "Not read yet"
    FAULT = "fault", "To mend"
    NEW = "new", "New offer"
    RAISED = "raised", "Dearer"
    LOWERED = "lowered", "Cheaper"
    TERMS = "terms", "Other terms"
    SAME = "same", "As it is"


class PriceListRow(models.Model):
    """A row of a price list: as written, as read, and what it changes."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(help_text="in the file")
    cells = ArrayField(models.TextField())
    outcome = models.CharField(max_length=8, choices=RowOutcome.choices, default=RowOutcome.UNREAD)
    faults = models.JSONField(default=list, help_text="field, value and cure of each")
    item = models.ForeignKey("foundation.Item", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("foundation.UnitOfMeasure", null=True, on_delete=models.PROTECT, related_name="+")
    supplier_part = models.CharField(max_length=40, blank=True)
    gtin = models.CharField(max_length=14, blank=True)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, null=True, help_text="net per `unit`")
    minimum_quantity = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="in `unit`")
    multiple = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="in `unit`")
    lead_time_days = models.PositiveSmallIntegerField(null=True, help_text="calendar days")
    offer = models.ForeignKey(CatalogueItem, null=True, on_delete=models.PROTECT, related_name="+")
    old_price = models.DecimalField(max_digits=18, decimal_places=6, null=True, help_text="in force when it was read")
    change_percent = models.DecimalField(max_digits=14, decimal_places=2, null=True, help_text="of the old price")
    open_lines = models.PositiveIntegerField(default=0, help_text="needs that are not ordered yet")
    year_quantity = models.DecimalField(
        max_digits=18, decimal_places=4, default=0, help_text="ordered at catalogue prices in twelve months, in `unit`"
    )

    class Meta:
        ordering = ["price_list", "line"]
        constraints = [models.UniqueConstraint(fields=["price_list", "line"], name="price_list_line_once")]
        indexes = [models.Index(fields=["price_list", "outcome", "line"], name="price_list_outcome")]

    def __str__(self) -> str:
        return f"line {self.line}"


class CataloguePrice(models.Model):
    """What an offer cost from when to when; kept by the database itself for every way a price can change (SO-1).

    `valid_until` is exclusive; empty for the price in force. Two prices of one day leave the first a span of nothing.
    """

    offer = models.ForeignKey(CatalogueItem, on_delete=models.CASCADE, related_name="prices")
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    currency = models.CharField(max_length=3)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    price_list = models.ForeignKey(PriceList, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["offer", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["offer"], condition=Q(valid_until=None), name="catalogue_price_in_force"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="catalogue_price_span"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_price} {self.currency} from {self.valid_from}"
