from django.db import models

from policies.models.version import PolicyVersion


class PolicyAnalysis(models.Model):
    """What was found in a long draft, by exactly what it said then (AP-9); a newer one of the version replaces it."""

    policy = models.OneToOneField(PolicyVersion, on_delete=models.CASCADE, related_name="analysis")
    content = models.CharField(max_length=64, help_text="digest of the rows and switches that are analysed")
    rows = models.PositiveIntegerField()
    job = models.ForeignKey("foundation.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    asked_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    analysed_at = models.DateTimeField(null=True, help_text="empty until it is done")
    findings = models.JSONField(default=list, help_text="code, sentence, row, whether it blocks, example document")
    shadowed = models.JSONField(default=dict, help_text="rows that go before a row for a part, by row")

    def __str__(self) -> str:
        return f"{self.policy_id} analysed"
