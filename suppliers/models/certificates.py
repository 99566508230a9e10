from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from suppliers.models.supplier import Supplier


class CertificateKind(models.Model):
    """What a supplier can prove by a paper, such as insurance, a quality system, or a tax form."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80)
    has_end = models.BooleanField(default=True, help_text="It states until when it is valid.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CertificateNeed(models.Model):
    """Which certificate is needed of whom: of every supplier, or of those of a country who serve a category at a site.

    From `needed_from` on a supplier without a valid one gets no new orders (SU-1).
    """

    kind = models.ForeignKey(CertificateKind, on_delete=models.PROTECT, related_name="needs")
    category = models.ForeignKey("foundation.Category", null=True, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("foundation.Site", null=True, on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2, blank=True, help_text="of the supplier, ISO 3166-1 alpha-2; empty = any")
    needed_from = models.DateField()

    class Meta:
        ordering = ["kind__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "category", "site", "country"], name="certificate_need_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        where = " at ".join(str(part) for part in (self.category, self.site) if part)
        return f"{self.kind}{f' for {where}' if where else ''}{f' in {self.country}' if self.country else ''}"


class CertificateState(models.TextChoices):
    """Where a certificate stands; whether it has run out is a matter of its last day."""

    WAITING = "waiting", "Waits to be looked at"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Certificate(FSMModelMixin, models.Model):
    """A supplier's certificate as it was sent: the paper never changes, a person accepts or refuses it (SU-1)."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="certificates")
    kind = models.ForeignKey(CertificateKind, on_delete=models.PROTECT, related_name="certificates")
    state = FSMField(default=CertificateState.WAITING, choices=CertificateState.choices, protected=True)
    number = models.CharField(max_length=60, help_text="as printed on it")
    issuer = models.CharField(max_length=120, help_text="who issued it")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, help_text="the last day; empty for a kind that does not end")
    file_name = models.CharField(max_length=120)
    file_type = models.CharField(max_length=60)
    file = models.BinaryField(help_text="the bytes as received")
    sha256 = models.CharField(max_length=64)
    sent_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    decided_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="certificate_days"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by=None, decided_at=None)
                | ~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="certificate_decided_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | ~Q(decided_by=F("sent_by")), name="certificate_second_person"
            ),
        ]
        indexes = [
            models.Index(fields=["valid_until"], name="certificate_ends", condition=Q(state="accepted")),
            models.Index(fields=["sent_at"], name="certificate_waits", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @transition(field=state, source=CertificateState.WAITING, target=CertificateState.ACCEPTED)
    def accept(self, *, by_id: int, at: datetime) -> None:
        """A person looked at it, and it is what it says."""
        self.decided_by_id, self.decided_at = by_id, at

    @transition(
        field=state, source=[CertificateState.WAITING, CertificateState.ACCEPTED], target=CertificateState.REFUSED
    )
    def refuse(self, *, by_id: int, at: datetime, reason: str) -> None:
        """It proves nothing, or what was accepted turned out wrong."""
        self.decided_by_id, self.decided_at, self.reason = by_id, at, reason

    @transition(field=state, source=CertificateState.WAITING, target=CertificateState.WITHDRAWN)
    def withdraw(self, *, by_id: int, at: datetime) -> None:
        """Whoever sent it takes it back."""
        self.decided_by_id, self.decided_at = by_id, at


class RestrictionCause(models.TextChoices):
    """What restricts a supplier by rule, without a person."""

    CERTIFICATE = "certificate", "A needed certificate is missing"
    SANCTIONS = "sanctions", "A name on a sanctions list"


class SupplierRestriction(models.Model):
    """A restriction by rule: since when, why in words, and when its cause was gone (SU-1).

    `is_ours` says that it was this one that moved the supplier; then the last one to go lets it order again.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="restrictions")
    cause = models.CharField(max_length=12, choices=RestrictionCause.choices)
    reason = models.CharField(max_length=200)
    since = models.DateTimeField()
    is_ours = models.BooleanField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "cause"], condition=Q(lifted_at=None), name="supplier_restriction_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.reason}"
