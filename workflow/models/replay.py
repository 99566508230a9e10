from django.db import models


class Replay(models.Model):
    """A version of the matrix tried on the decisions of a period (AP-10); a newer one of the same version replaces it.

    `draft_version` is what the version was when the replay began: a draft that changed since makes it stale.
    """

    policy = models.OneToOneField("policies.PolicyVersion", on_delete=models.PROTECT, related_name="replay")
    draft_version = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    since = models.DateTimeField(help_text="inclusive")
    until = models.DateTimeField(help_text="exclusive")
    job = models.ForeignKey("foundation.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict, help_text="numbers, load of each approver, kinds of difference")

    def __str__(self) -> str:
        return f"{self.policy} over {self.days} days"

    @property
    def is_stale(self) -> bool:
        """Say whether the version was changed after this was begun."""
        return self.policy.version != self.draft_version


class ReplayDifference(models.Model):
    """A document that the version would have routed otherwise; `shift` is the place of its kind in the result."""

    replay = models.ForeignKey(Replay, on_delete=models.CASCADE, related_name="differences")
    request = models.ForeignKey("workflow.ApprovalRequest", on_delete=models.CASCADE, related_name="+")
    shift = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["replay", "request"], name="replay_difference_once")]
        indexes = [models.Index(fields=["replay", "shift", "-id"], name="replay_difference_kind")]

    def __str__(self) -> str:
        return f"{self.request_id} in {self.replay_id}"
