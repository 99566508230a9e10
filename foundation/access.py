"""The door: who holds which duty where. Every room's access.py asks here; superusers hold none."""

from collections.abc import Collection
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import BigIntegerField, CharField, Exists, QuerySet, Value
from django.db.models.functions import Now

from foundation import registries
from foundation.models import Absence, Job, Role, RoleAssignment, Site, SiteUserPermission, User
from foundation.verdict import ALLOWED, Verdict


def site_ids_with(user: User, permission: str) -> list[int]:
    """Return the ids of the sites where the person holds a permission, for list filters; nothing is read twice."""
    return sorted(site_id for site_id, codename in permissions_of(user) if codename == permission)


def sites_with(user: User, permission: str) -> QuerySet[Site]:
    """Return the sites where the person holds a permission."""
    return Site.objects.filter(pk__in=site_ids_with(user, permission))


def permissions_of(user: User) -> frozenset[tuple[int, str]]:
    """Return every (site id, permission) of a person, remembered on the person for the request."""
    return _standing(user).permissions


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person may do where: roles as (role, site id, region id), permissions as (site id, permission).

    `stands_in`: decides for somebody who is away now (AP-5).
    """

    roles: frozenset[tuple[str, int | None, int | None]] = frozenset()
    permissions: frozenset[tuple[int, str]] = frozenset()
    stands_in: bool = False


def _standing(user: User) -> Standing:
    """Read roles and permissions in one statement; they are forgotten with the instance."""
    if not user.is_authenticated or not user.is_active:
        return Standing()
    known: Standing | None = vars(user).get("_standing")
    if known is None:
        nowhere = Value(None, output_field=BigIntegerField())
        roles = RoleAssignment.objects.filter(user_id=user.pk).values_list(
            Value("role"), "role", "site_id", "region_id"
        )
        permissions = SiteUserPermission.objects.filter(user_id=user.pk).values_list(
            Value("may"), "permission__codename", "content_object_id", nowhere
        )
        absences = Absence.objects.filter(
            deputy_id=user.pk, ended_at=None, starts_at__lte=Now(), ends_at__gt=Now()
        ).order_by()  # fmt: skip
        deputies = absences.values_list(Value("for"), Value("", output_field=CharField()), nowhere, nowhere)
        rows = list(roles.union(permissions, deputies, all=True))
        known = Standing(
            frozenset((word, site, region) for kind, word, site, region in rows if kind == "role"),
            frozenset((site, word) for kind, word, site, _ in rows if kind == "may"),
            any(kind == "for" for kind, *_ in rows),
        )
        vars(user)["_standing"] = known
    return known


def holds(user: User, permission: str, site_id: int) -> bool:
    """Say whether the person holds a permission at a site."""
    return (site_id, permission) in permissions_of(user)


def holds_anywhere(user: User, permission: str) -> bool:
    """Say whether the person holds a permission at any site (for menus)."""
    return any(codename == permission for _, codename in permissions_of(user))


def roles_of(user: User) -> frozenset[tuple[str, int | None, int | None]]:
    """Return every (role, site id, region id) of a person; both ids empty means enterprise-wide."""
    return _standing(user).roles


def stands_in(user: User) -> bool:
    """Say whether the person decides for somebody who is away now."""
    return _standing(user).stands_in


def has_role(user: User, *roles: str) -> bool:
    """Say whether the person holds any of the roles, wherever."""
    return any(role in roles for role, _, _ in roles_of(user))


def lacks_second_factor(user: User, roles: Collection[str], *, superusers: bool = False) -> bool:
    """Say whether the person must hold a second factor and has neither a passkey nor an authenticator app.

    Who holds one of the roles must, and a superuser where `superusers` says so: they hold no role and reach the admin.
    Recovery codes alone are no factor. One statement; none when nobody must.
    """
    due = superusers and user.is_superuser
    if not (roles or due) or not user.is_authenticated or not user.is_active:
        return False
    factors = Authenticator.objects.filter(
        user_id=user.pk, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    )
    if due:
        return not factors.exists()
    return RoleAssignment.objects.filter(~Exists(factors), user_id=user.pk, role__in=roles).exists()


def can_at(user: User, permission: str, site: Site, doing: str) -> Verdict:
    """Judge a duty at a site; the reason names site and duty. Callers hide foreign documents as missing first."""
    if holds(user, permission, site.pk):
        return ALLOWED
    return Verdict("not_your_duty", f"You do not {doing} at {site.name}. A user administrator can grant that duty.")


def can_in_role(user: User, doing: str, *roles: str) -> Verdict:
    """Judge an enterprise duty by role; the reason names the roles that may."""
    if has_role(user, *roles):
        return ALLOWED
    names = " or ".join(str(Role(role).label).lower() for role in roles)
    return Verdict("not_your_role", f"Only a {names} may {doing}.")


def people_with_role(role: str, *, site: Site | None = None, scope: str = "site") -> QuerySet[User]:
    """Return active people who hold a role at a site ("site"), at its region ("region") or everywhere ("enterprise").

    Only assignments of exactly that scope count, so a stage can ask the site's own manager and not the region's; without a
    site nobody holds a role at one.
    """
    held = RoleAssignment.objects.filter(role=role)
    if site is None and scope != "enterprise":
        held = held.none()
    elif scope == "site":
        held = held.filter(site=site)
    elif scope == "region":
        held = held.filter(region=site.region if site else None, site=None)
    else:
        held = held.filter(site=None, region=None)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk")


def can_administer_people(user: User) -> Verdict:
    """Judge seeing and changing who works here and with which duties."""
    return can_in_role(user, "look after people", Role.USER_ADMIN)


def can_change_person(user: User, person: User) -> Verdict:
    """Judge changing somebody's duties, limit or access: never one's own, so that nobody makes themselves stronger."""
    if user.pk == person.pk:
        return Verdict("own_duties", "You may not change your own duties or access. Ask another user administrator.")
    return can_administer_people(user)


def can_declare_absence(user: User, person: User) -> Verdict:
    """Judge saying that a person is away and who decides meanwhile: they themselves, or a user administrator (AP-5)."""
    return ALLOWED if user.pk == person.pk else can_administer_people(user)


def can_keep_ground(user: User) -> Verdict:
    """Judge changing sites and master data."""
    return can_in_role(user, "change sites and master data", Role.USER_ADMIN)


def can_read_ground(user: User) -> Verdict:
    """Judge looking at master data behind the pages, in the Django admin."""
    return can_in_role(user, "look at master data", Role.USER_ADMIN, Role.AUDITOR)


def can_name_owner(user: User, before: User | None, after: User | None) -> Verdict:
    """Judge naming the owner of a cost centre, who may be asked to approve: never oneself, nor away from oneself."""
    if before != after and user in {before, after}:
        return Verdict("own_duties", "You may not make or unmake yourself an owner. Ask another user administrator.")
    return can_keep_ground(user)


def can_follow_job(user: User, job: Job) -> Verdict:
    """Judge following long work: who asked for it, and those its room lets in."""
    work = registries.works.get(job.kind)
    if job.created_by_id == user.pk or (work is not None and work.visible(user, job.params)):
        return ALLOWED
    return Verdict("not_your_work", "Somebody else asked for this.")
