from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from foundation.models import Document
from suppliers.models.supplier import Supplier


class ContractState(models.TextChoices):
    """Where a contract stands."""

    DRAFT = "draft", "Draft"
    ACTIVE = "active", "In force"
    EXPIRED = "expired", "Expired"
    TERMINATED = "terminated", "Terminated"


class ContractKind(models.TextChoices):
    """How a contract is made (SO-2)."""

    FIXED = "fixed", "Fixed prices"
    TIERED = "tiered", "Prices by quantity"
    BLANKET = "blanket", "Blanket, up to an amount"


class Contract(Document):
    """What a supplier and we agreed on prices (SO-2). Valid to includes its day; value ceiling empty means none.

    The row and its prices are the version in force, or the first proposal while it is a draft; amendments wait as
    versions until a second person agrees.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="contracts")
    title = models.CharField(max_length=120)
    state = FSMField(default=ContractState.DRAFT, choices=ContractState.choices, protected=True)
    currency = models.CharField(max_length=3)
    valid_from = models.DateField()
    valid_to = models.DateField()
    kind = models.CharField(max_length=8, choices=ContractKind.choices, default=ContractKind.FIXED)
    ceiling_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    floor_amount = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, help_text="what we promised to buy; empty = nothing"
    )
    site_codes = ArrayField(models.CharField(max_length=8), default=list, blank=True, help_text="empty = every site")
    end_reason = models.CharField(max_length=300, blank=True)
    ordered_amount = models.DecimalField(
        max_digits=18, decimal_places=4, default=0, help_text="orders under it, less what was cancelled or closed short"
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="contract_validity"),
            models.CheckConstraint(
                condition=Q(ordered_amount__gte=0, ordered_amount__lt=10**12), name="contract_ordered"
            ),
            models.CheckConstraint(
                condition=(Q(floor_amount=None) | Q(floor_amount__gt=0))
                & (Q(ceiling_amount=None) | Q(ceiling_amount__gt=0, ceiling_amount__lt=10**12))
                & (Q(floor_amount=None) | Q(ceiling_amount=None) | Q(floor_amount__lte=F("ceiling_amount"))),
                name="contract_floor_to_ceiling",
            ),
            models.CheckConstraint(
                condition=~Q(kind="blanket") | Q(ceiling_amount__isnull=False), name="contract_blanket_ceiling"
            ),
        ]

    @transition(field=state, source=ContractState.DRAFT, target=ContractState.ACTIVE)
    def activate(self) -> None:
        """Put the prices in force."""

    @transition(field=state, source=ContractState.ACTIVE, target=ContractState.EXPIRED)
    def expire(self) -> None:
        """The last day has passed."""

    @transition(field=state, source=ContractState.ACTIVE, target=ContractState.TERMINATED)
    def terminate(self, *, at: datetime, reason: str) -> None:
        """Ended before its time."""
        self.changed_at, self.end_reason = at, reason


class ContractPrice(models.Model):
    """A price of a contract: per unit, from a quantity on (tier), at some sites or all."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="prices")
    item = models.ForeignKey("foundation.Item", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("foundation.UnitOfMeasure", on_delete=models.PROTECT, related_name="+")
    from_quantity = models.DecimalField(max_digits=18, decimal_places=4, default=0, help_text="in `unit`")
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, help_text="net per `unit`, contract currency")
    site_codes = ArrayField(models.CharField(max_length=8), default=list, blank=True, help_text="empty = every site")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "item", "unit", "from_quantity", "site_codes"], name="contract_price_once"
            ),
            models.CheckConstraint(condition=Q(unit_price__gte=0, unit_price__lt=10**12), name="contract_price_range"),
            models.CheckConstraint(
                condition=Q(from_quantity__gte=0, from_quantity__lt=10**12), name="contract_tier_range"
            ),
        ]
        indexes = [models.Index(fields=["item"], name="contract_price_item")]

    def __str__(self) -> str:
        return f"{self.item} {self.unit_price} per {self.unit}"
