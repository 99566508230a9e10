"""From a stage as the policy writes it to the people who are asked (AP-2, AP-3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation.access import people_with_role
from foundation.models import CostCentre, Role, Site, User
from policies.decisions.approval import StageAsk
from policies.models import StageWho


@dataclass(frozen=True, slots=True)
class Asked:
    """A stage with its people and its name in words."""

    rule: str
    label: str
    completion: str
    due_hours: int
    people: tuple[User, ...]
    is_fallback: bool = False


def people_for(
    stage: StageAsk, *, site: Site, requester: User, base_amount: Decimal, cost_centres: Sequence[CostCentre] = ()
) -> tuple[str, list[list[User]]]:
    """Return what the stage is called and the people asked, one list for each round (a climb has several).

    People are candidates: the caller takes out whom AP-4 bars.
    """
    if stage.who == StageWho.PERSON:
        person = User.objects.filter(pk=stage.person_id or 0, is_active=True).first()
        return str(person or "a person who left"), [[person] if person else []]
    if stage.who == StageWho.COST_CENTRE_OWNER:
        owners = {c.owner for c in cost_centres if c.owner and c.owner.is_active}
        return "owner of the cost centre", [sorted(owners, key=lambda u: u.pk)]
    if stage.who == StageWho.CLIMB:
        return "managers up to the limit", [[u] for u in _climb(requester, base_amount)] or [[]]
    scope = {StageWho.SITE_ROLE: "site", StageWho.REGION_ROLE: "region"}.get(StageWho(stage.who), "enterprise")
    people = list(people_with_role(stage.role, site=site, scope=scope))
    place = {"site": site.name, "region": site.region.name}.get(scope, "the enterprise")
    return f"{Role(stage.role).label} of {place}", [people]


def _climb(requester: User, base_amount: Decimal) -> list[User]:
    """Return each manager up to the first whose limit covers the amount (AP-3); a circle ends the climb."""
    found: list[User] = []
    seen = {requester.pk}
    person = requester.manager
    while person is not None and person.pk not in seen:
        seen.add(person.pk)
        if person.is_active:
            found.append(person)
            if person.approval_limit is not None and person.approval_limit >= base_amount:
                break
        person = person.manager
    return found


def fallback_people(role: str) -> list[User]:
    """Return the policy's fallback owners: whoever holds the role enterprise-wide."""
    return list(people_with_role(role, scope="enterprise"))
