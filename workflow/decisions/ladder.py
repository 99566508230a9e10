"""Whom a stage asks besides when it takes too long. Source: SEMANTICS AP-5; time never decides."""

from collections.abc import Collection, Mapping

from workflow.decisions.stages import ABOVE, FALLBACK, MANAGER

# The role above another, with where it is held; any other role is asked at the next wider scope.
ROLE_ABOVE: Mapping[str, tuple[str, str]] = {
    "site_manager": ("region", "region_manager"),
    "region_manager": ("enterprise", "finance_director"),
    "buyer": ("enterprise", "category_manager"),
}
WIDER = {"site": "region", "region": "enterprise"}


def rungs(chosen: Collection[str]) -> tuple[str, ...]:
    """Return the rungs of a ladder in order: the fallback owner is always the last; nothing chosen is no ladder."""
    return tuple(rung for rung in (MANAGER, ABOVE, FALLBACK) if rung in {*chosen, FALLBACK}) if chosen else ()


def role_above(scope: str, role: str) -> tuple[str, str] | None:
    """Return where and which role is one level up: "region", "region_manager"; nothing above the enterprise's own."""
    if role in ROLE_ABOVE:
        return ROLE_ABOVE[role]
    return (WIDER[scope], role) if role and scope in WIDER else None
