from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from suppliers.models.catalogue import CatalogueItem


class OfferAtSite(models.Model):
    """What is different about an offer at one site: minimum, multiple, lead time, days on which orders are taken.

    What is empty is as everywhere. `order_days` names days of the week, Monday is 1: 14 is Monday and Thursday.
    """

    offer = models.ForeignKey(CatalogueItem, on_delete=models.CASCADE, related_name="at_sites")
    site = models.ForeignKey("foundation.Site", on_delete=models.CASCADE, related_name="+")
    minimum_quantity = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, help_text="in the offer's unit"
    )
    multiple = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, help_text="in the offer's unit"
    )
    lead_time_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="calendar days")
    order_days = models.CharField(max_length=7, blank=True, validators=[RegexValidator(r"^1?2?3?4?5?6?7?$")])

    class Meta:
        ordering = ["offer", "site"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "site"], name="offer_at_site_once"),
            models.CheckConstraint(
                condition=(Q(minimum_quantity=None) | Q(minimum_quantity__gt=0, minimum_quantity__lt=10**12))
                & (Q(multiple=None) | Q(multiple__gt=0, multiple__lt=10**12)),
                name="offer_at_site_quantities",
            ),
            models.CheckConstraint(condition=Q(order_days__regex=r"^1?2?3?4?5?6?7?$"), name="offer_at_site_days"),
        ]

    def __str__(self) -> str:
        return f"{self.offer} at {self.site}"
