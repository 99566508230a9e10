"""Who may buy at a site, and by which role held where: the answer to "who may buy this here, and why" (SO-1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from foundation.models import RoleAssignment, Site
from foundation.roles import ORDER, REQUEST, SITE_PERMISSIONS

MOST = 60


@dataclass(frozen=True, slots=True)
class Buyer:
    """A person with what they may do about a need at a site, and the role it comes from."""

    name: str
    may: str
    why: str


def buyers_at(site: Site) -> Sequence[Buyer]:
    """Return who may ask for goods at a site and who may order what was approved, by name; one statement.

    Roles of the site's region and of the whole enterprise count at every site below.
    """
    roles = [role for role, may in SITE_PERMISSIONS.items() if may & {REQUEST, ORDER}]
    here = Q(site=site) | Q(site=None, region=site.region_id) | Q(site=None, region=None)
    rows = RoleAssignment.objects.filter(here, role__in=roles, user__is_active=True).select_related("user", "region")
    found = []
    for held in rows.order_by("user__first_name", "user__last_name", "pk")[:MOST]:
        may = " and ".join(
            words for permission, words in ((REQUEST, "ask for it"), (ORDER, "order it once it is approved"))
            if permission in SITE_PERMISSIONS[held.role]
        )  # fmt: skip
        where = f"of {site.name}" if held.site_id else f"of {held.region.name}" if held.region else "everywhere"
        found.append(Buyer(str(held.user), may, f"{held.get_role_display()} {where}"))
    return found
