from django.db import models
from django.db.models import Q

from policies.models.version import PolicyKind, PolicyVersion


class PolicyImport(models.Model):
    """A file that was brought in as a policy: what was read of it, what is to be mended, and the draft made of it (AP-9).

    Nothing of it counts before it is a draft, and a draft only counts once it is published.
    """

    kind = models.CharField(max_length=16, choices=PolicyKind.choices)
    name = models.CharField(max_length=120, help_text="of the file, as its sender called it")
    form = models.CharField(max_length=4, help_text="json or xlsx")
    sha256 = models.CharField(max_length=64, help_text="of the bytes as received")
    content = models.BinaryField(help_text="the bytes as received, until they are read")
    note = models.CharField(max_length=200, blank=True)
    taken = models.JSONField(
        default=dict, help_text="switches, rows and faults as read; empty once it is known to be unfit"
    )
    rows = models.PositiveIntegerField(null=True, help_text="empty until it is read")
    faults = models.JSONField(default=list, help_text="where, column, what was written, cure")
    fault_count = models.PositiveIntegerField(default=0)
    lines = models.JSONField(default=list, help_text="what it would change, in words")
    notes = models.JSONField(default=list, help_text="what is worth a look")
    findings = models.JSONField(
        default=list, help_text="what the analyser says of a short matrix: sentence, whether it blocks"
    )
    base = models.ForeignKey(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+")
    draft = models.ForeignKey(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey("foundation.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    asked_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True, help_text="empty until it is judged whole")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(draft=None) | Q(judged_at__isnull=False, fault_count=0), name="policy_import_draft_is_fit"
            )
        ]
        indexes = [models.Index(fields=["asked_at"], name="policy_import_asked")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_fit(self) -> bool:
        """Say whether a draft may be made of it."""
        return self.judged_at is not None and self.fault_count == 0
