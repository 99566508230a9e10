from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django_fsm import RETURN_VALUE, FSMField, FSMModelMixin, transition


class SupplierState(models.TextChoices):
    """Life of a supplier (SU-1)."""

    REQUESTED = "requested", "Requested"
    INVITED = "invited", "Invited"
    REGISTERED = "registered", "Registered"
    SCREENED = "screened", "Screened"
    QUALIFIED = "qualified", "Qualified"
    ACTIVE = "active", "Active"
    RESTRICTED = "restricted", "Restricted"
    BLOCKED = "blocked", "Blocked"
    OFFBOARDED = "offboarded", "Offboarded"
    MERGED = "merged", "Merged"


MAY_ORDER = (SupplierState.ACTIVE,)
MAY_BE_PAID = (SupplierState.QUALIFIED, SupplierState.ACTIVE, SupplierState.RESTRICTED, SupplierState.OFFBOARDED)


# What may be merged into another record and comes back by an undo; who is blocked is decided about first (SU-3).
MAY_MERGE = tuple(state for state in SupplierState if state not in {SupplierState.BLOCKED, SupplierState.MERGED})


# Still coming on board: the record is filled in freely (SU-1, SU-5).
COMING = (SupplierState.REQUESTED, SupplierState.INVITED, SupplierState.REGISTERED, SupplierState.SCREENED)


class OrderChannel(models.TextChoices):
    """How orders reach the supplier; the portal shows them in every case."""

    PORTAL = "portal", "Portal and e-mail"
    EDI = "edi", "EDI"
    API = "api", "API"


class SupplierRisk(models.TextChoices):
    """How much could go wrong with a supplier, as a supplier manager judges it; an axis of the approval matrix (AP-1)."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class Supplier(FSMModelMixin, models.Model):
    """A company we buy from: one record, whatever sites it serves."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=120)
    state = FSMField(default=SupplierState.REQUESTED, choices=SupplierState.choices, protected=True)
    version = models.PositiveIntegerField(default=1)
    state_reason = models.CharField(max_length=200, blank=True)
    risk = models.CharField(max_length=6, choices=SupplierRisk.choices, blank=True, help_text="empty = not rated")
    risk_reason = models.CharField(max_length=200, blank=True)
    risk_rated_at = models.DateTimeField(null=True, blank=True)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    tax_id = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3, help_text="ISO 4217")
    payment_terms_days = models.PositiveSmallIntegerField(default=30, help_text="days from invoice date")
    order_channel = models.CharField(max_length=10, choices=OrderChannel.choices, default=OrderChannel.PORTAL)
    order_email = models.EmailField(blank=True)
    acknowledge_hours = models.PositiveSmallIntegerField(
        default=8, help_text="business hours to answer an order (AK-4)"
    )
    minimum_order_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    address = models.TextField(blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_records",
        help_text="the record that stands for this duplicate (SU-3)",
    )  # fmt: skip
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(Upper("name"), name="supplier_name"),
            models.Index(fields=["tax_id"], name="supplier_tax_id", condition=~Q(tax_id="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | (~Q(state="merged") & Q(merged_into=None)),
                name="supplier_merged_into",
            ),
            models.CheckConstraint(
                condition=Q(risk="", risk_reason="", risk_rated_at=None)
                | ~Q(risk="") & ~Q(risk_reason="") & Q(risk_rated_at__isnull=False),
                name="supplier_risk_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @transition(field=state, source=SupplierState.REQUESTED, target=SupplierState.INVITED)
    def invite(self, *, at: datetime) -> None:
        """Ask the supplier to register."""
        self.changed_at = at

    @transition(field=state, source=SupplierState.INVITED, target=SupplierState.REGISTERED)
    def register(self, *, at: datetime) -> None:
        """The supplier filled in its profile."""
        self.changed_at = at

    @transition(field=state, source=SupplierState.REGISTERED, target=SupplierState.SCREENED)
    def screen(self, *, at: datetime) -> None:
        """The checks are done."""
        self.changed_at = at

    @transition(field=state, source=SupplierState.SCREENED, target=SupplierState.REGISTERED)
    def reopen(self, *, at: datetime) -> None:
        """A check does not pass any more."""
        self.changed_at = at

    @transition(field=state, source=[SupplierState.REGISTERED, SupplierState.SCREENED], target=SupplierState.INVITED)
    def send_back(self, *, at: datetime, reason: str) -> None:
        """The supplier changes what it sent."""
        self.changed_at, self.state_reason = at, reason

    @transition(field=state, source=SupplierState.SCREENED, target=SupplierState.QUALIFIED)
    def qualify(self, *, at: datetime) -> None:
        """Its registration is approved; spending is not yet."""
        self.changed_at, self.state_reason = at, ""

    @transition(field=state, source=SupplierState.QUALIFIED, target=SupplierState.ACTIVE)
    def authorise(self, *, at: datetime) -> None:
        """Spending with it is approved, for a category at a site at least."""
        self.changed_at, self.state_reason = at, ""

    @transition(field=state, source=[SupplierState.RESTRICTED, SupplierState.BLOCKED], target=SupplierState.ACTIVE)
    def activate(self, *, at: datetime, reason: str) -> None:
        """Orders may be placed."""
        self.changed_at, self.state_reason = at, reason

    @transition(field=state, source=SupplierState.ACTIVE, target=SupplierState.RESTRICTED)
    def restrict(self, *, at: datetime, reason: str) -> None:
        """No new orders; what is open goes on."""
        self.changed_at, self.state_reason = at, reason

    @transition(field=state, source=[SupplierState.ACTIVE, SupplierState.RESTRICTED], target=SupplierState.BLOCKED)
    def block(self, *, at: datetime, reason: str) -> None:
        """No orders, no payment."""
        self.changed_at, self.state_reason = at, reason

    @transition(
        field=state,
        source=[
            SupplierState.REQUESTED,
            SupplierState.INVITED,
            SupplierState.REGISTERED,
            SupplierState.SCREENED,
            SupplierState.QUALIFIED,
            SupplierState.ACTIVE,
            SupplierState.RESTRICTED,
            SupplierState.BLOCKED,
        ],
        target=SupplierState.OFFBOARDED,
    )
    def offboard(self, *, at: datetime, reason: str) -> None:
        """The relation has ended."""
        self.changed_at, self.state_reason = at, reason

    @transition(field=state, source=list(MAY_MERGE), target=SupplierState.MERGED)
    def merge(self, *, into_id: int, at: datetime, reason: str) -> None:
        """Another record stands for it from now on; its documents stay with it."""
        self.changed_at, self.state_reason, self.merged_into_id = at, reason, into_id

    @transition(field=state, source=SupplierState.MERGED, target=RETURN_VALUE(*MAY_MERGE))
    def unmerge(self, *, to: str, at: datetime, reason: str) -> str:
        """It stands for itself again, as it did before; says as what."""
        self.changed_at, self.state_reason, self.merged_into_id = at, reason, None
        return to

    @property
    def may_be_paid(self) -> bool:
        """Say whether its bills may be paid; a merged record follows the one that stands for it."""
        return (self.merged_into.state if self.merged_into else self.state) in MAY_BE_PAID


class SupplierIdentifier(models.Model):
    """An id of a supplier in a scheme (EDI.md section 7): GLN, DUNS, VAT, Peppol endpoint, our number at a partner."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=16, help_text="ISO 6523 scheme, or x12:<qualifier>, or vat")
    value = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="supplier_identifier_once")]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class CompanyRole(models.TextChoices):
    """What a person of a supplier does for the company (SU-4)."""

    ADMINISTRATOR = "administrator", "Administrator"
    ORDERS = "orders", "Orders"
    MONEY = "money", "Money"
    READER = "reader", "Read only"


class SupplierUser(models.Model):
    """A person of a supplier: which company's documents they see. One person may serve several companies."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey("foundation.User", on_delete=models.CASCADE, related_name="supplier_memberships")
    is_active = models.BooleanField(default=True, help_text="May act for the company.")
    role = models.CharField(
        max_length=14,
        choices=CompanyRole.choices,
        default=CompanyRole.ADMINISTRATOR,
        db_default=CompanyRole.ADMINISTRATOR,
    )
    known_as = models.CharField(
        max_length=120, blank=True, db_default="", help_text="as the company calls them; empty: by their own name"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "user"], name="supplier_user_once"),
            models.CheckConstraint(condition=Q(role__in=CompanyRole.values), name="supplier_user_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} of {self.supplier}"

    @property
    def shown(self) -> str:
        """Return what the company calls the person; never more about them than it wrote itself."""
        return self.known_as or str(self.user)
