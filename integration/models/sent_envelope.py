from django.db import models

from integration.models.connection import Connection


class SentEnvelope(models.Model):
    """An envelope we sent under a control number, and what the other side said about its syntax (IN-3)."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="sent")
    control_number = models.PositiveIntegerField()
    group_code = models.CharField(max_length=4, help_text="PO for orders, FA for functional answers")
    delivery = models.ForeignKey("foundation.Delivery", on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=24, blank=True, help_text="empty until the other side has answered")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "control_number"], name="sent_control_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.connection.code} {self.control_number}"
