"""Who reads the measures, and of which sites."""

from django.db.models import Q, QuerySet

from foundation.access import can_in_role, has_role, roles_of
from foundation.models import Role, Site, User
from foundation.verdict import Verdict
from intelligence.models import Measurement

# Who answers for the process. A person reads the sites where they hold one of these roles, no others.
READERS = (
    Role.EXECUTIVE, Role.AUDITOR, Role.FINANCE_DIRECTOR, Role.REGION_MANAGER, Role.SITE_MANAGER, Role.CATEGORY_MANAGER,
    Role.BUYER, Role.PAYABLES_LEAD, Role.SUPPLIER_MANAGER,
)  # fmt: skip
# An invoice may belong to no site yet; who sees such invoices also counts them.
_SEES_SITELESS = (Role.AUDITOR, Role.PAYABLES_LEAD)


def can_read(user: User) -> Verdict:
    """Judge reading measures at all; the reason names the roles that may."""
    return can_in_role(user, "read the measures of the process", *READERS)


def sites_read_by(user: User) -> QuerySet[Site]:
    """Return the sites whose measures the person may read."""
    mine = Q(pk__in=[])
    for role, site_id, region_id in roles_of(user):
        if role not in READERS:
            continue
        if site_id is None and region_id is None:
            return Site.objects.all()
        mine |= Q(pk=site_id) if site_id else Q(region_id=region_id)
    return Site.objects.filter(mine)


def visible_measurements(user: User) -> QuerySet[Measurement]:
    """Return the measurements of the person's sites; those of no site where the person sees such invoices."""
    mine = Q(site__in=sites_read_by(user))
    if has_role(user, *_SEES_SITELESS):
        mine |= Q(site=None)
    return Measurement.objects.filter(mine)
