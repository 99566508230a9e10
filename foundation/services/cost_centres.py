"""Cost centres and their owners, who may be asked to approve what they pay (AP-2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation import access, audit
from foundation.documents import content_hash
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import CostCentre, Site, User
from foundation.services.keeping import in_turn, record_change, require_seen
from foundation.validators import new_code, one_line


@dataclass(frozen=True, slots=True)
class CostCentreDetails:
    """What is written of a cost centre besides its code and site, which stay."""

    name: str
    owner: User | None = None
    is_active: bool = True  # open for new requisitions


def seen_of_cost_centre(*, centre: CostCentre) -> str:
    """Return a fingerprint of what was on screen, to be sent back with a change."""
    return content_hash(_facts(centre))


@use_case
def create_cost_centre(*, code: str, site: Site, details: CostCentreDetails, actor: User, at: datetime) -> CostCentre:
    """Open a cost centre at a site.

    :raises NotPermittedError: the actor does not keep the ground, or would own it.
    :raises InvalidError: the code is taken, or a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    in_turn()
    centre = CostCentre(code=new_code(code, longest=16), site=site)
    if CostCentre.objects.filter(code=centre.code).exists():
        raise InvalidError(
            "code_taken", f"There is a cost centre {centre.code} already.", field="code", value=centre.code
        )
    require(access.can_name_owner(actor, None, details.owner))
    _write(centre, details)
    centre.save(force_insert=True)
    audit.record(centre, "create_cost_centre", actor=actor, at=at, after={"site": site.code, **_facts(centre)})
    return centre


@use_case
def change_cost_centre(*, code: str, seen: str, details: CostCentreDetails, actor: User, at: datetime) -> CostCentre:
    """Change name and owner, or close it for new requisitions. An owner is asked from the next submission on.

    :raises NotPermittedError: the actor does not keep the ground, or is or would be the owner.
    :raises NotFoundError: there is no such cost centre.
    :raises StaleError: somebody changed it since the page was opened.
    :raises InvalidError: a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    rows = CostCentre.objects.select_for_update(of=("self",), no_key=True).select_related("owner")
    centre = rows.filter(code=code).first()
    if centre is None:
        raise NotFoundError("not_found", "There is no such cost centre.")
    before = _facts(centre)
    require_seen(centre, before, seen)
    require(access.can_name_owner(actor, centre.owner, details.owner))
    _write(centre, details)
    if record_change(centre, "change_cost_centre", before, _facts(centre), actor=actor, at=at):
        centre.save(update_fields=["name", "owner", "is_active"])
    return centre


@use_case
def count_in_budgets(*, cost_centre: CostCentre) -> None:
    """Note that a cost centre has a budget, so that its documents count; it stays noted when the last one goes."""
    if not cost_centre.is_budgeted:
        cost_centre.is_budgeted = True
        cost_centre.save(update_fields=["is_budgeted"])


def _write(centre: CostCentre, details: CostCentreDetails) -> None:
    centre.name = one_line(details.name, longest=80, field="name", what="what it is called")
    owner = details.owner
    if owner is not None and owner != centre.owner and (owner.kind != User.Kind.STAFF or not owner.is_active):
        raise InvalidError("owner_unfit", "Choose an active person of ours.", field="owner")
    centre.owner, centre.is_active = owner, details.is_active


def _facts(centre: CostCentre) -> dict[str, Any]:
    owner = centre.owner.username if centre.owner else ""
    return {"name": centre.name, "owner": owner, "is_active": centre.is_active}
