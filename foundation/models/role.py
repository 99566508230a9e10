from django.db import models
from django.db.models import Q

from foundation.models.organisation import Region, Site
from foundation.models.user import User


class Role(models.TextChoices):
    """The duties a person can hold; what each may do at a site is in foundation/roles.py."""

    REQUESTER = "requester", "Site requester"
    RECEIVER = "receiver", "Receiver"
    SITE_MANAGER = "site_manager", "Site manager"
    REGION_MANAGER = "region_manager", "Regional operations lead"
    CATEGORY_MANAGER = "category_manager", "Category manager"
    FINANCE_DIRECTOR = "finance_director", "Finance director"
    BUYER = "buyer", "Buyer"
    PAYABLES = "payables", "Accounts payable"
    PAYABLES_LEAD = "payables_lead", "Accounts payable lead"
    SUPPLIER_MANAGER = "supplier_manager", "Supplier manager"
    POLICY_ADMIN = "policy_admin", "Policy administrator"
    INTEGRATION_ENGINEER = "integration_engineer", "Integration engineer"
    USER_ADMIN = "user_admin", "User administrator"
    EXECUTIVE = "executive", "Executive"
    AUDITOR = "auditor", "Auditor"


class RoleAssignment(models.Model):
    """A person holds a role at one site, at every site of a region, or enterprise-wide (both empty)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(max_length=24, choices=Role.choices)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE, related_name="role_assignments")
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.CASCADE, related_name="role_assignments")
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(site=None) | Q(region=None), name="role_one_scope"),
            models.UniqueConstraint(fields=["user", "role", "site", "region"], name="role_once", nulls_distinct=False),
        ]
        indexes = [models.Index(fields=["role", "site", "region"], name="role_lookup")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} at {self.site or self.region or 'every site'}"
