"""What stands against a person holding one more role: the pairs of strength "role" in force (SD-1)."""

from collections.abc import Iterable
from datetime import datetime

from foundation.errors import NotFoundError
from foundation.models import Role, Site
from foundation.registries import Held
from foundation.verdict import ALLOWED, Verdict
from policies.decisions.duties import Pair, Post, role_conflict
from policies.models import DutyPair
from policies.selectors.in_force import duty_pairs_in_force


def may_also_hold(wanted: Held, held: Iterable[Held], at: datetime) -> Verdict:
    """Judge one more role beside those held. An installation without a duty policy yet keeps nothing apart."""
    try:
        pairs = duty_pairs_in_force(at)
    except NotFoundError:
        return ALLOWED
    sites = {pk: (name, region_id) for pk, name, region_id in Site.objects.values_list("pk", "name", "region_id")}
    regions = {pk: region_id for pk, (_name, region_id) in sites.items()}
    found = role_conflict(_post(wanted, regions), [_post(one, regions) for one in held], pairs)
    if found is None:
        return ALLOWED
    names = sorted(sites[pk][0] for pk in found.sites)
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    where = f"at {names[0]}{more}" if names else "at every site"
    wanted_name, held_name = Role(found.wanted).label, Role(found.held).label.lower()
    return Verdict(
        "roles_kept_apart",
        f"{wanted_name} and {held_name} are kept apart, and one person would hold both {where}. "
        f"Take the duty of {held_name} away first, or give this one to somebody else.",
    )


def pairs_of(version_id: int) -> tuple[Pair, ...]:
    """Return the pairs of any version, drafts included, as they stand now."""
    return as_pairs(DutyPair.objects.filter(policy_id=version_id).order_by("pk"))


def as_pairs(rows: Iterable[DutyPair]) -> tuple[Pair, ...]:
    """Return stored pairs as the rules read them."""
    return tuple(Pair(p.first, p.second, p.strength, p.countersign_days or 0) for p in rows)


def _post(held: Held, regions: dict[int, int]) -> Post:
    if held.site_id is not None:
        return Post(held.role, frozenset({held.site_id}))
    if held.region_id is not None:
        return Post(held.role, frozenset(pk for pk, region_id in regions.items() if region_id == held.region_id))
    return Post(held.role, frozenset(regions), is_everywhere=True)
