from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from suppliers.models.supplier import Supplier


class Onboarding(models.Model):
    """A company on its way to be a supplier: the invitation, the profile it writes, and how it ended (SU-1).

    `profile` holds what was saved so far, step -> values, as `suppliers.decisions.profile` reads it. `letters` counts the
    invitations sent: only the link of the last one opens.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="onboardings")
    email = models.EmailField()
    person_name = models.CharField(max_length=120)
    why = models.CharField(max_length=300)
    categories = ArrayField(models.CharField(max_length=16), help_text="codes of what it may sell")
    sites = ArrayField(models.CharField(max_length=8), default=list, blank=True, help_text="codes; empty = every site")
    invited_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    letters = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField(help_text="until when the link of the last letter opens")
    accepted_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True, help_text="when the link was used; it opens once")
    profile = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    sent_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=64, blank=True, help_text="of what was sent")
    returned_reason = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["supplier"], condition=Q(closed_at=None), name="onboarding_one_open"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="onboarding_accepted_pair",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None)
                | Q(sent_at__isnull=False, sent_by__isnull=False) & ~Q(content_hash=""),
                name="onboarding_sent_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"onboarding of {self.supplier}"


class SupplierContact(models.Model):
    """Whom to talk to at a supplier, as it told us."""

    class Role(models.TextChoices):
        """About what."""

        ORDERS = "orders", "Orders"
        ACCOUNTS = "accounts", "Invoices and payments"

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="contacts")
    role = models.CharField(max_length=10, choices=Role.choices)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=40)

    class Meta:
        ordering = ["role"]
        constraints = [models.UniqueConstraint(fields=["supplier", "role"], name="supplier_contact_once")]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_role_display().lower()}"


class CheckKind(models.TextChoices):
    """What is checked before a company is registered."""

    DUPLICATE = "duplicate", "Not here already"
    SANCTIONS = "sanctions", "On no sanctions list"
    CERTIFICATE = "certificate", "Needed certificates"
    BANK = "bank", "Bank account proven"


class CheckState(models.TextChoices):
    """Whether a check stands in the way."""

    OPEN = "open", "Open"
    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"


class SupplierCheck(models.Model):
    """A check of a supplier with its evidence; by rule, or decided by a person with a reason (SU-1)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="checks")
    kind = models.CharField(max_length=12, choices=CheckKind.choices)
    state = models.CharField(max_length=8, choices=CheckState.choices)
    evidence = models.JSONField(help_text="sentences")
    inputs_hash = models.CharField(max_length=64, help_text="of the evidence; another one asks the person again")
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["supplier", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["supplier", "kind"], name="supplier_check_once"),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, reason="")
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason="") & ~Q(state="open"),
                name="supplier_check_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | Q(decided_by__isnull=False), name="check_failed_by_whom"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display().lower()}"


class SanctionsList(models.Model):
    """A list of names that get no orders, as it was last brought in from a file."""

    name = models.CharField(max_length=80, unique=True)
    source = models.CharField(max_length=120, help_text="name of the file")
    sha256 = models.CharField(max_length=64)
    parties_count = models.PositiveIntegerField()
    imported_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SanctionedParty(models.Model):
    """A name on a sanctions list, with the other names it goes by."""

    of = models.ForeignKey(SanctionsList, on_delete=models.CASCADE, related_name="parties")
    reference = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    aliases = ArrayField(models.CharField(max_length=200), default=list)
    country = models.CharField(max_length=2, blank=True)
    programme = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["of", "reference"]
        constraints = [models.UniqueConstraint(fields=["of", "reference"], name="sanctioned_party_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.reference})"
