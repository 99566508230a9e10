"""Our places: opened, and set up for receiving, by a user administrator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from foundation import access, audit
from foundation.documents import content_hash
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import LegalEntity, Region, RoleAssignment, Site, User, WorkCalendar
from foundation.services.grant_role import sync_site_permissions
from foundation.validators import known_currency, known_gln, known_time_zone, new_code

_SET = ("name", "calendar_id", "time_zone", "address", "gln", "blind_receiving", "is_active")


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What may change at a site; its code, region, legal entity and currency stay as they are."""

    name: str
    calendar: WorkCalendar
    time_zone: str
    address: str = ""
    gln: str = ""
    blind_receiving: bool = False
    is_active: bool = True


def seen_of_site(*, site: Site) -> str:
    """Return a fingerprint of what was on screen, to be sent back with a change."""
    return content_hash(_facts(site))


@use_case
def open_site(
    *,
    code: str,
    settings: SiteSettings,
    region: Region,
    legal_entity: LegalEntity,
    currency: str,
    actor: User,
    at: datetime,
) -> Site:
    """Open a site; people with a duty in its region or everywhere hold it there at once.

    :raises NotPermittedError: the actor is no user administrator.
    :raises InvalidError: the code is taken, or a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    site = Site(
        code=new_code(code, longest=8), region=region, legal_entity=legal_entity, currency=known_currency(currency)
    )
    if Site.objects.filter(code=site.code).exists():
        raise InvalidError("code_taken", f"There is a site {site.code} already.", field="code", value=site.code)
    _write(site, settings)
    site.save(force_insert=True)
    wide = RoleAssignment.objects.filter(Q(region=region) | Q(site=None, region=None)).values("user")
    for person in User.objects.filter(pk__in=wide).order_by("pk"):
        sync_site_permissions(user=person)
    fixed = {"region": region.code, "legal_entity": legal_entity.code, "currency": site.currency}
    audit.record(site, "open_site", actor=actor, at=at, after={**fixed, **_facts(site)})
    return site


@use_case
def change_site(*, code: str, seen: str, settings: SiteSettings, actor: User, at: datetime) -> Site:
    """Change how a site is named, works and receives.

    :raises NotPermittedError: the actor is no user administrator.
    :raises NotFoundError: there is no such site.
    :raises StaleError: somebody changed the site since the page was opened.
    :raises InvalidError: a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    site = Site.objects.select_for_update(of=("self",), no_key=True).filter(code=code).first()
    if site is None:
        raise NotFoundError("not_found", "There is no such site.")
    before = _facts(site)
    if seen != content_hash(before):
        raise StaleError("changed_since_opened", f"{site} changed since you opened the page.", number=site.code)
    _write(site, settings)
    after = _facts(site)
    changed = sorted(name for name in after if after[name] != before[name])
    if changed:
        site.save(update_fields=["name", "calendar", "time_zone", "address", "gln", "blind_receiving", "is_active"])
        audit.record(
            site, "change_site", actor=actor, at=at, before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )  # fmt: skip
    return site


def _write(site: Site, settings: SiteSettings) -> None:
    if not settings.name.strip():
        raise InvalidError("name_missing", "Say what the site is called.", field="name")
    site.name, site.calendar, site.address = settings.name.strip()[:80], settings.calendar, settings.address.strip()
    site.time_zone, site.gln = known_time_zone(settings.time_zone), known_gln(settings.gln)
    site.blind_receiving, site.is_active = settings.blind_receiving, settings.is_active


def _facts(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in _SET}
