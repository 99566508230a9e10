from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django_fsm import FSMField, transition

from foundation.models import Document


class InvoiceState(models.TextChoices):
    """Life of an invoice."""

    RECEIVED = "received", "Received"
    WAITING = "waiting", "Waiting for goods"
    HELD = "held", "On hold"
    CLEARED = "cleared", "Matched"
    RELEASED = "released", "Released to pay"
    POSTED = "posted", "In the ERP"
    PAID = "paid", "Paid"
    VOID = "void", "Void"


class InvoiceKind(models.TextChoices):
    """What the document is."""

    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


# Letters and digits of the supplier's number with leading zeros gone: 17 written variants collapse as measured
# (RELIABILITY section 5). The skeleton also folds O/0, I/1 and the like, and only raises a hold.
_STRIP = (
    "coalesce(nullif(regexp_replace(regexp_replace({text}, '(^|[^0-9])0+(?=[0-9])', '\\1', 'g'),"
    " '[^A-Z0-9]', '', 'g'), ''), '?')"
)
NUMBER_KEY_SQL = _STRIP.format(text="upper(normalize(supplier_number, NFKC))")
CREDITED_KEY_SQL = _STRIP.format(text="upper(normalize(credited_invoice_number, NFKC))")
NUMBER_SKELETON_SQL = _STRIP.format(text="translate(upper(normalize(supplier_number, NFKC)), 'OQILSBZG', '00115826')")


class InvoiceManager(models.Manager["Invoice"]):
    """Leaves the original's bytes in the database until somebody asks for them."""

    def get_queryset(self) -> models.QuerySet["Invoice"]:
        """Return invoices without the original's bytes."""
        return super().get_queryset().defer("original")


class Invoice(Document):
    """What a supplier bills. The original and its stated totals are immutable (TM-11, TM-14)."""

    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="invoices")
    legal_entity = models.ForeignKey("foundation.LegalEntity", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("foundation.Site", null=True, on_delete=models.PROTECT, related_name="invoices")
    kind = models.CharField(max_length=12, choices=InvoiceKind.choices, default=InvoiceKind.INVOICE)
    supplier_number = models.CharField(max_length=60, help_text="as printed on the invoice")
    number_key = models.GeneratedField(
        expression=models.expressions.RawSQL(NUMBER_KEY_SQL, ()),  # noqa: S611 - a constant
        output_field=models.CharField(max_length=80),
        db_persist=True,
    )
    number_skeleton = models.GeneratedField(
        expression=models.expressions.RawSQL(NUMBER_SKELETON_SQL, ()),  # noqa: S611 - a constant
        output_field=models.CharField(max_length=80),
        db_persist=True,
    )
    state = FSMField(default=InvoiceState.RECEIVED, choices=InvoiceState.choices, protected=True)
    invoice_date = models.DateField()
    due_date = models.DateField()
    currency = models.CharField(max_length=3)
    order_reference = models.CharField(max_length=60, blank=True, help_text="as stated by the supplier")
    credited_invoice_number = models.CharField(max_length=60, blank=True)
    credited_key = models.GeneratedField(
        expression=models.expressions.RawSQL(CREDITED_KEY_SQL, ()),  # noqa: S611 - a constant
        output_field=models.CharField(max_length=80),
        db_persist=True,
    )
    bank_account = models.CharField(max_length=64, blank=True, help_text="as stated; compared, never used")
    remit_to = models.CharField(
        max_length=35, blank=True, help_text="location to be paid as stated; compared, never used"
    )
    stated_net = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    stated_tax = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    stated_total = models.DecimalField(max_digits=18, decimal_places=4)
    stated_rounding = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    net_amount = models.DecimalField(max_digits=18, decimal_places=4, help_text="lines + charges - allowances, ours")
    tax_amount = models.DecimalField(max_digits=18, decimal_places=4)
    total_amount = models.DecimalField(max_digits=18, decimal_places=4)
    small_difference = models.DecimalField(
        max_digits=18, decimal_places=4, default=0, help_text="stated - ours, accepted and booked apart (TM-6)"
    )
    expected_date = models.DateField(null=True, help_text="when the goods it waits for are due (TM-8)")
    is_exception = models.BooleanField(default=False, help_text="ever had an exception hold (MX-4)")
    first_time_match = models.BooleanField(null=True, help_text="matched on its first test, waiting excluded")
    touched = models.BooleanField(default=False, help_text="a person acted on it (MX-9)")
    source = models.CharField(max_length=20, help_text="portal, web, api, or the connection's code")
    external_id = models.CharField(max_length=120)
    original_sha256 = models.CharField(max_length=64, blank=True)
    original = models.BinaryField(null=True, help_text="the bytes as received")
    original_type = models.CharField(max_length=60, blank=True)
    received_at = models.DateTimeField()
    matched_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(null=True)
    voucher = models.CharField(max_length=40, blank=True, help_text="the ERP's number")
    paid_at = models.DateTimeField(null=True)
    state_reason = models.CharField(max_length=300, blank=True)
    duplicate_override = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")

    objects = InvoiceManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "source", "external_id"], name="invoice_source_once"),
            # TM-10, TM-14: the exact duplicate cannot exist, whichever door it takes.
            models.UniqueConstraint(
                "legal_entity", "supplier", "kind", "number_key",
                condition=~Q(state="void") & Q(duplicate_override=None), name="invoice_no_exact_duplicate",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["released", "posted", "paid"]) | Q(released_at__isnull=False),
                name="invoice_released_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["posted", "paid"]) | Q(posted_at__isnull=False), name="invoice_posted_at"
            ),
            models.CheckConstraint(
                condition=Q(total_amount__gt=-(10**12), total_amount__lt=10**12), name="invoice_total_range"
            ),
            models.CheckConstraint(condition=Q(stated_total__lt=10**12), name="invoice_stated_range"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["supplier", "-id"], name="invoice_supplier"),
            models.Index(fields=["site", "-id"], name="invoice_site"),
            models.Index(fields=["state", "-id"], name="invoice_state"),
            models.Index(fields=["supplier", "number_skeleton"], name="invoice_skeleton"),
            models.Index(Upper("supplier_number"), name="invoice_their_number"),
            models.Index(fields=["supplier", "stated_total"], name="invoice_same_total"),
            models.Index(fields=["bank_account"], name="invoice_bank_account", condition=~Q(bank_account="")),
            models.Index(fields=["order_reference"], name="invoice_order_ref", condition=~Q(order_reference="")),
            models.Index(
                fields=["supplier", "credited_key"], name="invoice_credited", condition=~Q(credited_invoice_number="")
            ),
            models.Index(fields=["expected_date"], name="invoice_expected", condition=Q(state="waiting")),
        ]

    @transition(
        field=state,
        source=[InvoiceState.RECEIVED, InvoiceState.HELD, InvoiceState.CLEARED],
        target=InvoiceState.WAITING,
    )
    def wait(self) -> None:
        """Goods have not come yet; nobody's fault (TM-8)."""

    @transition(
        field=state,
        source=[InvoiceState.RECEIVED, InvoiceState.WAITING, InvoiceState.CLEARED],
        target=InvoiceState.HELD,
    )
    def hold(self) -> None:
        """Something is wrong and has an owner."""

    @transition(
        field=state,
        source=[InvoiceState.RECEIVED, InvoiceState.WAITING, InvoiceState.HELD],
        target=InvoiceState.CLEARED,
    )
    def clear(self, *, at: datetime) -> None:
        """Every line agrees with order and goods, or was released."""
        self.matched_at = at

    @transition(field=state, source=InvoiceState.CLEARED, target=InvoiceState.RELEASED)
    def release(self, *, at: datetime, by_id: int | None) -> None:
        """Hand it to the ERP, once."""
        self.released_at, self.released_by_id = at, by_id

    @transition(field=state, source=InvoiceState.RELEASED, target=InvoiceState.POSTED)
    def post(self, *, at: datetime, voucher: str) -> None:
        """The ERP has it."""
        self.posted_at, self.voucher = at, voucher

    @transition(field=state, source=InvoiceState.POSTED, target=InvoiceState.PAID)
    def pay(self, *, at: datetime) -> None:
        """The ERP says it is paid."""
        self.paid_at = at

    @transition(
        field=state,
        source=[InvoiceState.RECEIVED, InvoiceState.WAITING, InvoiceState.HELD, InvoiceState.CLEARED],
        target=InvoiceState.VOID,
    )
    def void(self, *, reason: str) -> None:
        """Refused or withdrawn; never paid."""
        self.state_reason = reason


class InvoiceLine(models.Model):
    """One billed thing, as the supplier wrote it."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")
    line_no = models.CharField(max_length=20)
    position = models.PositiveIntegerField()
    order_number = models.CharField(max_length=60, blank=True, help_text="as referenced")
    order_line_no = models.CharField(max_length=20, blank=True, help_text="as referenced")
    item_code = models.CharField(max_length=60, blank=True, help_text="our code, as stated")
    supplier_part = models.CharField(max_length=60, blank=True)
    gtin = models.CharField(max_length=14, blank=True)
    description = models.CharField(max_length=300, blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    unit_code = models.CharField(max_length=12, help_text="as stated")
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, help_text="net line amount / quantity (TM-2)")
    net_amount = models.DecimalField(max_digits=18, decimal_places=4)
    tax_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    tax_code = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position"),
            models.CheckConstraint(
                condition=Q(net_amount__gt=-(10**12), net_amount__lt=10**12, quantity__lt=10**12),
                name="invoice_line_range",
            ),
        ]
        indexes = [models.Index(fields=["order_number"], name="invoice_line_order", condition=~Q(order_number=""))]

    def __str__(self) -> str:
        return f"{self.line_no} {self.description}"


class InvoiceCharge(models.Model):
    """Freight, surcharge or allowance at document level; an allowance is negative (TM-5)."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="charges")
    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20, blank=True)
    description = models.CharField(max_length=200, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    tax_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    tax_code = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["invoice", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=-(10**12), amount__lt=10**12), name="invoice_charge_range")
        ]

    def __str__(self) -> str:
        return f"{self.description or self.code} {self.amount}"
