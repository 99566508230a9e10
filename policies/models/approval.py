from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from policies.models.version import PolicyVersion


def _codes(help_text: str) -> "ArrayField[Any, Any]":
    return ArrayField(models.CharField(max_length=40), default=list, blank=True, help_text=f"{help_text}; empty = any")


class ApprovalRule(models.Model):
    """A row of the approval matrix (AP-1). Axes left empty mean any; base rules are tried in order of `position`."""

    policy = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="approval_rules")
    position = models.PositiveIntegerField(help_text="shown to people as the row number")
    name = models.CharField(max_length=120)
    is_additional = models.BooleanField(default=False, help_text="adds its stages whenever it matches")
    document_types = _codes("requisition, order, change")
    amount_from = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, help_text="exclusive; empty = from zero"
    )
    amount_to = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, help_text="inclusive; empty = no upper end"
    )
    sites = _codes("site codes")
    regions = _codes("region codes")
    categories = _codes("category codes, each with its subtree")
    spend_kinds = _codes("catalogue, non_stock, service")
    urgent = models.BooleanField(null=True, blank=True, help_text="empty = either")
    any_flags = _codes("matches when the document carries one of these flags")
    without_flags = _codes("matches only when the document carries none of these flags")
    supplier_states = _codes("states of the supplier")
    requester_roles = _codes("roles of the requester")
    sourcing_authorities = _codes("contract, catalogue, buyer, typed, none: what the source of a line rests on")
    supplier_risks = _codes("low, medium, high")
    contract_coverages = _codes("full, part, none")
    budget_states = _codes("within, over, none")
    change_deltas = _codes("what differs from what was approved before: amount, unit_price, quantity, supplier...")
    is_touchless = models.BooleanField(default=False, help_text="AP-8: approved by the rule itself, with no stages")

    class Meta:
        ordering = ["policy", "is_additional", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "is_additional", "position"],
                name="approval_rule_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(amount_from=None) | Q(amount_to=None) | Q(amount_to__gt=models.F("amount_from")),
                name="approval_rule_band",
            ),
            models.CheckConstraint(condition=~Q(is_touchless=True, is_additional=True), name="touchless_is_base"),
        ]

    def __str__(self) -> str:
        return f"row {self.position}: {self.name}"


class StageWho(models.TextChoices):
    """How the people of a stage are found (AP-2)."""

    SITE_ROLE = "site_role", "Role at the ship-to site"
    REGION_ROLE = "region_role", "Role at its region"
    ENTERPRISE_ROLE = "enterprise_role", "Role enterprise-wide"
    COST_CENTRE_OWNER = "cost_centre_owner", "Cost-centre owner"
    CATEGORY_MANAGER = "category_manager", "Manager of the category"
    CLIMB = "climb", "Managers, up to the first whose limit covers the amount"
    CLIMB_ONE = "climb_one", "Only the first manager whose limit covers the amount"
    PERSON = "person", "A named person"


class StageCompletion(models.TextChoices):
    """When a stage is done (AP-2)."""

    ONE = "one", "One of them"
    ALL = "all", "All of them"
    MAJORITY = "majority", "More than half of them"
    PERCENT = "percent", "A percentage of them"
    INFORM = "inform", "Nobody: only inform them"


class ApprovalStage(models.Model):
    """Who must decide, and how many of them."""

    rule = models.ForeignKey(ApprovalRule, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveIntegerField()
    who = models.CharField(max_length=20, choices=StageWho.choices)
    role = models.CharField(max_length=24, blank=True)
    person = models.ForeignKey("foundation.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    completion = models.CharField(max_length=10, choices=StageCompletion.choices, default=StageCompletion.ONE)
    percent = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="of those asked who must agree, 1 to 100; only for a percentage"
    )
    with_previous = models.BooleanField(default=False, help_text="open at the same time as the stage before it")
    may_repeat = models.BooleanField(
        default=False, help_text="who agreed at an earlier stage satisfies this one too (AP-4)"
    )
    due_hours = models.PositiveIntegerField(default=8, help_text="business hours at the site until reminded")

    class Meta:
        ordering = ["rule", "position"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "position"], name="approval_stage_position"),
            models.CheckConstraint(
                condition=Q(who__in=["site_role", "region_role", "enterprise_role"], person=None) & ~Q(role="")
                | Q(who="person", person__isnull=False, role="")
                | Q(who__in=["cost_centre_owner", "category_manager", "climb", "climb_one"], person=None, role=""),
                name="approval_stage_who",
            ),
            models.CheckConstraint(
                condition=Q(completion="percent", percent__gte=1, percent__lte=100)
                | ~Q(completion="percent") & Q(percent=None),
                name="approval_stage_percent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_who_display()} {self.role}".strip()
