"""Regions and legal entities: what sites belong to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation import access, audit
from foundation.documents import content_hash
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import LegalEntity, Region, User
from foundation.selectors.usage import used_by, uses_of
from foundation.services.keeping import in_turn, record_change, require_seen
from foundation.validators import known_country, known_currency, new_code, one_line

_LONGEST_TAX_ID = 32


@dataclass(frozen=True, slots=True)
class EntityDetails:
    """What is written of a legal entity besides its code, which stays. Currency is ISO 4217, country ISO 3166-1."""

    name: str
    country: str
    currency: str
    tax_id: str = ""


def seen_of_region(*, region: Region) -> str:
    """Return a fingerprint of what was on screen, to be sent back with a change."""
    return content_hash(_facts_of_region(region))


def seen_of_entity(*, entity: LegalEntity) -> str:
    """Return a fingerprint of what was on screen, to be sent back with a change."""
    return content_hash(_facts_of_entity(entity))


@use_case
def create_region(*, code: str, name: str, actor: User, at: datetime) -> Region:
    """Add a region; nobody has a duty there yet.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises InvalidError: the code is taken, or it has no name.
    """
    require(access.can_keep_ground(actor))
    in_turn()
    region = Region(code=new_code(code, longest=12), name=_region_name(name))
    if Region.objects.filter(code=region.code).exists():
        raise InvalidError("code_taken", f"There is a region {region.code} already.", field="code", value=region.code)
    region.save(force_insert=True)
    audit.record(region, "create_region", actor=actor, at=at, after=_facts_of_region(region))
    return region


@use_case
def change_region(*, code: str, seen: str, name: str, actor: User, at: datetime) -> Region:
    """Give a region another name; its sites stay.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises NotFoundError: there is no such region.
    :raises StaleError: somebody changed it since the page was opened.
    :raises InvalidError: it has no name.
    """
    require(access.can_keep_ground(actor))
    region = Region.objects.select_for_update(no_key=True).filter(code=code).first()
    if region is None:
        raise NotFoundError("not_found", "There is no such region.")
    before = _facts_of_region(region)
    require_seen(region, before, seen)
    region.name = _region_name(name)
    if record_change(region, "change_region", before, _facts_of_region(region), actor=actor, at=at):
        region.save(update_fields=["name"])
    return region


@use_case
def create_entity(*, code: str, details: EntityDetails, actor: User, at: datetime) -> LegalEntity:
    """Add a company of ours that orders and pays.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises InvalidError: the code is taken, or a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    in_turn()
    entity = LegalEntity(code=new_code(code, longest=12))
    if LegalEntity.objects.filter(code=entity.code).exists():
        raise InvalidError(
            "code_taken", f"There is a legal entity {entity.code} already.", field="code", value=entity.code
        )
    _write(entity, details)
    entity.save(force_insert=True)
    audit.record(entity, "create_entity", actor=actor, at=at, after=_facts_of_entity(entity))
    return entity


@use_case
def change_entity(*, code: str, seen: str, details: EntityDetails, actor: User, at: datetime) -> LegalEntity:
    """Change name and tax number of a company of ours; country and currency only while no site belongs to it.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises NotFoundError: there is no such legal entity.
    :raises StaleError: somebody changed it since the page was opened.
    :raises InvalidError: a value cannot be used, or country or currency would change under sites and documents.
    """
    require(access.can_keep_ground(actor))
    # Locked with its key: a site that is opened in it now is waited for, and counts.
    entity = LegalEntity.objects.select_for_update().filter(code=code).first()
    if entity is None:
        raise NotFoundError("not_found", "There is no such legal entity.")
    before = _facts_of_entity(entity)
    require_seen(entity, before, seen)
    _write(entity, details)
    after = _facts_of_entity(entity)
    fixed = next((name for name in ("country", "currency") if after[name] != before[name]), "")
    kinds = uses_of(entity) if fixed else []
    if kinds:
        raise InvalidError("entity_in_use", f"The {fixed} stays: {used_by(kinds)} belong to {entity}.", field=fixed)
    if record_change(entity, "change_entity", before, after, actor=actor, at=at):
        entity.save(update_fields=["name", "country", "currency", "tax_id"])
    return entity


def _region_name(text: str) -> str:
    return one_line(text, longest=80, field="name", what="what it is called")


def _write(entity: LegalEntity, details: EntityDetails) -> None:
    entity.name = one_line(details.name, longest=120, field="name", what="what it is called")
    entity.country, entity.currency = known_country(details.country), known_currency(details.currency)
    entity.tax_id = " ".join(details.tax_id.split())
    if len(entity.tax_id) > _LONGEST_TAX_ID:
        raise InvalidError("tax_id_unfit", f"Use at most {_LONGEST_TAX_ID} letters.", field="tax_id")


def _facts_of_region(region: Region) -> dict[str, Any]:
    return {"name": region.name}


def _facts_of_entity(entity: LegalEntity) -> dict[str, Any]:
    return {name: getattr(entity, name) for name in ("name", "country", "currency", "tax_id")}
