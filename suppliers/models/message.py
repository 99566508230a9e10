from django.db import models
from django.db.models import Q


class DocumentMessage(models.Model):
    """What one side wrote to the other about an order or an invoice; kept as it was written.

    `seen_at`: when somebody of the other side said that it is read. A message and its file are never changed.
    """

    supplier = models.ForeignKey("suppliers.Supplier", on_delete=models.PROTECT, related_name="messages")
    subject_type = models.CharField(max_length=20, help_text="order or invoice")
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=40)
    site = models.ForeignKey("foundation.Site", null=True, on_delete=models.PROTECT, related_name="+")
    is_ours = models.BooleanField(help_text="We wrote it; else the supplier did.")
    author = models.ForeignKey("foundation.User", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=40, help_text="of the form it was sent with, so that it is sent once")
    text = models.TextField(max_length=4000)
    sent_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey("foundation.User", null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120, blank=True)
    file_type = models.CharField(max_length=100, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    file = models.BinaryField(null=True, help_text="the bytes as received")

    class Meta:
        ordering = ["sent_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="document_message_once"),
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by=None) | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="document_message_seen_pair",
            ),
            models.CheckConstraint(
                condition=Q(file=None, file_sha256="") | Q(file__isnull=False) & ~Q(file_sha256="") & ~Q(file_name=""),
                name="document_message_file",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="document_message_of"),
            models.Index(
                fields=["supplier", "is_ours", "id"], name="document_message_unseen", condition=Q(seen_at=None)
            ),
            models.Index(fields=["site", "id"], name="document_message_to_us", condition=Q(seen_at=None, is_ours=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.author} about {self.subject_number}"
