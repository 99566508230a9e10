from django.db import models
from django.db.models import Q

from suppliers.models.contract import Contract


class ContractVersion(models.Model):
    """What a contract says, said once and kept: proposed by one person, agreed by another, or taken back (SO-2).

    `content` holds terms and prices as `suppliers.decisions.contract_terms` writes them. The highest agreed revision is
    in force.
    """

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="versions")
    revision = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["contract", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "revision"], name="contract_version_once"),
            models.UniqueConstraint(
                fields=["contract"], condition=Q(agreed_at=None, withdrawn_at=None), name="contract_one_proposal"
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None, agreed_by=None) | Q(agreed_at__isnull=False, agreed_by__isnull=False),
                name="contract_version_agreed_pair",
            ),
            models.CheckConstraint(condition=Q(agreed_at=None) | Q(withdrawn_at=None), name="contract_version_one_end"),
        ]

    def __str__(self) -> str:
        return f"{self.contract} revision {self.revision}"

    @property
    def is_open(self) -> bool:
        """Say whether it waits for a second person."""
        return self.agreed_at is None and self.withdrawn_at is None


class ContractPaper(models.Model):
    """A file that belongs to a contract, such as the signed copy; only ever downloaded, never shown in a page."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="papers")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["contract", "-id"]
        constraints = [models.UniqueConstraint(fields=["contract", "sha256"], name="contract_paper_once")]

    def __str__(self) -> str:
        return self.name
