from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from foundation.models.document import Document
from suppliers.decisions.bank_numbers import masked


class BankChangeState(models.TextChoices):
    """Where a change of a bank account stands (SU-2)."""

    PROPOSED = "proposed", "Waits for its checks"
    APPROVED = "approved", "Cooling off"
    IN_FORCE = "in_force", "In force"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class BankChangeSource(models.TextChoices):
    """Through which door a change came; they all end here."""

    PAGE = "page", "Our page"
    PORTAL = "portal", "The supplier's portal"
    API = "api", "API"
    IMPORT = "import", "Imported file"
    ERP = "erp", "ERP feed"


OPEN = (BankChangeState.PROPOSED, BankChangeState.APPROVED)


class BankChange(Document):
    """A supplier's proposed account: what was proposed never changes; checks are added once (SU-2)."""

    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="bank_changes")
    state = FSMField(default=BankChangeState.PROPOSED, choices=BankChangeState.choices, protected=True)
    source = models.CharField(max_length=8, choices=BankChangeSource.choices)
    holder = models.CharField(max_length=120)
    country = models.CharField(max_length=2, help_text="of the bank, ISO 3166-1 alpha-2")
    account = models.CharField(max_length=64, help_text="canonical spelling")
    bic = models.CharField(max_length=11, blank=True)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the account")
    remit_to = models.ForeignKey(
        "suppliers.SupplierSite", null=True, on_delete=models.PROTECT, related_name="bank_changes",
        help_text="the location it is paid at; empty = the default one",
    )  # fmt: skip
    reason = models.CharField(max_length=300)
    evidence_name = models.CharField(max_length=120, blank=True)
    evidence_type = models.CharField(max_length=60, blank=True)
    evidence_sha256 = models.CharField(max_length=64, blank=True)
    evidence = models.BinaryField(null=True, help_text="the bytes as received")
    called_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField(null=True)
    called_whom = models.CharField(max_length=200, blank=True, help_text="who said yes, and where the number is from")
    approved_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    cooling_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"], condition=Q(state__in=["proposed", "approved"]), name="bank_change_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "in_force"])
                | ~Q(evidence_sha256="")
                & Q(called_by__isnull=False, called_at__isnull=False, approved_by__isnull=False)
                & Q(approved_at__isnull=False, cooling_until__isnull=False),
                name="bank_change_checked",
            ),
            models.CheckConstraint(
                condition=~Q(called_by=F("created_by"))
                & ~Q(approved_by=F("created_by"))
                & ~Q(approved_by=F("called_by")),
                name="bank_change_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force") | Q(closed_at__gte=F("cooling_until")), name="bank_change_cooled_off"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "approved"], closed_at=None)
                | ~Q(state__in=["proposed", "approved"]) & Q(closed_at__isnull=False),
                name="bank_change_closed_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["cooling_until"], name="bank_change_cooling", condition=Q(state="approved")),
            models.Index(fields=["fingerprint"], name="bank_change_account"),
        ]  # fmt: skip

    @property
    def masked(self) -> str:
        """Return what people read of the account."""
        return masked(self.account)

    @property
    def spelled(self) -> str:
        """Return the whole account in groups of four, for those who compare it on the telephone."""
        return " ".join(self.account[start : start + 4] for start in range(0, len(self.account), 4))

    @transition(field=state, source=BankChangeState.PROPOSED, target=BankChangeState.APPROVED)
    def approve(self, *, by_id: int, at: datetime, cooling_until: datetime) -> None:
        """A second person agreed; it cools off."""
        self.approved_by_id, self.approved_at, self.cooling_until = by_id, at, cooling_until

    @transition(field=state, source=BankChangeState.APPROVED, target=BankChangeState.IN_FORCE)
    def put_in_force(self, *, at: datetime) -> None:
        """The cooling-off period is over and nobody objected."""
        self.closed_at = at

    @transition(field=state, source=OPEN, target=BankChangeState.REFUSED)
    def refuse(self, *, at: datetime, reason: str) -> None:
        """Somebody of ours said no."""
        self.closed_at, self.closed_reason = at, reason

    @transition(field=state, source=OPEN, target=BankChangeState.WITHDRAWN)
    def withdraw(self, *, at: datetime, reason: str) -> None:
        """The supplier took it back."""
        self.closed_at, self.closed_reason = at, reason


class BankAccount(models.Model):
    """An account we pay a supplier to. The database takes it from a change in force only, and keeps it as it is."""

    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="bank_accounts")
    change = models.OneToOneField(BankChange, on_delete=models.PROTECT, related_name="made")
    holder = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    account = models.CharField(max_length=64)
    bic = models.CharField(max_length=11, blank=True)
    fingerprint = models.CharField(max_length=64)
    in_force_from = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="when the next one came into force")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier"], condition=Q(ended_at=None), name="bank_account_one_in_force"),
        ]
        indexes = [models.Index(fields=["fingerprint"], name="bank_account_number")]

    def __str__(self) -> str:
        return masked(self.account)


class StaffAccount(models.Model):
    """The account of somebody of ours, as payroll knows it: only its fingerprint, to be recognised (SU-2)."""

    person = models.ForeignKey("foundation.User", on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "fingerprint"], name="staff_account_once")]
        indexes = [models.Index(fields=["fingerprint"], name="staff_account_number")]

    def __str__(self) -> str:
        return f"account of {self.person}"
