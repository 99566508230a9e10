from django.db import models
from django.db.models import F, Q


class Follower(models.Model):
    """Somebody is told what becomes of a document and asked nothing (AP-2, informed people); `added_by` if not themselves."""

    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=40)
    person = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "person"], name="follower_once"),
            models.CheckConstraint(
                condition=Q(added_by=None) | ~Q(added_by=F("person")), name="follower_added_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} follows {self.subject_number}"
