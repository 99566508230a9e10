from django.db import models
from django_fsm import FSMModelMixin


class Document(FSMModelMixin, models.Model):
    """What every document of the trade carries.

    `version` counts changes and is compared inside the lock; `content_hash` covers what a decision binds to.
    """

    number = models.CharField(max_length=32, unique=True)
    version = models.PositiveIntegerField(default=1)
    content_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number
