from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models

ZONE = "Europe/London"  # of people who chose none


class User(AbstractUser):
    """A person of ours, a person of a supplier, or a named system actor.

    A superuser may run the Django admin but holds no business duty: duties come from role assignments only.
    """

    class Kind(models.TextChoices):
        """Which door the person comes through."""

        STAFF = "staff", "Staff"
        SUPPLIER = "supplier", "Supplier"
        SYSTEM = "system", "System"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STAFF)
    manager = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    approval_limit = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, help_text="Enterprise base currency; empty means none."
    )
    time_zone = models.CharField(max_length=64, blank=True)
    theme = models.CharField(max_length=10, choices=[(c, c) for c in ("system", "light", "dark")], default="system")
    language = models.CharField(max_length=10, blank=True, db_default="", help_text="empty: as the browser asks")
    density = models.CharField(max_length=12, choices=[(c, c) for c in ("compact", "comfortable")], default="compact")
    shortcuts = models.BooleanField(default=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta(AbstractUser.Meta):
        db_table = "foundation_user"

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def zone(self) -> str:
        """Return the IANA name of the person's own clock."""
        return self.time_zone or ZONE
