from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission

from foundation import audit, outbox, registries
from foundation.errors import InvalidError
from foundation.events import DutyGranted, DutyRevoked
from foundation.journal import use_case
from foundation.models import Region, RoleAssignment, Site, SiteUserPermission, User
from foundation.roles import SITE_PERMISSIONS


@use_case
def grant_role(
    *,
    user: User,
    role: str,
    actor: User | None,
    at: datetime,
    site: Site | None = None,
    region: Region | None = None,
) -> RoleAssignment:
    """Give a person a role at a site, a region or everywhere, and the site permissions that follow from it.

    Two grants to one person wait for one another, so that neither overlooks the other's role.

    :raises InvalidError: people of suppliers hold no role of ours, or a rule keeps the role apart from one that the
        person holds (SD-1); the sentence names both, the place and the cure.
    """
    if user.kind == User.Kind.SUPPLIER:
        raise InvalidError("supplier_person", f"{user} belongs to a supplier and cannot hold a role of ours.")
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    wanted = registries.Held(role, site.pk if site else None, region.pk if region else None)
    held = [registries.Held(*row) for row in user.role_assignments.values_list("role", "site_id", "region_id")]
    verdict = registries.role_rules.judge(wanted, held, at)
    if not verdict:
        raise InvalidError(verdict.code, f"{user}: {verdict.reason}", field="role", value=role)
    assignment, fresh = RoleAssignment.objects.get_or_create(
        user=user, role=role, site=site, region=region, defaults={"granted_at": at, "granted_by": actor}
    )
    if fresh:
        sync_site_permissions(user=user)
        audit.record(
            assignment, "grant_role", actor=actor, at=at, user=user.username, role=role, scope=_scope(assignment)
        )
        outbox.publish(DutyGranted(**_told(assignment, actor), at=at))
    return assignment


@use_case
def revoke_role(*, assignment: RoleAssignment, actor: User | None, at: datetime) -> None:
    """Take a role away; effective with the person's next request. What waits for them by it is asked of others."""
    user = assignment.user
    outbox.publish(DutyRevoked(**_told(assignment, actor), at=at))
    audit.record(
        assignment,
        "revoke_role",
        actor=actor,
        at=at,
        user=user.username,
        role=assignment.role,
        scope=_scope(assignment),
    )
    assignment.delete()
    sync_site_permissions(user=user)


def sync_site_permissions(*, user: User) -> None:
    """Make the person's site permissions equal to what the role assignments say."""
    sites = list(Site.objects.values_list("pk", "region_id"))
    permissions = dict(Permission.objects.filter(content_type__app_label="foundation").values_list("codename", "pk"))
    wanted = {
        (site_id, permissions[codename])
        for role, at_site, at_region in RoleAssignment.objects.filter(user=user).values_list(
            "role", "site_id", "region_id"
        )
        for site_id, region_id in sites
        if (at_site in {None, site_id}) and (at_region in {None, region_id})
        for codename in SITE_PERMISSIONS[role]
    }
    held = set(SiteUserPermission.objects.filter(user=user).values_list("content_object_id", "permission_id"))
    SiteUserPermission.objects.bulk_create(
        SiteUserPermission(user=user, content_object_id=site_id, permission_id=permission_id)
        for site_id, permission_id in wanted - held
    )
    for site_id, permission_id in held - wanted:
        SiteUserPermission.objects.filter(user=user, content_object_id=site_id, permission_id=permission_id).delete()
    vars(user).pop("_standing", None)


def _told(assignment: RoleAssignment, actor: User | None) -> dict[str, Any]:
    return {
        "subject_id": assignment.user_id, "subject_number": assignment.user.username, "version": assignment.pk,
        "site_id": assignment.site_id, "actor_id": actor.pk if actor else None, "is_human": actor is not None,
        "role": assignment.role,
    }  # fmt: skip


def _scope(assignment: RoleAssignment) -> str:
    return str(assignment.site or assignment.region or "enterprise")
